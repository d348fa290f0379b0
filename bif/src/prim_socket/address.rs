//! Socket addresses as maps (`socket:sockaddr()`), read and made (`esock_decode_sockaddr` in `socket_util.c`).

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use joist_vm::atom::Atom;
use joist_vm::map;
use joist_vm::platform::Address;
use joist_vm::term::{Alloc, Term, build};

use super::answers::{named, record};

/// What a map names.
pub(crate) enum Named {
    Address(Address),
    /// `#{family => unspec}`: no address.
    Unspecified,
}

fn field(t: Term, name: &str) -> Option<Term> {
    map::get(t, named(name))
}

fn number<T: TryFrom<i64>>(t: Term, name: &str) -> Option<T> {
    field(t, name)?.as_i64().and_then(|n| T::try_from(n).ok())
}

/// Reads a map; none if it is no address that can be had here.
pub(crate) fn read(t: Term) -> Option<Named> {
    if !t.is_map() {
        return None;
    }
    // A port that doesn't fit is cut to its 16 bits, as `htons` does.
    let port = || number::<i32>(t, "port").map(|n| n as u16);
    let address = match field(t, "family")?.as_atom()?.text() {
        "inet" => Address::Ip(SocketAddr::V4(SocketAddrV4::new(v4(field(t, "addr")?)?, port()?))),
        "inet6" => {
            let (flow, scope) = (number(t, "flowinfo")?, number(t, "scope_id")?);
            Address::Ip(SocketAddr::V6(SocketAddrV6::new(v6(field(t, "addr")?)?, port()?, flow, scope)))
        }
        "local" => Address::Local(field(t, "path")?.as_binary().filter(|b| b.len() < PATH)?.into_owned()),
        "unspec" => return Some(Named::Unspecified),
        _ => return None,
    };
    Some(Named::Address(address))
}

/// Bytes of `sockaddr_un`'s path.
const PATH: usize = 108;

/// An IPv4 address: `any`, `loopback`, `broadcast`, or `{A, B, C, D}`.
pub(crate) fn v4(t: Term) -> Option<Ipv4Addr> {
    match t.as_atom().map(Atom::text) {
        Some("any") => return Some(Ipv4Addr::UNSPECIFIED),
        Some("loopback") => return Some(Ipv4Addr::LOCALHOST),
        Some("broadcast") => return Some(Ipv4Addr::BROADCAST),
        _ => {}
    }
    let [a, b, c, d] = *t.as_tuple_of::<4>()?;
    Some(Ipv4Addr::new(a.as_byte()?, b.as_byte()?, c.as_byte()?, d.as_byte()?))
}

/// An IPv6 address: `any`, `loopback`, or eight numbers of 16 bits.
pub(crate) fn v6(t: Term) -> Option<Ipv6Addr> {
    match t.as_atom().map(Atom::text) {
        Some("any") => return Some(Ipv6Addr::UNSPECIFIED),
        Some("loopback") => return Some(Ipv6Addr::LOCALHOST),
        _ => {}
    }
    let parts = t.as_tuple_of::<8>()?;
    let mut segments = [0; 8];
    for (segment, part) in segments.iter_mut().zip(parts) {
        *segment = part.as_small().and_then(|n| u16::try_from(n).ok())?;
    }
    Some(Ipv6Addr::from(segments))
}

/// An address as a tuple of numbers.
pub(crate) fn ip<A: Alloc + ?Sized>(a: &mut A, address: IpAddr) -> Term {
    let parts: Vec<Term> = match address {
        IpAddr::V4(v4) => v4.octets().iter().map(|b| Term::small(i64::from(*b))).collect(),
        IpAddr::V6(v6) => v6.segments().iter().map(|s| Term::small(i64::from(*s))).collect(),
    };
    build::tuple(a, &parts)
}

/// An address as a map.
pub(crate) fn build<A: Alloc + ?Sized>(a: &mut A, address: &Address) -> Term {
    match address {
        Address::Ip(SocketAddr::V4(v4)) => {
            let addr = ip(a, IpAddr::V4(*v4.ip()));
            let port = Term::small(i64::from(v4.port()));
            record(a, &[("family", named("inet")), ("port", port), ("addr", addr)])
        }
        Address::Ip(SocketAddr::V6(v6)) => {
            let addr = ip(a, IpAddr::V6(*v6.ip()));
            let small = |n: u32| Term::small(i64::from(n));
            let fields = [
                ("family", named("inet6")),
                ("port", small(u32::from(v6.port()))),
                ("addr", addr),
                ("flowinfo", small(v6.flowinfo())),
                ("scope_id", small(v6.scope_id())),
            ];
            record(a, &fields)
        }
        Address::Local(path) => {
            let path = build::binary(a, path);
            record(a, &[("family", named("local")), ("path", path)])
        }
    }
}
