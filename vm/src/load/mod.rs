//! The loader: from the bytes of a `.beam` file, which nobody vouches for, to code that the engine runs.
//! Formats: `lib/compiler/src/beam_asm.erl`, `beam_file.c`.

mod beam_file;
mod chunks;
mod decode;
mod emit;
mod generic;
mod operand;
mod records;
mod specialise;
mod transform;

pub use beam_file::{BeamFile, LoadError};
pub(crate) use emit::Emitter;
pub use generic::GenericOp;
pub use operand::{Arg, Reg};

use crate::code::Prepared;

/// Checks a module's bytes and turns them into code ready to be installed.
/// # Errors
/// [`LoadError`], which names what is wrong.
pub fn prepare(bytes: &[u8]) -> Result<Prepared, LoadError> {
    specialise::prepare(bytes)
}
