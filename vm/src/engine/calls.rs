//! Where calls go that are only known when they happen: apply, funs, functions that are not loaded.

use super::context::Counted;
use super::{Context, Term};
use crate::atom;
use crate::code::{self, Export, FunEntry, Mfa};
use crate::process::Class;
use crate::term::{FunRef, build};

/// Is the function of `erlang` with this name and arity one of those that only raise? Whoever applies one in tail
/// position is named in the stack trace, as if it had called it (`apply_bif_error_adjustment` in `beam_common.c`).
pub(super) fn raises(function: atom::Atom, arity: u32) -> bool {
    matches!((function, arity), (atom::ERROR, 1..=3) | (atom::EXIT | atom::THROW, 1))
}

impl Context {
    /// `apply x[arity]:x[arity + 1]` with the arguments before them; null if the process holds an exception.
    pub(crate) fn apply_target(&mut self, arity: usize) -> *const u64 {
        let (module, function) = (self.x[arity], self.x[arity + 1]);
        let (Some(module), Some(function)) = (module.as_atom(), function.as_atom()) else {
            let p = self.process();
            let args = build::list(p, &self.x[..arity]);
            p.exception.set(Class::Error, Term::atom(atom::BADARG));
            p.blame(Mfa::new(atom::ERLANG, atom::APPLY, 3), &[module, function, args]);
            return core::ptr::null();
        };
        code::export(Mfa { module, function, arity: arity as u32 }).address()
    }

    /// Does this apply call a native that does nothing but raise?
    pub(crate) fn applies_raiser(&self, arity: usize) -> bool {
        let (module, function) = (self.x[arity].as_atom(), self.x[arity + 1].as_atom());
        module == Some(atom::ERLANG) && function.is_some_and(|f| raises(f, arity as u32))
    }

    /// A list's length, or (`raise`) why it has none. So many cells are counted in a slice; the process remembers how far
    /// it came. So many X registers are live.
    #[inline(never)]
    pub(crate) fn length(&mut self, list: Term, live: usize, raise: bool) -> Counted {
        // Cells for one reduction.
        const RATE: usize = 16;
        let p = self.process();
        let (mut n, mut rest) = match core::mem::take(&mut p.counted) {
            0 => (0, list),
            n => (n, core::mem::replace(&mut p.count_rest, Term::NIL)),
        };
        let most = usize::try_from(p.budget()).unwrap_or(0).max(1) * RATE;
        let end = n + most;
        while let Some((_, tail)) = rest.as_cons() {
            if n == end {
                (p.counted, p.count_rest) = (n, rest);
                p.charge(most / RATE);
                self.yield_live(self.pc, live);
                return Counted::Later;
            }
            (n, rest) = (n + 1, tail);
        }
        p.charge((n + most - end) / RATE);
        if rest.is_nil() {
            return Counted::Known(Term::small(n as i64));
        }
        if raise {
            self.badarg_in_1(&code::guard::LENGTH, list);
        }
        Counted::Fails
    }

    /// The code of a fun that is called with `arity` arguments in the X registers; its free variables are loaded
    /// behind them. Null if the process holds an exception.
    pub(crate) fn fun_target(&mut self, arity: usize, fun: Term) -> *const u64 {
        let p = self.process();
        let Some(view) = fun.as_fun() else {
            let _ = p.error_pair(atom::BADFUN, fun);
            return core::ptr::null();
        };
        if view.arity() as usize != arity {
            let args = build::list(p, &self.x[..arity]);
            let pair = build::tuple(p, &[fun, args]);
            let _ = p.error_pair(atom::BADARITY, pair);
            return core::ptr::null();
        }
        match view.code {
            FunRef::External(export) => export.address(),
            FunRef::Local(entry) => {
                if !entry.is_loaded() {
                    self.x[arity] = fun;
                    return entry.address();
                }
                for (i, t) in view.env.iter().enumerate() {
                    self.x[arity + i] = *t;
                }
                entry.address()
            }
        }
    }

    /// Code of an export with nothing behind it runs: calls `error_handler:undefined_function(M, F, Args)`.
    pub(crate) fn undefined_function(&mut self) -> bool {
        // SAFETY: only stubs of exports hold this instruction, and pc is at it.
        let export: &Export = unsafe { Export::of_stub(self.pc) };
        let mfa = export.mfa;
        let args = self.x[..mfa.arity as usize].to_vec();
        let p = self.process();
        let handler = code::export(Mfa::new(p.error_handler, atom::UNDEFINED_FUNCTION, 3));
        let args = build::list(p, &args);
        if !handler.is_defined() {
            p.exception.set(Class::Error, Term::atom(atom::UNDEF));
            p.exception.mfa = Some(mfa);
            p.exception.args = args;
            return false;
        }
        self.x[0] = Term::atom(mfa.module);
        self.x[1] = Term::atom(mfa.function);
        self.x[2] = args;
        self.collect_if_due(3);
        self.pc = handler.address();
        true
    }

    /// A fun whose module is not loaded runs: calls `error_handler:undefined_lambda(M, Fun, Args)`.
    pub(crate) fn undefined_lambda(&mut self) -> bool {
        // SAFETY: only stubs of fun entries hold this instruction, and pc is at it.
        let entry: &'static FunEntry = unsafe { FunEntry::of_stub(self.pc) };
        let arity = entry.arity as usize;
        let args = self.x[..arity].to_vec();
        let fun = self.x[arity];
        let p = self.process();
        let handler = if code::purge::wait_for(entry, p.pid()) {
            // It calls the fun anew when it is known whether the code stays.
            p.end_slice();
            code::export(Mfa::new(atom::ERTS_CODE_PURGER, atom::PENDING_PURGE_LAMBDA, 3))
        } else if code::is_loaded(entry.module) {
            // The version that is there has no such fun.
            let _ = p.error_pair(atom::BADFUN, fun);
            return false;
        } else {
            code::export(Mfa::new(p.error_handler, atom::UNDEFINED_LAMBDA, 3))
        };
        let args = build::list(p, &args);
        if !handler.is_defined() {
            let _ = p.error_pair(atom::BADFUN, fun);
            return false;
        }
        self.x[0] = Term::atom(entry.module);
        self.x[1] = fun;
        self.x[2] = args;
        self.collect_if_due(3);
        self.pc = handler.address();
        true
    }

    /// The first function of the process has returned.
    pub(crate) fn normal_exit(&mut self) {
        self.process().exception.set(Class::Exit, Term::atom(atom::NORMAL));
    }

    /// `func_info` runs: no clause matched; module, function and arity are behind the instruction.
    pub(crate) fn function_clause(&mut self) {
        // SAFETY: the loader puts the three words there.
        let arity = unsafe { *self.pc.add(3) } as usize;
        let p = self.process();
        p.exception.set(Class::Error, Term::atom(atom::FUNCTION_CLAUSE));
        p.exception.args = build::list(p, &self.x[..arity]);
    }
}
