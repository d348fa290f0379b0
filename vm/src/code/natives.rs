//! The registry of natives: declared as data by the `bif` crate, one line each, looked up when exports are made.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::Mfa;
use crate::atom::Atom;
use crate::process::{Native, NativeResult, Process};
use crate::sync::RwLock;
use crate::term::Term;

/// What kind of native it is (`bif.tab` and `bif_instrs.tab` tell them apart too).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A guard or an operator: no side effects, may be called by guard instructions.
    Guard,
    /// Any other BIF.
    Plain,
    /// A function of a static NIF library: its module's `.beam` holds a stub body.
    Nif,
}

/// One declared native.
#[derive(Debug, Clone, Copy)]
pub struct NativeDecl {
    pub module: &'static str,
    pub function: &'static str,
    pub arity: u32,
    pub kind: Kind,
    /// First and last OTP release that has it.
    pub since: u32,
    pub until: u32,
    /// None: declared, but not there yet; calling it raises `notsup`.
    pub native: Option<Native>,
}

impl NativeDecl {
    /// What calls run: the native, or the stub that raises `notsup`. A NIF that is not there leaves the body that
    /// its module has for that case.
    #[must_use]
    pub fn callable(&self) -> Option<Native> {
        match self.kind {
            Kind::Nif => self.native,
            Kind::Guard | Kind::Plain => Some(self.native.unwrap_or(missing)),
        }
    }
}

/// Stands for a native that is not there yet.
fn missing(p: &mut Process, _args: &[Term]) -> NativeResult {
    Err(p.notsup())
}

type Table = HashMap<(u32, u32, u32), &'static NativeDecl, ahash::RandomState>;
static TABLE: RwLock<Option<Table>> = RwLock::new(None);

/// Enters declarations; those that the node's OTP release doesn't have are left out.
pub fn register(decls: &'static [NativeDecl]) {
    let release = crate::release::current();
    let mut table = TABLE.write();
    let table = table.get_or_insert_with(|| HashMap::with_hasher(ahash::RandomState::with_seeds(1, 3, 5, 7)));
    for d in decls.iter().filter(|d| (d.since..=d.until).contains(&release)) {
        table.insert((Atom::new(d.module).0, Atom::new(d.function).0, d.arity), d);
    }
}

/// The declaration of a native.
#[must_use]
pub fn find(mfa: Mfa) -> Option<&'static NativeDecl> {
    TABLE.read().as_ref()?.get(&(mfa.module.0, mfa.function.0, mfa.arity)).copied()
}

/// All BIFs of the node's OTP release (`system_info(snifs)`).
#[must_use]
pub fn all() -> Vec<&'static NativeDecl> {
    TABLE.read().iter().flatten().map(|(_, d)| *d).filter(|d| d.kind != Kind::Nif).collect()
}

/// All natives of a module.
#[must_use]
pub fn of_module(module: Atom) -> Vec<&'static NativeDecl> {
    TABLE.read().iter().flatten().filter(|(k, _)| k.0 == module.0).map(|(_, d)| *d).collect()
}
