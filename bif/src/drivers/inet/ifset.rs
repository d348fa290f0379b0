//! `inet:ifset` (`inet_ctl_ifset`): changes of an interface, one after the other. What the system refuses is not told, as it
//! never was; what makes no sense ends the request, and what came before it stays.

use alloc::vec::Vec;
use core::net::IpAddr;

use joist_vm::platform::{Change, Socket, platform};

use super::codes::{family, ifopt};
use super::options::Reader;
use super::{Answer, EINVAL, Refusal};

/// `INET_IFF_…`, and Linux's flag that each sets and clears.
const FLAGS: [(u32, u32, u32); 6] =
    [(0x1, 0x1, 0), (0x100, 0, 0x1), (0x2, 0x2, 0), (0x200, 0, 0x2), (0x8, 0x10, 0), (0x800, 0, 0x10)];

/// `[Length, Name, (Code, Value) …]`
pub fn set(socket: Socket, data: &[u8]) -> Answer {
    let mut input = Reader(data);
    let len = input.byte()?;
    let name = input.bytes(len.into())?;
    while !input.0.is_empty() {
        let change = match input.byte()? {
            ifopt::ADDR => Change::Address(ip(&mut input)?),
            ifopt::BROADADDR => Change::Broadcast(ip(&mut input)?),
            ifopt::DSTADDR => Change::Destination(ip(&mut input)?),
            ifopt::NETMASK => Change::Netmask(ip(&mut input)?),
            ifopt::MTU => Change::Mtu(input.int()?),
            ifopt::FLAGS => {
                let wanted = input.int()?.cast_unsigned();
                let wanted = FLAGS.iter().filter(|f| wanted & f.0 != 0);
                let (set, clear) = wanted.fold((0, 0), |(set, clear), f| (set & !f.2 | f.1, clear & !f.1 | f.2));
                Change::Flags { set, clear }
            }
            ifopt::HWADDR => {
                let len = input.bytes(2)?;
                let bytes = input.bytes(u16::from_be_bytes([len[0], len[1]]).into())?;
                let mut address = [0; 14];
                // (One that is longer than any is none.)
                let Some(front) = address.get_mut(..bytes.len()) else { continue };
                front.copy_from_slice(bytes);
                Change::Hardware(address)
            }
            _ => return Err(EINVAL),
        };
        let _ = platform().interface_change(socket, name, change);
    }
    Ok(Vec::new())
}

/// `[Family, Address]`
fn ip(input: &mut Reader<'_>) -> Result<IpAddr, Refusal> {
    match input.byte()? {
        family::INET => input.bytes(4)?.first_chunk::<4>().map(|b| IpAddr::from(*b)),
        family::INET6 => input.bytes(16)?.first_chunk::<16>().map(|b| IpAddr::from(*b)),
        _ => None,
    }
    .ok_or(EINVAL)
}
