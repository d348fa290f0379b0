//! Purging old code, by OTP's protocol (`erts_code_purger`, `beam_bif_load.c`).

use joist_vm::atom::Atom;
use joist_vm::code;
use joist_vm::process::{NativeResult, Process};
use joist_vm::sync::Mutex;
use joist_vm::term::Term;

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[("purge_module", 2, purge_module)];

pub(crate) const COLLECTOR: &[Binding] = &[
    ("release_area_switch", 0, |_, _| {
        // Purged modules keep their memory (see RETIRED), so there is no area to release.
        Ok(Term::bool(false))
    }),
    ("send_copy_request", 3, |p, _| Err(p.badarg())),
];

/// Modules taken out. Processes, messages and tables may still hold their literals, so their memory stays.
static RETIRED: Mutex<alloc::vec::Vec<code::Purged>> = Mutex::new(alloc::vec::Vec::new());

/// `purge_module(Module, prepare | prepare_on_load | abort | complete)`.
fn purge_module(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::atom(p, a[0])?;
    Ok(match a[1].as_atom().map(Atom::text) {
        Some("prepare" | "prepare_on_load") => Term::bool(code::old(name).is_some()),
        Some("abort") => Term::bool(false),
        Some("complete") => match code::take_old(name) {
            Some(purged) => {
                // Literals may be referred to by any process: the module's memory stays until none can.
                RETIRED.lock().push(purged);
                Term::bool(true)
            }
            None => Term::bool(false),
        },
        _ => return Err(p.badarg()),
    })
}

/// Does the process run (or will it return to, or hold a fun of) the old version of a module?
pub(crate) fn uses_old(p: &mut Process, name: Atom) -> bool {
    let Some(old) = code::old(name) else { return false };
    p.refers_to_code(&old)
}

/// Copies what the process refers to in purged modules.
pub(crate) fn copy_literals(p: &mut Process) {
    p.collect_garbage(true);
}
