//! Exports and fun entries: the places through which one module's code finds another's. Both live for ever, so code
//! may keep pointers to them across loads and purges.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

use hashbrown::HashTable;

use crate::atom::Atom;
use crate::engine;
use crate::process::Native;
use crate::sync::RwLock;

/// Module, function, arity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Mfa {
    pub module: Atom,
    pub function: Atom,
    pub arity: u32,
}

impl Mfa {
    /// From names.
    #[must_use]
    pub fn new(module: Atom, function: Atom, arity: u32) -> Mfa {
        Mfa { module, function, arity }
    }

    fn hash(self) -> u64 {
        let a = u64::from(self.module.0) << 32 | u64::from(self.function.0);
        (a ^ u64::from(self.arity) << 57).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    }
}

/// An exported function, whether its module is loaded or not.
#[derive(Debug)]
#[repr(C)]
pub struct Export {
    /// Where a call jumps to: the function's code, this export's own stub, or the trampoline of a trace.
    address: AtomicPtr<u64>,
    /// What stands before any entry: the arity.
    arity: u64,
    /// Code of the export itself: a native's call, or that of `error_handler`.
    stub: [AtomicU64; 2],
    pub mfa: Mfa,
    /// The native that implements it, if one does.
    pub native: Option<Native>,
    /// The native is traced: calls of it go the long way, by the address.
    traced: AtomicBool,
    /// The function's code or the stub, whatever a trace has calls jump to.
    code: AtomicPtr<u64>,
    /// The arity, and code that looks at a call and goes on at `code`.
    trampoline: [u64; 2],
}

impl Export {
    fn new(mfa: Mfa) -> &'static Export {
        let native = super::natives::find(mfa).and_then(|d| d.callable());
        let e = Box::leak(Box::new(Export {
            address: AtomicPtr::new(core::ptr::null_mut()),
            arity: u64::from(mfa.arity),
            stub: [AtomicU64::new(0), AtomicU64::new(0)],
            mfa,
            native,
            traced: AtomicBool::new(false),
            code: AtomicPtr::new(core::ptr::null_mut()),
            trampoline: [u64::from(mfa.arity), engine::instruction(engine::first::EXPORT_BREAKPOINT)],
        }));
        let op = if native.is_some() { engine::first::NATIVE_BODY } else { engine::first::UNDEFINED_FUNCTION };
        e.stub[0].store(engine::instruction(op), Ordering::Relaxed);
        e.stub[1].store(core::ptr::from_ref(e) as u64, Ordering::Relaxed);
        e.code.store(e.stub_address().cast_mut(), Ordering::Release);
        e.look_at(crate::trace::saved::is_armed(), false);
        e
    }

    /// Where a call jumps to.
    #[inline(always)]
    #[must_use]
    pub fn address(&self) -> *const u64 {
        self.address.load(Ordering::Acquire)
    }

    /// The function's code, or the stub: where a call ends up that jumps to the address.
    #[must_use]
    pub fn code(&self) -> *const u64 {
        self.code.load(Ordering::Acquire)
    }

    /// Do calls of this native go by its address?
    #[inline(always)]
    pub(crate) fn is_traced(&self) -> bool {
        self.traced.load(Ordering::Relaxed)
    }

    /// Has calls through the export looked at (`calls`); `body`: a native's body is looked at.
    pub(crate) fn look_at(&self, calls: bool, body: bool) {
        let to = if calls { &raw const self.trampoline[1] } else { self.code() };
        self.address.store(to.cast_mut(), Ordering::Release);
        self.traced.store(self.native.is_some() && (calls || body), Ordering::Release);
    }

    /// Has calls through the export looked at, whatever else looks at it.
    pub(crate) fn divert(&self) {
        self.look_at(true, false);
    }

    /// Puts another word in place of the stub's first.
    pub(crate) fn replace_stub(&self, word: u64) {
        self.stub[0].store(word, Ordering::Release);
    }

    /// The export whose trampoline's code is at this address.
    /// # Safety
    /// The address must be that of a trampoline's code.
    pub(crate) unsafe fn of_trampoline(at: *const u64) -> &'static Export {
        // SAFETY: the caller's promise; exports are never freed.
        unsafe { &*at.byte_sub(core::mem::offset_of!(Export, trampoline) + 8).cast::<Export>() }
    }

    /// This export's own code.
    #[must_use]
    pub fn stub_address(&self) -> *const u64 {
        self.stub[0].as_ptr()
    }

    /// The export whose stub starts at this address.
    /// # Safety
    /// The address must be an export's [`Export::stub_address`].
    pub(crate) unsafe fn of_stub(stub: *const u64) -> &'static Export {
        // SAFETY: the caller's promise; exports are never freed.
        unsafe { &*stub.byte_sub(core::mem::offset_of!(Export, stub)).cast::<Export>() }
    }

    /// Is there code (or a native) behind it?
    #[must_use]
    pub fn is_defined(&self) -> bool {
        self.native.is_some() || self.code() != self.stub_address()
    }

    /// Points calls to code, or (`None`) back to the stub.
    pub(crate) fn set(&self, code: Option<*const u64>) {
        let to = if self.native.is_some() { self.stub_address() } else { code.unwrap_or(self.stub_address()) };
        let looked_at = self.address() != self.code();
        self.code.store(to.cast_mut(), Ordering::Release);
        if !looked_at {
            self.address.store(to.cast_mut(), Ordering::Release);
        }
    }
}

static EXPORTS: RwLock<HashTable<&'static Export>> = RwLock::new(HashTable::new());

/// The export of a function, made if there is none yet.
pub fn export(mfa: Mfa) -> &'static Export {
    if let Some(e) = find_export(mfa) {
        return e;
    }
    let mut table = EXPORTS.write();
    let hash = mfa.hash();
    if let Some(e) = table.find(hash, |e| e.mfa == mfa) {
        return e;
    }
    let e = Export::new(mfa);
    table.insert_unique(hash, e, |e| e.mfa.hash());
    e
}

/// The export of a function, if there is one.
#[must_use]
pub fn find_export(mfa: Mfa) -> Option<&'static Export> {
    EXPORTS.read().find(mfa.hash(), |e| e.mfa == mfa).copied()
}

/// All exports that are wanted.
#[must_use]
pub fn all_exports(wanted: impl Fn(&Export) -> bool) -> Vec<&'static Export> {
    EXPORTS.read().iter().filter(|e| wanted(e)).copied().collect()
}

/// All exports of a module that have code.
#[must_use]
pub fn exports_of(module: Atom) -> Vec<&'static Export> {
    EXPORTS.read().iter().filter(|e| e.mfa.module == module && e.is_defined()).copied().collect()
}

/// A fun expression of a module.
#[derive(Debug)]
#[repr(C)]
pub struct FunEntry {
    /// The code of the version that was loaded last, or the stub that calls `error_handler:undefined_lambda/3`.
    address: AtomicPtr<u64>,
    /// What stands before any entry: arity with free variables; a call's live registers.
    live: AtomicU64,
    stub: [AtomicU64; 2],
    pub module: Atom,
    /// The arity that callers see (free variables not counted).
    pub arity: u32,
    pub index: u32,
    pub old_index: u32,
    /// MD5 of the module's code.
    pub uniq: [u8; 16],
    pub old_uniq: u32,
}

impl FunEntry {
    pub(super) fn new(module: Atom, arity: u32, index: u32, uniq: [u8; 16], old_uniq: u32) -> &'static FunEntry {
        let e = Box::leak(Box::new(FunEntry {
            address: AtomicPtr::new(core::ptr::null_mut()),
            live: AtomicU64::new(u64::from(arity) + 1),
            stub: [AtomicU64::new(engine::instruction(engine::first::UNDEFINED_LAMBDA)), AtomicU64::new(0)],
            module,
            arity,
            index,
            old_index: index,
            uniq,
            old_uniq,
        }));
        e.address.store(e.stub[0].as_ptr(), Ordering::Release);
        e
    }

    /// Where a call jumps to.
    #[inline(always)]
    #[must_use]
    pub fn address(&self) -> *const u64 {
        self.address.load(Ordering::Acquire)
    }

    /// The entry whose stub starts at this address.
    /// # Safety
    /// The address must be a fun entry's stub.
    pub(crate) unsafe fn of_stub(stub: *const u64) -> &'static FunEntry {
        // SAFETY: the caller's promise; entries are never freed.
        unsafe { &*stub.byte_sub(core::mem::offset_of!(FunEntry, stub)).cast::<FunEntry>() }
    }

    /// Is the module that made it loaded?
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.address().cast_mut() != self.stub[0].as_ptr()
    }

    /// Points calls to code, or back to the stub.
    pub(crate) fn set(&self, code: Option<*const u64>) {
        self.address.store(code.map_or(self.stub[0].as_ptr(), <*const u64>::cast_mut), Ordering::Release);
    }
}
