//! Values of options between terms and the bytes of Linux's structures.

use alloc::vec::Vec;
use core::net::IpAddr;

use joist_vm::map;
use joist_vm::process::Process;
use joist_vm::term::{Term, build};

use super::super::address;
use super::super::answers::{named, record};
use super::super::numbers;
use super::table::Kind;
use super::tos;

/// `IP_PMTUDISC_*`, which are the same for IPv6.
const MTU_DISCOVER: [(&str, i32); 4] = [("dont", 0), ("want", 1), ("do", 2), ("probe", 3)];

/// The bytes for a term; none if it is no such value.
pub(super) fn read(kind: Kind, t: Term) -> Option<Vec<u8>> {
    let int = |n: i32| Some(n.to_ne_bytes().to_vec());
    let number = |t: Term| t.as_i64().and_then(|n| i32::try_from(n).ok());
    match kind {
        Kind::Bool => int(i32::from(t.as_bool()?)),
        Kind::Int => int(number(t)?),
        Kind::Hops if t.as_atom().is_some_and(|a| a.text() == "default") => int(-1),
        Kind::Hops => int(number(t).filter(|n| (-1..=255).contains(n))?),
        Kind::Tos => int(tos::read(t)?),
        Kind::MtuDiscover => match t.as_atom() {
            Some(name) => int(MTU_DISCOVER.iter().find(|m| m.0 == name.text())?.1),
            None => int(number(t)?),
        },
        Kind::Linger => {
            let on = map_field(t, "onoff")?.as_bool()?;
            let seconds = number(map_field(t, "linger")?).filter(|n| *n >= 0)?;
            Some([i32::from(on).to_ne_bytes(), seconds.to_ne_bytes()].concat())
        }
        Kind::Text(most) => {
            let text = crate::term_args::bytes(t).filter(|b| b.len() < most)?;
            Some(text)
        }
        Kind::Address => Some(address::v4(t)?.octets().to_vec()),
        Kind::Membership => {
            let [group, interface] = ["multiaddr", "interface"].map(|f| map_field(t, f).and_then(address::v4));
            Some([group?.octets(), interface?.octets()].concat())
        }
        Kind::SourceMembership => {
            let [group, interface, source] =
                ["multiaddr", "interface", "sourceaddr"].map(|f| map_field(t, f).and_then(address::v4));
            Some([group?.octets(), interface?.octets(), source?.octets()].concat())
        }
        Kind::Membership6 => {
            let group = address::v6(map_field(t, "multiaddr")?)?;
            let interface = number(map_field(t, "interface")?)?;
            Some([&group.octets()[..], &interface.to_ne_bytes()].concat())
        }
        Kind::Domain | Kind::Type | Kind::Protocol | Kind::Control | Kind::None => None,
    }
}

fn map_field(t: Term, name: &str) -> Option<Term> {
    if t.is_map() { map::get(t, named(name)) } else { None }
}

/// How many bytes a value takes at most.
pub(super) const fn size(kind: Kind) -> usize {
    match kind {
        Kind::Linger => 8,
        Kind::Text(most) => most,
        Kind::Control => 1024,
        _ => 4,
    }
}

/// The term for a value's bytes; none if they are too few.
pub(super) fn build(p: &mut Process, kind: Kind, bytes: &[u8]) -> Option<Term> {
    let int = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(i32::from_ne_bytes);
    // Linux answers some numbers (IP_TOS, IP_TTL) in a single byte where it was given room for one only.
    let first = int(0).or(bytes.first().map(|b| i32::from(*b)));
    let small = |n: i32| Term::small(i64::from(n));
    Some(match kind {
        Kind::Bool => Term::bool(first? != 0),
        Kind::Int | Kind::Hops => small(first?),
        Kind::Protocol => small(first?),
        Kind::Tos => tos::build(p, first?),
        Kind::MtuDiscover => {
            let n = first?;
            MTU_DISCOVER.iter().find(|m| m.1 == n).map_or(small(n), |m| named(m.0))
        }
        Kind::Domain => numbers::family(first?).map_or(small(first?), |f| named(numbers::family_name(f))),
        Kind::Type => numbers::style(first?).map_or(small(first?), |s| named(numbers::style_name(s))),
        Kind::Linger => {
            let (on, seconds) = (Term::bool(int(0)? != 0), small(int(4)?));
            record(p, &[("onoff", on), ("linger", seconds)])
        }
        Kind::Text(_) => {
            let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
            build::string(p, &bytes[..end])
        }
        Kind::Address => {
            let octets: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
            address::ip(p, IpAddr::from(octets))
        }
        Kind::Control => super::super::control::build_packed(p, bytes),
        Kind::Membership | Kind::SourceMembership | Kind::Membership6 | Kind::None => return None,
    })
}
