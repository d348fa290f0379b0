//! `erts_debug` (`erl_debug.c`, `erl_bif_info.c`): sizes and identity of terms. What looks into the C emulator is not
//! supported.

use hashbrown::HashSet;
use joist_vm::atom;
use joist_vm::heap;
use joist_vm::term::Term;

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("flat_size", 1, |p, a| {
        let words = heap::size(a[0]);
        p.charge(words / 100);
        Ok(Term::small(words as i64))
    }),
    ("size_shared", 1, |p, a| {
        let words = size_shared(a[0]);
        p.charge(words / 20);
        Ok(Term::small(words as i64))
    }),
    ("same", 2, |_, a| Ok(Term::bool(a[0] == a[1]))),
    ("get_internal_state", 1, |p, _| Err(p.notsup())),
    ("set_internal_state", 2, |p, _| Err(p.notsup())),
    // Locks are not counted: the answers of an emulator built without that.
    ("lcnt_control", 1, |p, _| Err(p.badarg())),
    ("lcnt_control", 2, |p, _| Err(p.badarg())),
    ("lcnt_collect", 0, |_, _| Ok(Term::atom(atom::ERROR))),
    ("lcnt_clear", 0, |_, _| Ok(Term::atom(atom::ERROR))),
];

/// The words of a term, cells and tuples that occur several times counted once.
fn size_shared(t: Term) -> usize {
    let mut seen: HashSet<u64, ahash::RandomState> = HashSet::with_hasher(ahash::RandomState::with_seeds(1, 1, 2, 3));
    let (mut todo, mut words) = (alloc::vec![t], 0);
    while let Some(t) = todo.pop() {
        if t.is_immediate() || !seen.insert(t.raw()) {
            continue;
        }
        if let Some((head, tail)) = t.as_cons() {
            words += 2;
            todo.extend([head, tail]);
        } else if let Some(elements) = t.as_tuple() {
            words += 1 + elements.len();
            todo.extend_from_slice(elements);
        } else {
            words += heap::size(t);
        }
    }
    words
}
