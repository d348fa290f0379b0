//! Errors that came for packets sent earlier (`IP_RECVERR`): `sock_extended_err` as a map (`esock_cmsg_encode_recverr`).
//! Numbers are those of `linux/errqueue.h`, `linux/icmp.h` and `linux/icmpv6.h`.

use core::net::{IpAddr, SocketAddr, SocketAddrV6};

use joist_vm::platform::{Address, Errno};
use joist_vm::term::{Alloc, Term, build};

use super::address;
use super::answers::{named, record};

const ORIGINS: [(u8, &str); 7] =
    [(0, "none"), (1, "local"), (2, "icmp"), (3, "icmp6"), (4, "txstatus"), (5, "zerocopy"), (6, "txtime")];
/// Types, by origin; and codes of the first one of each, that nothing can be reached.
const TYPES: [(u8, u8, &str); 5] = [
    (2, 3, "dest_unreach"),
    (2, 11, "time_exceeded"),
    (3, 1, "dest_unreach"),
    (3, 2, "pkt_toobig"),
    (3, 3, "time_exceeded"),
];
const CODES: [(u8, u8, &str); 13] = [
    (2, 0, "net_unreach"),
    (2, 1, "host_unreach"),
    (2, 3, "port_unreach"),
    (2, 4, "frag_needed"),
    (2, 6, "net_unknown"),
    (2, 7, "host_unknown"),
    (3, 0, "noroute"),
    (3, 1, "adm_prohibited"),
    (3, 2, "not_neighbour"),
    (3, 3, "addr_unreach"),
    (3, 4, "port_unreach"),
    (3, 5, "policy_fail"),
    (3, 6, "reject_route"),
];

fn among(all: &[(u8, u8, &'static str)], origin: u8, n: u8) -> Option<&'static str> {
    all.iter().find(|e| e.0 == origin && e.1 == n).map(|e| e.2)
}

fn name_or_number(name: Option<&str>, n: u8) -> Term {
    name.map_or(Term::small(i64::from(n)), named)
}

/// `#{error, origin, type, code, info, data, offender}`; none if the bytes are too few.
pub(super) fn build<A: Alloc + ?Sized>(a: &mut A, data: &[u8]) -> Option<Term> {
    let word = |at: usize| data.get(at..at + 4).and_then(|b| <[u8; 4]>::try_from(b).ok()).map(u32::from_ne_bytes);
    let (number, info, extra) = (word(0)?, word(8)?, word(12)?);
    let [origin, kind, code, _] = word(4)?.to_ne_bytes();
    let kind_name = among(&TYPES, origin, kind);
    let code_name = if kind_name == Some("dest_unreach") { among(&CODES, origin, code) } else { None };
    let error = i32::try_from(number).map_or("unknown", |n| Errno::from_number(n).name());
    let mut fields = alloc::vec![
        ("error", named(error)),
        ("origin", name_or_number(ORIGINS.iter().find(|o| o.0 == origin).map(|o| o.1), origin)),
        ("type", name_or_number(kind_name, kind)),
        ("code", name_or_number(code_name, code)),
        ("info", Term::small(i64::from(info))),
        ("data", Term::small(i64::from(extra))),
    ];
    if let Some(offender) = data.get(16..).filter(|d| !d.is_empty()) {
        fields.push(("offender", address_of(a, offender)));
    }
    Some(record(a, &fields))
}

/// A `sockaddr`.
fn address_of<A: Alloc + ?Sized>(a: &mut A, bytes: &[u8]) -> Term {
    if let Some(address) = ip(bytes) {
        return address::build(a, &Address::Ip(address));
    }
    let rest = build::binary(a, bytes.get(2..).unwrap_or_default());
    record(a, &[("family", named("unspec")), ("addr", rest)])
}

fn ip(bytes: &[u8]) -> Option<SocketAddr> {
    let word = |at: usize| bytes.get(at..at + 4).and_then(|b| <[u8; 4]>::try_from(b).ok());
    let port = u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
    match u16::from_ne_bytes(*bytes.first_chunk()?) {
        2 => Some(SocketAddr::new(IpAddr::from(word(4)?), port)),
        10 => {
            let octets: [u8; 16] = *bytes.get(8..)?.first_chunk()?;
            let (flow, scope) = (u32::from_be_bytes(word(4)?), u32::from_ne_bytes(word(24)?));
            Some(SocketAddr::V6(SocketAddrV6::new(octets.into(), port, flow, scope)))
        }
        _ => None,
    }
}
