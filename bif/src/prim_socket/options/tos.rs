//! The type of service (`IP_TOS`): named, or a number. Since OTP 28 it is told by all the ways of reading it at once, and
//! taken by the names of RFC 791 and of differentiated services.

use joist_vm::atom::Atom;
use joist_vm::map;
use joist_vm::release;
use joist_vm::term::{Alloc, Term};

use super::super::answers::{named, record};

const NAMES: [(&str, i32); 4] = [("lowdelay", 0x10), ("throughput", 0x08), ("reliability", 0x04), ("mincost", 0x02)];
const SERVICES: [(&str, i32); 5] = [("default", 0), NAMES[0], NAMES[1], NAMES[2], NAMES[3]];
/// As stock takes them: none by its name has bits.
const PRECEDENCES: [(&str, i32); 4] = [("routine", 0), ("priority", 0), ("immediate", 0), ("flash", 0)];
/// The bits that names stand for.
const MASK: i32 = 0x1e;
/// Code points of differentiated services.
const CODE_POINTS: [(&str, i32); 24] = [
    ("cs0", 0),
    ("le", 1),
    ("cs1", 8),
    ("af11", 10),
    ("af12", 12),
    ("af13", 14),
    ("cs2", 16),
    ("af21", 18),
    ("af22", 20),
    ("af23", 22),
    ("cs3", 24),
    ("af31", 26),
    ("af32", 28),
    ("af33", 30),
    ("cs4", 32),
    ("af41", 34),
    ("af42", 36),
    ("af43", 38),
    ("cs5", 40),
    ("voice_admit", 44),
    ("nqb", 45),
    ("ef", 46),
    ("cs6", 48),
    ("cs7", 56),
];

fn by_name(all: &[(&str, i32)], name: &str) -> Option<i32> {
    all.iter().find(|n| n.0 == name).map(|n| n.1)
}

fn by_number(all: &[(&'static str, i32)], n: i32) -> Option<&'static str> {
    all.iter().find(|entry| entry.1 == n).map(|entry| entry.0)
}

pub(in super::super) fn read(t: Term) -> Option<i32> {
    let has_maps = release::at_least(28);
    match t.as_atom().map(Atom::text) {
        Some(name) => {
            by_name(&NAMES, name).or_else(|| by_name(&CODE_POINTS, name).filter(|_| has_maps).map(|n| n << 2))
        }
        None if has_maps && t.is_map() => {
            // Numbers are fields of the octet, each cut to its bits.
            let field = |name: &str, names: &[(&str, i32)], bits: i64, shift: u32| {
                let t = map::get(t, named(name))?;
                match t.as_atom() {
                    Some(name) => by_name(names, name.text()),
                    None => t.as_i64().map(|n| ((n & bits) << shift) as i32),
                }
            };
            Some(field("tos", &SERVICES, 0xf, 1)? | field("precedence", &PRECEDENCES, 7, 5)?)
        }
        None => t.as_i64().and_then(|n| i32::try_from(n).ok()),
    }
}

pub(in super::super) fn build<A: Alloc + ?Sized>(a: &mut A, n: i32) -> Term {
    let name = by_number(&NAMES, n & MASK);
    let number = |n: i32| Term::small(i64::from(n));
    if !release::at_least(28) {
        return name.map_or(number(n), named);
    }
    let service = match n & MASK {
        0 => named("default"),
        bits => name.map_or(number(bits >> 1), named),
    };
    let precedence = if n >> 5 == 0 { named("routine") } else { number(n >> 5) };
    let service = record(a, &[("tos", service), ("precedence", precedence)]);
    let code_point = by_number(&CODE_POINTS, n >> 2).map_or(number(n >> 2), named);
    record(a, &[("native", number(n)), ("tos", service), ("dscp", code_point)])
}
