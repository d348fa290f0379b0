//! Control messages as maps (`socket:cmsg_send()`, `socket:cmsg_recv()`), and the flags of a received message
//! (`esock_cmsg_*` and `encode_msg_flags` in `prim_socket_nif.c`).

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use joist_vm::atom::Atom;
use joist_vm::map;
use joist_vm::platform::{Address, Control};
use joist_vm::process::Process;
use joist_vm::term::{Alloc, Term, build};

use super::address;
use super::answers::{named, record};
use super::errors;
use super::numbers::{IPPROTO_IP, IPPROTO_IPV6, SOL_SOCKET};
use super::options::tos;

/// How a message's value is shown beside its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number of 32 bits.
    Int,
    /// The type of service.
    Tos,
    /// Seconds and microseconds.
    Time,
    /// An interface's number and addresses.
    PacketInfo,
    PacketInfo6,
    /// A socket address (IPv4).
    Address,
    /// An error and whom it is about.
    Error,
    /// Only bytes.
    Bytes,
}

/// Level, type, name. Numbers are Linux's.
static KINDS: [(i32, i32, &str, Kind); 12] = [
    (SOL_SOCKET, 29, "timestamp", Kind::Time),
    (SOL_SOCKET, 1, "rights", Kind::Bytes),
    (SOL_SOCKET, 2, "credentials", Kind::Bytes),
    (IPPROTO_IP, 1, "tos", Kind::Tos),
    (IPPROTO_IP, 2, "ttl", Kind::Int),
    (IPPROTO_IP, 8, "pktinfo", Kind::PacketInfo),
    (IPPROTO_IP, 11, "recverr", Kind::Error),
    (IPPROTO_IP, 20, "origdstaddr", Kind::Address),
    (IPPROTO_IPV6, 50, "pktinfo", Kind::PacketInfo6),
    (IPPROTO_IPV6, 52, "hoplimit", Kind::Int),
    (IPPROTO_IPV6, 67, "tclass", Kind::Int),
    (IPPROTO_IPV6, 25, "recverr", Kind::Error),
];

/// Reads a list of messages to be sent; none if one of them makes no sense.
pub(super) fn read(list: Term) -> Option<Vec<Control>> {
    list.list_to_vec()?.into_iter().map(read_one).collect()
}

fn read_one(t: Term) -> Option<Control> {
    if !t.is_map() {
        return None;
    }
    let field = |name: &str| map::get(t, named(name));
    let level = match field("level")? {
        l if l.as_atom().is_some_and(|a| a.text() == "socket") => SOL_SOCKET,
        l => l.as_i64().and_then(|n| i32::try_from(n).ok())?,
    };
    let kind = field("type")?;
    let known = kind.as_atom().map(Atom::text).map(|n| KINDS.iter().find(|k| k.0 == level && k.2 == n));
    let number = match (known, kind.as_i64()) {
        (Some(known), _) => known?.1,
        (None, Some(n)) => i32::try_from(n).ok()?,
        (None, None) => return None,
    };
    let data = match (field("data"), field("value")) {
        (Some(data), None) => match (data.as_i64(), data.as_bool()) {
            (Some(n), _) => i32::try_from(n).ok()?.to_ne_bytes().to_vec(),
            (_, Some(b)) => i32::from(b).to_ne_bytes().to_vec(),
            _ => data.as_binary()?.into_owned(),
        },
        (None, Some(value)) => match known.flatten()?.3 {
            Kind::Int => i32::try_from(value.as_i64()?).ok()?.to_ne_bytes().to_vec(),
            Kind::Tos => tos::read(value)?.to_ne_bytes().to_vec(),
            _ => return None,
        },
        _ => return None,
    };
    Some(Control { level, kind: number, data })
}

/// A list of messages received. Levels are numbers but for `socket`; the Erlang side names them.
pub(super) fn build_all(p: &mut Process, all: &[Control]) -> Term {
    let all: Vec<Term> = all.iter().map(|c| one(p, c)).collect();
    build::list(p, &all)
}

fn one<A: Alloc + ?Sized>(a: &mut A, c: &Control) -> Term {
    let known = KINDS.iter().find(|k| k.0 == c.level && k.1 == c.kind);
    let level = if c.level == SOL_SOCKET { named("socket") } else { Term::small(i64::from(c.level)) };
    let kind = known.map_or(Term::small(i64::from(c.kind)), |k| named(k.2));
    let data = build::binary(a, &c.data);
    let mut fields = alloc::vec![("level", level), ("type", kind), ("data", data)];
    let int = c.data.first_chunk::<4>().map(|b| i32::from_ne_bytes(*b));
    match (known.map(|k| k.3), int) {
        (Some(Kind::Int), Some(n)) => fields.push(("value", Term::small(i64::from(n)))),
        (Some(Kind::Tos), _) => {
            let n = int.or(c.data.first().map(|b| i32::from(*b)));
            fields.extend(n.map(|n| ("value", tos::build(a, n))));
        }
        (Some(Kind::Time), _) => {
            if let Some((sec, usec)) = c.data.first_chunk::<8>().zip(c.data.get(8..16)) {
                let usec: [u8; 8] = usec.try_into().unwrap_or_default();
                let sec = build::integer(a, i64::from_ne_bytes(*sec));
                let usec = build::integer(a, i64::from_ne_bytes(usec));
                fields.push(("value", record(a, &[("sec", sec), ("usec", usec)])));
            }
        }
        (Some(kind), _) => fields.extend(structure(a, kind, &c.data).map(|value| ("value", value))),
        (None, _) => {}
    }
    record(a, &fields)
}

/// The value of a message that is a structure.
fn structure<A: Alloc + ?Sized>(a: &mut A, kind: Kind, data: &[u8]) -> Option<Term> {
    let word = |at: usize| data.get(at..at + 4).and_then(|b| <[u8; 4]>::try_from(b).ok());
    match kind {
        Kind::PacketInfo => {
            let index = Term::small(i64::from(u32::from_ne_bytes(word(0)?)));
            let (destination, address) =
                (address::ip(a, IpAddr::from(word(4)?)), address::ip(a, IpAddr::from(word(8)?)));
            Some(record(a, &[("ifindex", index), ("spec_dst", destination), ("addr", address)]))
        }
        Kind::PacketInfo6 => {
            let octets: [u8; 16] = *data.first_chunk()?;
            let address = address::ip(a, IpAddr::from(octets));
            let index = Term::small(i64::from(u32::from_ne_bytes(word(16)?)));
            Some(record(a, &[("addr", address), ("ifindex", index)]))
        }
        Kind::Address => {
            let port = u16::from_be_bytes(*data.get(2..)?.first_chunk()?);
            let to = SocketAddr::new(IpAddr::from(word(4)?), port);
            Some(address::build(a, &Address::Ip(to)))
        }
        Kind::Error => errors::build(a, data),
        _ => None,
    }
}

/// Flags of sending and receiving: name and number.
pub(super) static FLAGS: [(&str, i32); 12] = [
    ("cmsg_cloexec", 0x4000_0000),
    ("confirm", 0x800),
    ("ctrunc", 8),
    ("dontroute", 4),
    ("eor", 0x80),
    ("errqueue", 0x2000),
    ("more", 0x8000),
    ("oob", 1),
    ("peek", 2),
    ("trunc", 0x20),
    ("nosignal", 0x4000),
    ("notification", 0x8000),
];

/// The flags of a message received; what has no name is a number at the front.
pub(super) fn flags(p: &mut Process, number: i32) -> Term {
    let (mut left, mut list) = (number, Term::NIL);
    for (name, flag) in FLAGS.iter().take(FLAGS.len() - 2) {
        if left & flag != 0 {
            list = build::cons(p, named(name), list);
            left &= !flag;
        }
    }
    if left != 0 {
        list = build::cons(p, Term::small(i64::from(left)), list);
    }
    list
}

/// Control messages one behind the other as Linux lays them out (`cmsghdr`), as `IP_PKTOPTIONS` gives them.
pub(super) fn build_packed(p: &mut Process, mut bytes: &[u8]) -> Term {
    let mut all = Vec::new();
    while let Some((header, _)) = bytes.split_at_checked(HEADER) {
        let int = |at: usize| i32::from_ne_bytes(header[at..at + 4].try_into().unwrap_or_default());
        let len = usize::from_ne_bytes(header[..8].try_into().unwrap_or_default());
        let Some(data) = bytes.get(HEADER..len) else { break };
        all.push(Control { level: int(8), kind: int(12), data: data.to_vec() });
        bytes = bytes.get(len.next_multiple_of(8)..).unwrap_or_default();
    }
    build_all(p, &all)
}

/// Bytes of a `cmsghdr`.
const HEADER: usize = 16;
