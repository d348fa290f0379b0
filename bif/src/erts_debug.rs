//! `erts_debug` (`erl_debug.c`, `erl_bif_info.c`): sizes and identity of terms. What looks into the C emulator is not
//! supported.

use core::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashSet;
use joist_vm::atom;
use joist_vm::heap;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, display};

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
    ("set_internal_state", 2, set_internal_state),
    // Locks are not counted: the answers of an emulator built without that.
    ("lcnt_control", 1, |p, _| Err(p.badarg())),
    ("lcnt_control", 2, |p, _| Err(p.badarg())),
    ("lcnt_collect", 0, |_, _| Ok(Term::atom(atom::ERROR))),
    ("lcnt_clear", 0, |_, _| Ok(Term::atom(atom::ERROR))),
];

static AVAILABLE: AtomicBool = AtomicBool::new(false);

/// `set_internal_state(available_internal_state, Bool)` opens it, and `set_internal_state(abort, Term)` ends the emulator
/// as a failure of its own would: with a report. What else stock has sets the C emulator's innards.
fn set_internal_state(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(what) = a[0].as_atom() else { return Err(p.badarg()) };
    match what.text() {
        "available_internal_state" => {
            let open = a[1].is(atom::TRUE);
            if !open && !a[1].is(atom::FALSE) {
                return Err(p.badarg());
            }
            Ok(Term::bool(AVAILABLE.swap(open, Ordering::Relaxed)))
        }
        "abort" if AVAILABLE.load(Ordering::Relaxed) => {
            panic!("{}", alloc::string::String::from_utf8_lossy(&display::to_bytes(a[1], 1000)))
        }
        _ if AVAILABLE.load(Ordering::Relaxed) => Err(p.notsup()),
        _ => Err(p.error_atom(atom::UNDEF)),
    }
}

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
