//! What `process_info/2` asks of a process's inner state.

use alloc::string::String;
use alloc::vec::Vec;

use super::Process;
use crate::code::{self, Location};
use crate::term::Term;

/// A word of a process's stack.
#[derive(Debug)]
pub enum StackWord {
    /// Where the stack has it, where it leads.
    Return {
        at: usize,
        address: usize,
    },
    Catch,
    Term(Term),
}

impl Process {
    /// Where the process is and what it will return to, innermost first.
    #[must_use]
    pub fn stack_locations(&self, limit: usize) -> Vec<Location> {
        let mut locations = Vec::new();
        // SAFETY: the context outlives the slice in which the process runs on it.
        let pc = if self.context.is_null() { self.pc } else { unsafe { (*self.context).pc } };
        locations.extend(code::locate(pc));
        let returns = self.heap.stack().iter().filter(|w| **w & 3 == 0 && **w != 0);
        // A function that calls itself shows once.
        let mut last = 0;
        let returns = returns.filter(|w| core::mem::replace(&mut last, **w) != **w);
        // A return address points behind the call: one word back lies in it.
        locations.extend(returns.filter_map(|w| code::locate((*w as *const u64).wrapping_sub(1))).take(limit));
        locations.truncate(limit);
        locations
    }

    /// Where it will return to, innermost first; frames of traces are left out.
    #[must_use]
    pub fn return_locations(&self, limit: usize) -> Vec<Location> {
        let returns = self.heap.stack().iter().filter(|w| **w & 3 == 0 && **w != 0);
        returns.filter_map(|w| code::locate((*w as *const u64).wrapping_sub(1))).take(limit).collect()
    }

    /// Sizes of its memory, in words, as `garbage_collection_info` tells them.
    pub fn gc_info(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let h = &self.heap;
        [
            ("old_heap_block_size", h.old_size()),
            ("heap_block_size", h.heap_size()),
            ("mbuf_size", h.total_size() - h.heap_size() - h.old_size()),
            ("recent_size", h.young_used()),
            ("stack_size", h.stack_size()),
            ("old_heap_size", h.old_used()),
            ("heap_size", h.young_used()),
            ("bin_vheap_size", h.binary_words()),
            ("bin_vheap_block_size", h.policy().min_bin_vheap_size),
            ("bin_old_vheap_size", 0),
            ("bin_old_vheap_block_size", h.policy().min_bin_vheap_size),
        ]
        .into_iter()
    }

    /// The words of the stack, top first.
    #[must_use]
    pub fn stack_words(&self) -> Vec<StackWord> {
        let word = |w: &u64| match w & 3 {
            0 => StackWord::Return { at: core::ptr::from_ref(w) as usize, address: *w as usize },
            // SAFETY: stack words are terms or return addresses.
            _ => match unsafe { Term::from_raw(*w) } {
                t if t.as_catch().is_some() => StackWord::Catch,
                t => StackWord::Term(t),
            },
        };
        self.heap.stack().iter().map(word).collect()
    }

    /// The address of the code that it runs next.
    #[must_use]
    pub fn program_counter(&self) -> usize {
        self.pc as usize
    }

    /// Where it is now.
    #[must_use]
    pub fn current_address(&self) -> usize {
        // SAFETY: the context outlives the slice in which the process runs on it.
        let pc = if self.context.is_null() { self.pc } else { unsafe { (*self.context).pc } };
        pc as usize
    }

    /// How many catches are active.
    #[must_use]
    pub fn catch_level(&self) -> usize {
        // SAFETY: stack words are terms or return addresses; only their tag is read.
        self.heap.stack().iter().filter(|w| unsafe { crate::term::Term::from_raw(**w) }.as_catch().is_some()).count()
    }

    /// Reductions used so far, this slice included.
    #[must_use]
    pub fn reductions(&self) -> u64 {
        self.reductions + if self.context.is_null() { 0 } else { (crate::sched::SLICE - self.budget()).max(0) as u64 }
    }

    /// When it was made, by the monotonic clock.
    #[must_use]
    pub const fn started_ns(&self) -> u64 {
        self.started_ns
    }
}

static DESCRIBE: spin::Once<fn(&Process) -> String> = spin::Once::new();

/// Says how a process is described in words, with its stack.
pub fn set_description(describe: fn(&Process) -> String) {
    DESCRIBE.call_once(|| describe);
}

/// A process in words, for `process_dump` in traces' patterns.
pub(crate) fn described(p: &Process) -> String {
    DESCRIBE.get().map_or_else(String::new, |describe| describe(p))
}
