//! Exports and fun entries: the places through which one module's code finds another's. Both live for ever, so code
//! may keep pointers to them across loads and purges.

use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize};

use crate::atom::Atom;

/// Module, function, arity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Mfa {
    pub module: Atom,
    pub function: Atom,
    pub arity: u32,
}

/// An exported function, whether its module is loaded or not.
#[derive(Debug)]
#[repr(C)]
pub struct Export {
    /// Where a call jumps to: the function's code, or this export's own stub.
    pub address: AtomicPtr<u64>,
    /// Code of the export itself: calls `error_handler`, or a native.
    pub(crate) stub: [AtomicUsize; 2],
    pub mfa: Mfa,
    /// The native that implements it, as its index plus one; 0 for none.
    pub(crate) native: AtomicU32,
}

/// A fun expression of a module.
#[derive(Debug)]
#[repr(C)]
pub struct FunEntry {
    /// The code of the version that was loaded last, or the stub that calls `error_handler:undefined_lambda/3`.
    pub address: AtomicPtr<u64>,
    pub(crate) stub: [AtomicUsize; 2],
    pub module: Atom,
    /// The arity that callers see (free variables not counted).
    pub arity: u32,
    pub index: u32,
    pub old_index: u32,
    /// MD5 of the module's code.
    pub uniq: [u8; 16],
    pub old_uniq: u32,
}
