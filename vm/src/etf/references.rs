//! What references mean that have been written, as text or in the external format: who reads one back gets what its numbers
//! stand for, the object of a magic reference while anybody has it, or an alias (`erts_magic_ref_lookup_bin` and
//! `erts_pid_ref_lookup` in `erl_bif_unique.c`, where tables hold all such references).

use alloc::collections::BTreeMap;
use alloc::sync::{Arc, Weak};
use core::any::Any;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::process;
use crate::sync::Mutex;
use crate::term::{Alloc, Pid, Reference, Term, build};

enum Meaning {
    Object(Weak<dyn Any + Send + Sync>),
    Alias(Pid),
}

impl Meaning {
    fn is_alive(&self) -> bool {
        match self {
            Meaning::Object(object) => object.strong_count() > 0,
            Meaning::Alias(pid) => process::lookup(*pid).is_some(),
        }
    }
}

/// So many aliases are noted: when one is over, that is looked for only if there are any.
static ALIASES: AtomicUsize = AtomicUsize::new(0);

struct Written {
    meanings: BTreeMap<[u32; 3], Meaning>,
    /// When there are so many, those go that mean nothing any more.
    enough: usize,
}

const ENOUGH: usize = 64;

static WRITTEN: Mutex<Written> = Mutex::new(Written { meanings: BTreeMap::new(), enough: ENOUGH });

/// A term is written; if it is a reference that means something, that is noted.
pub fn written(t: Term) {
    let meaning = match (t.as_magic(), t.as_reference()) {
        (Some(magic), _) => Meaning::Object(Arc::downgrade(magic)),
        (None, Some(Reference { pid: Some(pid), .. })) => Meaning::Alias(pid),
        _ => return,
    };
    let Some(reference) = t.as_reference() else { return };
    let mut written = WRITTEN.lock();
    if written.meanings.len() >= written.enough {
        written.meanings.retain(|_, meaning| meaning.is_alive());
        let aliases = written.meanings.values().filter(|meaning| matches!(meaning, Meaning::Alias(_))).count();
        ALIASES.store(aliases, Relaxed);
        written.enough = (2 * written.meanings.len()).max(ENOUGH);
    }
    let aliases = usize::from(matches!(meaning, Meaning::Alias(_)));
    if written.meanings.insert(reference.numbers, meaning).is_none() {
        ALIASES.fetch_add(aliases, Relaxed);
    }
}

/// An alias is over: who reads it back has a reference that means nothing.
pub(crate) fn over(numbers: &[u32; 3]) {
    if ALIASES.load(Relaxed) == 0 {
        return;
    }
    let mut written = WRITTEN.lock();
    if written.meanings.remove(numbers).is_some() {
        ALIASES.fetch_sub(1, Relaxed);
    }
}

/// A reference of this node by its numbers.
pub fn read<A: Alloc + ?Sized>(a: &mut A, numbers: [u32; 3]) -> Term {
    let found = match WRITTEN.lock().meanings.get(&numbers) {
        Some(Meaning::Object(object)) => (object.upgrade(), None),
        Some(Meaning::Alias(pid)) => (None, Some(*pid)),
        None => (None, None),
    };
    match found {
        (Some(object), _) => build::magic_reference(a, Reference { numbers, pid: None }, object),
        (None, pid) => build::reference(a, Reference { numbers, pid }),
    }
}
