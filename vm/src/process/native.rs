//! The contract between the engine and natives (BIFs and NIFs).
//!
//! A native gets its process and its arguments, and answers a term or a [`Bail`]. It may allocate on the process
//! (terms never move while it runs); it must not run long without charging reductions.

use super::{Class, Process};
use crate::atom::{self, Atom};
use crate::code::{Export, FunEntry};
use crate::term::{Term, build};

/// A native function.
pub type Native = fn(&mut Process, &[Term]) -> NativeResult;

/// What a native answers.
pub type NativeResult = Result<Term, Bail>;

/// Why a native has no result (yet). The details are in the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Bail {
    /// It raised: see [`Process::raise`].
    Raise,
    /// The caller's place is taken by another call: see [`Process::trap_to`].
    Trap,
    /// Out of reductions: the native that [`Process::yield_to`] named is called when the process runs again.
    Yield,
    /// The process waits (for a message or a signal) and then calls the native of [`Process::yield_to`] again.
    Wait,
    /// The process's stack is thrown away; the call of [`Process::trap_to`] is made when there is a message.
    Hibernate,
}

/// The address of a function's first instruction.
#[derive(Debug, Clone, Copy)]
pub struct CodeAddress(pub(crate) *const u64);

/// The call that takes a native's place.
#[derive(Debug, Default)]
pub struct Trap {
    pub(crate) export: Option<&'static Export>,
    pub(crate) native: Option<Native>,
    pub(crate) fun: Option<&'static FunEntry>,
    pub(crate) code: Option<CodeAddress>,
    pub(crate) args: alloc::vec::Vec<Term>,
}

impl Process {
    /// Raises an exception with this class and reason.
    pub fn raise(&mut self, class: Class, reason: Term) -> Bail {
        self.exception.set(class, reason);
        Bail::Raise
    }

    /// Raises `error:Reason`.
    pub fn error(&mut self, reason: Term) -> Bail {
        self.raise(Class::Error, reason)
    }

    /// Raises `error:Atom`.
    pub fn error_atom(&mut self, reason: Atom) -> Bail {
        self.error(Term::atom(reason))
    }

    /// Raises `error:badarg`.
    pub fn badarg(&mut self) -> Bail {
        self.error_atom(atom::BADARG)
    }

    /// Raises `error:badarg` with `error_info` that carries this cause, for the module's `format_error/2`.
    pub fn badarg_cause(&mut self, cause: Term) -> Bail {
        let bail = self.badarg();
        self.exception.cause = cause;
        bail
    }

    /// Raises `error:{Tag, Value}`.
    pub fn error_pair(&mut self, tag: Atom, value: Term) -> Bail {
        let reason = build::tuple(self, &[Term::atom(tag), value]);
        self.error(reason)
    }

    /// Raises `error:system_limit`.
    pub fn system_limit(&mut self) -> Bail {
        self.error_atom(atom::SYSTEM_LIMIT)
    }

    /// Raises `error:notsup`.
    pub fn notsup(&mut self) -> Bail {
        self.error_atom(atom::NOTSUP)
    }

    /// The native's result is that of calling this exported function with these arguments.
    pub fn trap_to(&mut self, export: &'static Export, args: &[Term]) -> Bail {
        self.trap.export = Some(export);
        self.trap.native = None;
        self.trap.args.clear();
        self.trap.args.extend_from_slice(args);
        Bail::Trap
    }

    /// As [`Process::trap_to`], with a fun's code; its free variables are the last arguments.
    pub fn trap_to_fun(&mut self, entry: &'static FunEntry, args: &[Term]) -> Bail {
        self.trap.export = None;
        self.trap.native = None;
        self.trap.fun = Some(entry);
        self.trap.args.clear();
        self.trap.args.extend_from_slice(args);
        Bail::Trap
    }

    /// As [`Process::trap_to`], with code that takes no arguments (an `on_load` function).
    pub fn trap_to_code(&mut self, entry: CodeAddress) -> Bail {
        self.trap.export = None;
        self.trap.native = None;
        self.trap.code = Some(entry);
        self.trap.args.clear();
        Bail::Trap
    }

    /// The exception just raised is the caller's own: the native has no frame in the trace.
    pub fn own_exception(&mut self) {
        self.exception.own = true;
    }

    /// The arguments that the trace shows for the caller.
    pub fn exception_args(&mut self, args: Term) {
        self.exception.args = args;
    }

    /// The `error_info` map that the trace shows for the caller.
    pub fn exception_info(&mut self, info: Term) {
        self.exception.info = info;
    }

    /// The exception just raised comes with this trace (a list).
    pub fn exception_trace(&mut self, class: Class, trace: Term) {
        self.exception.trace = build::tuple(self, &[Term::atom(class.atom()), trace]);
    }

    /// The exception that the process holds.
    #[must_use]
    pub const fn exception(&self) -> &crate::process::Exception {
        &self.exception
    }

    /// The native goes on as `native` with these arguments when the process is scheduled again.
    pub fn yield_to(&mut self, native: Native, args: &[Term]) -> Bail {
        self.set_native_trap(native, args);
        Bail::Yield
    }

    /// As [`Process::yield_to`], but only after a message or signal has come.
    pub fn wait_for(&mut self, native: Native, args: &[Term]) -> Bail {
        self.set_native_trap(native, args);
        Bail::Wait
    }

    fn set_native_trap(&mut self, native: Native, args: &[Term]) {
        self.trap.export = None;
        self.trap.native = Some(native);
        // The arguments may be a slice of the trap's own.
        let args = args.to_vec();
        self.trap.args = args;
    }
}
