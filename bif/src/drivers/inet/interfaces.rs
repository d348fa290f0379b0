//! What is told of network interfaces (`inet_ctl_getifaddrs`, `inet_ctl_ifget`, `inet_ctl_getiflist`).

use alloc::vec::Vec;
use core::net::IpAddr;

use joist_vm::platform::{Family, Interface, platform};

use super::codes::ifopt;
use super::{Answer, EINVAL, address};

/// Linux's flags.
const IFF_UP: u32 = 0x1;
const IFF_BROADCAST: u32 = 0x2;
const IFF_LOOPBACK: u32 = 0x8;
const IFF_POINTOPOINT: u32 = 0x10;
const IFF_MULTICAST: u32 = 0x1000;

/// As `INET_IFF_…`; an interface that is up is running, as far as OTP is concerned.
fn flags(flags: u32) -> [u8; 4] {
    const CODES: [(u32, u32); 6] = [
        (IFF_UP, 0x1),
        (IFF_BROADCAST, 0x2),
        (IFF_LOOPBACK, 0x4),
        (IFF_POINTOPOINT, 0x8),
        (IFF_UP, 0x10),
        (IFF_MULTICAST, 0x20),
    ];
    CODES.iter().filter(|c| flags & c.0 != 0).fold(0, |all, c| all | c.1).to_be_bytes()
}

fn put_ip(bytes: &mut Vec<u8>, code: u8, ip: Option<IpAddr>) {
    if let Some(ip) = ip {
        bytes.extend([code, address::tag(ip)]);
        bytes.extend(address::octets(ip));
    }
}

fn put_hardware(bytes: &mut Vec<u8>, hardware: Option<[u8; 6]>) {
    if let Some(hardware) = hardware {
        bytes.extend([ifopt::HWADDR, 0, 6]);
        bytes.extend(hardware);
    }
}

/// The code of what an interface's other address is, if it has one.
fn other(i: &Interface) -> Option<u8> {
    if i.flags & IFF_POINTOPOINT != 0 {
        Some(ifopt::DSTADDR)
    } else if i.flags & IFF_BROADCAST != 0 {
        Some(ifopt::BROADADDR)
    } else {
        None
    }
}

/// Each entry: its name, a zero, its values, a zero.
pub fn all() -> Answer {
    let mut bytes = Vec::new();
    for i in platform().interfaces()? {
        bytes.extend(i.name.as_bytes());
        bytes.extend([0, ifopt::FLAGS]);
        bytes.extend(flags(i.flags));
        put_ip(&mut bytes, ifopt::ADDR, i.address);
        put_ip(&mut bytes, ifopt::NETMASK, i.netmask);
        if let Some(code) = other(&i) {
            put_ip(&mut bytes, code, i.other);
        }
        put_hardware(&mut bytes, i.hardware);
        bytes.push(0);
    }
    Ok(bytes)
}

/// The names of interfaces with an address of IPv4, each with a zero.
pub fn names() -> Answer {
    let mut bytes = Vec::new();
    for i in platform().interfaces()? {
        if i.address.is_some_and(|a| a.is_ipv4()) {
            bytes.extend(i.name.as_bytes());
            bytes.push(0);
        }
    }
    Ok(bytes)
}

/// `[Length, Name, Codes]`: those values that there are. Only a socket of IPv4 is told of addresses.
pub fn get(data: &[u8], family: Family) -> Answer {
    let (len, rest) = data.split_first().ok_or(EINVAL)?;
    let (name, codes) = rest.split_at_checked(usize::from(*len)).ok_or(EINVAL)?;
    let all = platform().interfaces()?;
    let of_name = || all.iter().filter(|i| i.name.as_bytes() == name);
    let v4 = of_name().find(|i| family == Family::V4 && i.address.is_some_and(|a| a.is_ipv4()));
    let mut bytes = Vec::new();
    for code in codes {
        match *code {
            ifopt::ADDR => put_ip(&mut bytes, *code, v4.and_then(|i| i.address)),
            ifopt::NETMASK => put_ip(&mut bytes, *code, v4.and_then(|i| i.netmask)),
            ifopt::BROADADDR => put_ip(&mut bytes, *code, v4.and_then(Interface::broadcast)),
            ifopt::DSTADDR => put_ip(&mut bytes, *code, v4.and_then(|i| i.destination)),
            ifopt::HWADDR => put_hardware(&mut bytes, of_name().find_map(|i| i.hardware)),
            ifopt::MTU => {
                if let Some(i) = of_name().next() {
                    bytes.push(*code);
                    bytes.extend(i.mtu.to_be_bytes());
                }
            }
            ifopt::FLAGS => {
                bytes.push(*code);
                bytes.extend(flags(of_name().next().map_or(0, |i| i.flags)));
            }
            _ => return Err(EINVAL),
        }
    }
    Ok(bytes)
}
