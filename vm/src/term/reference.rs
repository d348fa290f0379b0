//! References: three 32-bit numbers; some carry the pid they can be sent to (aliases), some keep a native's object
//! alive (magic references).

use alloc::sync::Arc;
use core::any::Any;

use super::{Pid, Tag, Term};

/// What a magic reference keeps alive: an object of a native (a compiled pattern, an ETS table's handle …).
pub type Magic = Arc<dyn Any + Send + Sync>;

/// The value of a local reference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reference {
    /// Least significant number first; `#Ref<0.n2.n1.n0>`.
    pub numbers: [u32; 3],
    /// The process that receives what is sent to the reference, while the alias is active.
    pub pid: Option<Pid>,
}

impl Reference {
    /// The three numbers in two words, as a reference holds them.
    #[must_use]
    pub const fn to_words(self) -> [u64; 2] {
        [self.numbers[0] as u64 | (self.numbers[1] as u64) << 32, self.numbers[2] as u64]
    }
}

impl Term {
    /// The local reference, magic or not.
    #[must_use]
    pub fn as_reference(self) -> Option<Reference> {
        if !self.is_tag(Tag::Ref) {
            return None;
        }
        let words = self.words();
        let numbers = [words[0] as u32, (words[0] >> 32) as u32, words[1] as u32];
        let pid = if words.len() == 3 { Term(words[2]).as_pid() } else { None };
        Some(Reference { numbers, pid })
    }

    /// The object of a magic reference.
    #[must_use]
    pub fn as_magic(self) -> Option<&'static Magic> {
        if !self.is_tag(Tag::Ref) || self.words().len() != 4 {
            return None;
        }
        // SAFETY: word 3 of a magic reference owns a boxed Magic that lives as long as the term.
        Some(unsafe { &*(self.words()[3] as *const Magic) })
    }
}
