//! What is wrong with a match specification.

use alloc::string::String;

/// Why there is no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompileError {
    Badarg,
    /// Nested too deeply.
    SystemLimit,
}

/// Something that a check found: an error, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding(pub String);

/// How compiling goes on after a mistake: it ends, or it is noted down.
pub(super) enum Mistakes {
    End,
    Note(alloc::vec::Vec<Finding>),
}

impl Mistakes {
    /// A mistake, told by `text`.
    pub(super) fn add(&mut self, text: impl FnOnce() -> String) -> Result<(), CompileError> {
        match self {
            Mistakes::End => Err(CompileError::Badarg),
            Mistakes::Note(all) => {
                // Stock's buffer holds so many characters.
                all.push(Finding(text().chars().take(99).collect()));
                Ok(())
            }
        }
    }
}

/// A term as messages show it.
pub(super) fn show(t: crate::term::Term) -> String {
    String::from_utf8_lossy(&crate::term::display::to_bytes(t, usize::MAX)).into_owned()
}
