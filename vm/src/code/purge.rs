//! Purging old code by OTP's protocol (`erts_code_purger.erl`, `beam_bif_load.c`): after [`prepare`] nobody enters the
//! code by a fun; when each process has said that it is not in it, [`complete`] takes it away, else [`abort`] gives its
//! funs back. Whoever calls such a fun meanwhile waits.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{FunEntry, Module, registry, retired};
use crate::atom::Atom;
use crate::sync::Mutex;
use crate::term::Pid;

struct Purge {
    module: Arc<Module>,
    /// Funs of the old code, and where they led.
    funs: Vec<(&'static FunEntry, *const u64)>,
    /// Processes that have called one of them.
    waiting: Vec<Pid>,
}

// SAFETY: the addresses lie in the module's code, which is shared by all threads.
unsafe impl Send for Purge {}

static PURGE: Mutex<Option<Purge>> = Mutex::new(None);

/// Begins to purge a module's old version (`failed`: one whose `on_load` function has failed). False if there is none,
/// or another purge goes on.
pub fn prepare(name: Atom, failed: bool) -> bool {
    let mut purge = PURGE.lock();
    if purge.is_some() {
        return false;
    }
    let Some(module) = (if failed { registry::take_failed(name) } else { registry::old(name) }) else { return false };
    let (start, end) = module.range();
    let mut funs = Vec::new();
    for (entry, _) in &module.funs {
        let address = entry.address();
        // A newer version may share the entry.
        if (start..end).contains(&(address as usize)) {
            entry.set(None);
            funs.push((*entry, address));
        }
    }
    *purge = Some(Purge { module, funs, waiting: Vec::new() });
    true
}

/// The old version stays after all. False if none was being purged.
pub fn abort(name: Atom) -> bool {
    let Some(purge) = take(name) else { return false };
    for (entry, address) in purge.funs {
        entry.set(Some(address));
    }
    resume(purge.waiting);
    true
}

/// Takes the old version away; its literals live until no process refers to them. False if none was being purged.
pub fn complete(name: Atom) -> bool {
    let Some(purge) = take(name) else { return false };
    registry::remove(&purge.module);
    resume(purge.waiting);
    let module = purge.module;
    retired::retire(&module.literals, alloc::boxed::Box::new(module.clone()));
    true
}

/// Has a process that called a fun of code that is being purged wait (suspended) for the end of it. False if that code
/// is not being purged.
pub(crate) fn wait_for(entry: &'static FunEntry, pid: Pid) -> bool {
    let mut purge = PURGE.lock();
    let Some(p) = purge.as_mut().filter(|p| p.funs.iter().any(|f| core::ptr::eq(f.0, entry))) else { return false };
    if !crate::sched::suspend(pid) {
        return false;
    }
    p.waiting.push(pid);
    true
}

/// The code of a module that is being purged, else its old version: what processes are asked about.
pub fn candidate(name: Atom) -> Option<Arc<Module>> {
    let purged = PURGE.lock().as_ref().filter(|p| p.module.name == name).map(|p| p.module.clone());
    purged.or_else(|| registry::old(name))
}

fn take(name: Atom) -> Option<Purge> {
    let mut purge = PURGE.lock();
    if purge.as_ref()?.module.name == name { purge.take() } else { None }
}

fn resume(waiting: Vec<Pid>) {
    waiting.into_iter().for_each(crate::sched::resume);
}
