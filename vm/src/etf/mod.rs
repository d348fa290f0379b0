//! The external term format, both ways. Read beside it: `erts/doc/src/erl_ext_dist.xml`,
//! `erts/emulator/beam/external.c`.
//!
//! Both directions are state machines with explicit stacks: they take a budget, stop when it is used up, and go on
//! when they are called again. Whatever bytes come in, decoding answers a term or an error, and takes memory in
//! proportion to the bytes.

mod atoms;
mod compress;
mod decode;
mod encode;
mod identifiers;
mod literal;
mod out;
pub mod references;
mod scalars;
pub mod tags;

use crate::code::{Export, FunEntry, Mfa};
use crate::node::NodeName;

pub use compress::{Compressor, Inflater, compress, inflate};
pub use decode::{Decoded, Decoder, decode};
pub use encode::{EncodeOptions, Encoder, encode, external_size};
pub use literal::{CodeLinker, decode_literal};

/// The first byte of an encoded term.
pub const VERSION: u8 = 131;

/// How a paused call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    Done,
    /// The budget is used up: call again.
    Paused,
}

/// Why bytes gave no term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// Not an encoded term, or not a safe one.
    Badarg,
    /// Too many atoms, or an integer too large.
    SystemLimit,
}

/// What decoding asks the rest of the VM for.
pub trait Linker {
    /// The export, made if it is new.
    fn export(&self, mfa: Mfa) -> &'static Export;
    /// Whether the export exists (for `safe`).
    fn export_exists(&self, mfa: Mfa) -> bool;
    /// The entry of a fun expression, made if its module is not loaded.
    fn fun_entry(&self, module: crate::atom::Atom, id: &FunId) -> &'static FunEntry;
}

/// What tells a module's fun expressions apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FunId {
    pub arity: u32,
    pub index: u32,
    pub old_index: u32,
    pub uniq: [u8; 16],
    pub old_uniq: u32,
}

/// How bytes are decoded.
#[derive(Clone, Copy)]
pub struct DecodeOptions<'a> {
    pub linker: &'a dyn Linker,
    pub node: NodeName,
    /// Make no new atoms and no new exports.
    pub safe: bool,
}

#[cfg(test)]
mod tests;
