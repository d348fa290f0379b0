//! The type of service (`IP_TOS`): named, or a number.

use joist_vm::atom::Atom;
use joist_vm::term::Term;

use super::super::answers::named;

const NAMES: [(&str, i32); 4] = [("lowdelay", 0x10), ("throughput", 0x08), ("reliability", 0x04), ("mincost", 0x02)];
/// The bits that names stand for.
const MASK: i32 = 0x1e;

pub(in super::super) fn read(t: Term) -> Option<i32> {
    match t.as_atom().map(Atom::text) {
        Some(name) => NAMES.iter().find(|n| n.0 == name).map(|n| n.1),
        None => t.as_i64().and_then(|n| i32::try_from(n).ok()),
    }
}

pub(in super::super) fn build(n: i32) -> Term {
    let name = NAMES.iter().find(|name| n & MASK == name.1);
    name.map_or(Term::small(i64::from(n)), |name| named(name.0))
}
