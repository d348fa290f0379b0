//! `nif_ioctl`: requests on interfaces (`esock_ioctl1` and on). Those that tell are answered from the platform's list
//! of interfaces.

use alloc::vec::Vec;
use core::net::IpAddr;

use joist_vm::map;
use joist_vm::platform::{Address, Change, Errno, Interface, platform};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use super::answers::{self, closed, failed, named, record};
use super::{address, esock};

/// Requests by their names, with Linux's numbers.
pub(super) static REQUESTS: [(&str, i32); 20] = [
    ("gifconf", 0x8912),
    ("nread", 0x541b),
    ("atmark", 0x8905),
    ("gifname", 0x8910),
    ("gifindex", 0x8933),
    ("gifflags", 0x8913),
    ("gifaddr", 0x8915),
    ("gifdstaddr", 0x8917),
    ("gifbrdaddr", 0x8919),
    ("gifnetmask", 0x891b),
    ("gifmtu", 0x8921),
    ("gifhwaddr", 0x8927),
    ("gifmap", 0x8970),
    ("giftxqlen", 0x8942),
    ("sifflags", 0x8914),
    ("sifaddr", 0x8916),
    ("sifdstaddr", 0x8918),
    ("sifbrdaddr", 0x891a),
    ("sifmtu", 0x8922),
    ("siftxqlen", 0x8943),
];

/// Flags of interfaces (`IFF_UP` and so on).
pub(crate) static INTERFACE_FLAGS: [(&str, i32); 19] = [
    ("up", 1),
    ("broadcast", 2),
    ("debug", 4),
    ("loopback", 8),
    ("pointopoint", 0x10),
    ("notrailers", 0x20),
    ("running", 0x40),
    ("noarp", 0x80),
    ("promisc", 0x100),
    ("allmulti", 0x200),
    ("master", 0x400),
    ("slave", 0x800),
    ("multicast", 0x1000),
    ("portsel", 0x2000),
    ("automedia", 0x4000),
    ("dynamic", 0x8000),
    ("lower_up", 0x1_0000),
    ("dormant", 0x2_0000),
    ("echo", 0x4_0000),
];

const LOOPBACK: u32 = 8;

/// The names of an interface's flags.
pub(crate) fn flags(p: &mut Process, flags: u32) -> Term {
    let names: Vec<Term> =
        INTERFACE_FLAGS.iter().filter(|(_, f)| flags & *f as u32 != 0).map(|(n, _)| named(n)).collect();
    build::list(p, &names)
}

fn request(t: Term) -> &'static str {
    REQUESTS.iter().find(|r| t.as_small() == Some(i64::from(r.1))).map_or("", |r| r.0)
}

/// `nif_ioctl(Socket, Request)`
pub(super) fn one(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let state = esock.state.lock();
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    match request(a[1]) {
        "nread" => match platform().socket_available(handle) {
            Ok(n) => Ok(answers::ok_with(p, Term::small(n as i64))),
            Err(e) => Ok(failed(p, e)),
        },
        "atmark" => match platform().socket_at_mark(handle) {
            Ok(yes) => Ok(answers::ok_with(p, Term::bool(yes))),
            Err(e) => Ok(failed(p, e)),
        },
        "gifconf" => {
            let all = match platform().interfaces() {
                Ok(all) => all,
                Err(e) => return Ok(failed(p, e)),
            };
            let mut items = Vec::new();
            for i in all.iter().filter(|i| matches!(i.address, Some(IpAddr::V4(_)))) {
                let (name, addr) = (build::string(p, i.name.as_bytes()), of_address(p, i.address));
                items.push(record(p, &[("name", name), ("addr", addr)]));
            }
            let list = build::list(p, &items);
            Ok(answers::ok_with(p, list))
        }
        _ => Err(p.badarg()),
    }
}

/// `nif_ioctl(Socket, Request, Interface)`
pub(super) fn about(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let state = esock.state.lock();
    if state.open().is_none() {
        return Ok(closed(p));
    }
    let all = match platform().interfaces() {
        Ok(all) => all,
        Err(e) => return Ok(failed(p, e)),
    };
    let name = request(a[1]);
    if name == "gifname" {
        let index = a[2].as_small().ok_or_else(|| p.badarg())?;
        return Ok(match all.iter().find(|i| i64::from(i.index) == index) {
            Some(i) => {
                let name = build::string(p, i.name.as_bytes());
                answers::ok_with(p, name)
            }
            None => failed(p, Errno::Enodev),
        });
    }
    let wanted = crate::term_args::bytes(a[2]).ok_or_else(|| p.badarg())?;
    let of_it = |i: &&Interface| i.name.as_bytes() == wanted;
    let Some(any) = all.iter().find(of_it) else { return Ok(failed(p, Errno::Enodev)) };
    let v4 = all.iter().filter(of_it).find(|i| matches!(i.address, Some(IpAddr::V4(_))));
    let number = |n: u32| Term::small(i64::from(n));
    let address = |p: &mut Process, which: Option<Option<IpAddr>>| match which.flatten() {
        Some(ip) => {
            let address = of_address(p, Some(ip));
            answers::ok_with(p, address)
        }
        None => failed(p, Errno::Eaddrnotavail),
    };
    Ok(match name {
        "gifindex" => answers::ok_with(p, number(any.index)),
        "gifmtu" => answers::ok_with(p, number(any.mtu)),
        "gifflags" => {
            // (As many as `ifreq` has room for.)
            let flags = flags(p, any.flags & 0xffff);
            answers::ok_with(p, flags)
        }
        "gifaddr" => address(p, v4.map(|i| i.address)),
        "gifnetmask" => address(p, v4.map(|i| i.netmask)),
        "gifdstaddr" => address(p, v4.map(|i| i.destination)),
        "gifbrdaddr" => address(p, v4.map(Interface::broadcast)),
        "gifhwaddr" => {
            let kind = match any.hardware {
                Some(_) if any.flags & LOOPBACK != 0 => "loopback",
                Some(_) => "ether",
                None => "none",
            };
            // As long as in `sockaddr`.
            let mut bytes = [0; 14];
            bytes[..6].copy_from_slice(&any.hardware.unwrap_or_default());
            let addr = build::binary(p, &bytes);
            let address = record(p, &[("family", named(kind)), ("addr", addr)]);
            answers::ok_with(p, address)
        }
        "gifmap" | "giftxqlen" => match platform().link(any.index) {
            Ok(link) if name == "giftxqlen" => answers::ok_with(p, number(link.queue)),
            Ok(link) => {
                let large = |p: &mut Process, n: u64| build::unsigned(p, n);
                let (start, end) = (large(p, link.memory_start), large(p, link.memory_end));
                let fields = [
                    ("mem_start", start),
                    ("mem_end", end),
                    ("base_addr", large(p, link.base)),
                    ("irq", number(link.interrupt.into())),
                    ("dma", number(link.dma.into())),
                    ("port", number(link.port.into())),
                ];
                let map = record(p, &fields);
                answers::ok_with(p, map)
            }
            Err(e) => failed(p, e),
        },
        _ => return Err(p.badarg()),
    })
}

/// `nif_ioctl(Socket, Request, Interface, Value)`
pub(super) fn change(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let state = esock.state.lock();
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    let name = crate::term_args::bytes(a[2]).ok_or_else(|| p.badarg())?;
    let int = |t: Term| t.as_i64().and_then(|n| i32::try_from(n).ok());
    let ip = |t: Term| match address::read(t) {
        Some(address::Named::Address(Address::Ip(to))) => Some(to.ip()),
        _ => None,
    };
    let (change, kind) = match request(a[1]) {
        "sifaddr" => (ip(a[3]).map(Change::Address), "sockaddr"),
        "sifdstaddr" => (ip(a[3]).map(Change::Destination), "sockaddr"),
        "sifbrdaddr" => (ip(a[3]).map(Change::Broadcast), "sockaddr"),
        "sifmtu" => (int(a[3]).map(Change::Mtu), "mtu"),
        "siftxqlen" => (int(a[3]).map(Change::QueueLength), "txqlen"),
        "sifflags" => (Some(flags_to_change(p, a[3])?), ""),
        _ => return Err(p.badarg()),
    };
    match change {
        Some(change) => answers::done(p, platform().interface_change(handle, &name, change)),
        None => Ok(answers::invalid(p, named(kind))),
    }
}

/// From `#{Flag => boolean()}`, with the flags as numbers.
fn flags_to_change(p: &mut Process, t: Term) -> Result<Change, Bail> {
    let (mut set, mut clear) = (0, 0);
    let pairs = if t.is_map() { map::to_list(p, t).list_to_vec() } else { None };
    for pair in pairs.ok_or_else(|| p.badarg())? {
        let Some([flag, on]) = pair.as_tuple_of::<2>() else { continue };
        let flag = flag.as_i64().and_then(|n| u32::try_from(n).ok()).ok_or_else(|| p.badarg())?;
        *(if on.as_bool() == Some(true) { &mut set } else { &mut clear }) |= flag;
    }
    Ok(Change::Flags { set, clear })
}

fn of_address(p: &mut Process, ip: Option<IpAddr>) -> Term {
    let Some(ip) = ip else { return named("undefined") };
    let address = Address::Ip(core::net::SocketAddr::new(ip, 0));
    address::build(p, &address)
}
