//! The catch table: a catch mark on a stack is an index into it, and leads to the handler's code.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::sync::{Chunked, Mutex};
use crate::term::Term;

static HANDLERS: Chunked<AtomicPtr<u64>> = Chunked::new();
static FREE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// An entry of the catch table, owned by the module whose code uses it.
#[derive(Debug)]
pub(crate) struct Catch(u32);

impl Catch {
    /// An entry with no handler yet.
    pub(crate) fn new() -> Catch {
        let free = FREE.lock().pop();
        Catch(free.unwrap_or_else(|| HANDLERS.push_with(|_| AtomicPtr::new(core::ptr::null_mut())) as u32))
    }

    /// The mark that stands for it on a stack.
    pub(crate) fn mark(&self) -> Term {
        Term::catch(self.0)
    }

    /// Sets the handler.
    pub(crate) fn set(&self, code: *const u64) {
        if let Some(h) = HANDLERS.get(self.0 as usize) {
            h.store(code.cast_mut(), Ordering::Release);
        }
    }

    /// The handler that a mark leads to.
    pub(crate) fn handler(index: u32) -> Option<*const u64> {
        let p = HANDLERS.get(index as usize)?.load(Ordering::Acquire);
        (!p.is_null()).then_some(p.cast_const())
    }
}

impl Drop for Catch {
    fn drop(&mut self) {
        self.set(core::ptr::null());
        FREE.lock().push(self.0);
    }
}
