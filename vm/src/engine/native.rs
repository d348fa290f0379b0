//! Calling natives from code.

use super::calls::raises;
use super::{After, Context, RESUME, Stop, Term, first, instruction};
use crate::atom;
use crate::code::{Export, Mfa};
use crate::process::{Bail, Class, Native, NativeResult, Process};
use crate::term::build;

/// In place of a number of live registers: nobody knows, so this instruction must not collect.
pub(crate) const NO_COLLECTION: usize = 0xffff;

/// How a native was called: its frame in a stack trace.
enum Frame<'a> {
    Known(&'a Mfa, usize),
    Resumed,
}

impl Context {
    /// A native called by `call_native`; the call returns to `next`.
    #[inline(never)]
    pub(crate) fn call_native(&mut self, export: *const Export, next: *const u64) -> After {
        // SAFETY: exports are never freed.
        let export = unsafe { &*export };
        let native = export.native.expect("the loader plants call_native for natives only");
        if export.is_traced()
            && let Some(after) = self.call_traced(export, next)
        {
            return after;
        }
        let arity = export.mfa.arity as usize;
        self.ensure_room(arity);
        let result = self.invoke(native, arity);
        self.finish(result, Frame::Known(&export.mfa, arity), Some(next))
    }

    /// A native that is a function's body: it returns to what is on top of the stack.
    #[inline(never)]
    pub(crate) fn native_body(&mut self, export: *const Export) -> After {
        // SAFETY: exports are never freed.
        let export = unsafe { &*export };
        let native = export.native.expect("native bodies belong to natives");
        let arity = export.mfa.arity as usize;
        self.ensure_room(arity);
        let result = self.invoke(native, arity);
        self.finish(result, Frame::Known(&export.mfa, arity), None)
    }

    /// A native that had yielded is called again.
    #[inline(never)]
    pub(crate) fn resume_native(&mut self) -> After {
        let p = self.process();
        let Some(native) = p.trap.native.take() else {
            p.exception.set(Class::Error, Term::atom(atom::UNDEF));
            return After::Raise;
        };
        let of = p.paused.as_ref().and_then(|paused| paused.of);
        let args = core::mem::take(&mut p.trap.args);
        let n = args.len();
        self.x[..n].copy_from_slice(&args);
        let result = self.invoke(native, n);
        self.finish(result, of.as_ref().map_or(Frame::Resumed, |of| Frame::Known(of, n)), None)
    }

    #[inline]
    fn invoke(&mut self, native: Native, arity: usize) -> NativeResult {
        let p = self.process();
        // SAFETY: natives touch the context only through their process (reductions), never the X registers.
        let args = unsafe { core::slice::from_raw_parts(self.x.as_ptr(), arity) };
        native(p, args)
    }

    /// `next`: where the result goes, when it is not on top of the stack already.
    fn finish(&mut self, result: NativeResult, frame: Frame<'_>, next: Option<*const u64>) -> After {
        let bail = match result {
            Ok(term) => {
                self.x[0] = term;
                self.collect_if_due(1);
                return After::Next;
            }
            Err(bail) => bail,
        };
        match bail {
            Bail::Raise => {
                crate::fatal::look(self.process());
                if let Frame::Known(mfa, arity) = frame {
                    self.process().blame(*mfa, &self.x[..arity]);
                }
                After::Raise
            }
            Bail::Trap => {
                let next = next.filter(|next| !self.leaves(*next));
                self.push(next);
                self.enter_trap()
            }
            Bail::Yield | Bail::Wait => {
                self.push(next);
                let p = self.process();
                if let (Some(paused), Frame::Known(of, arity)) = (&mut p.paused, frame) {
                    // For the trace, should it raise in the end.
                    paused.of = Some(*of);
                    p.trap.args = self.x[..arity].to_vec();
                }
                // The arguments are roots of the process while it does not run.
                self.save(RESUME.address(), 0);
                self.stop = if bail == Bail::Wait { Stop::Wait } else { Stop::Yield };
                After::Stop
            }
            Bail::Hibernate => self.hibernate(),
        }
    }

    /// Goes on with the call that took a native's place.
    fn enter_trap(&mut self) -> After {
        let p = self.process();
        let args = core::mem::take(&mut p.trap.args);
        self.x[..args.len()].copy_from_slice(&args);
        let live = args.len();
        let to = match (p.trap.export.take(), p.trap.fun.take()) {
            (Some(export), _) => export.address(),
            (None, Some(entry)) => entry.address(),
            (None, None) if p.trap.code.is_some() => p.trap.code.take().map_or(core::ptr::null(), |c| c.0),
            (None, None) => {
                p.exception.set(Class::Error, Term::atom(atom::UNDEF));
                return After::Raise;
            }
        };
        self.collect_if_due(live);
        self.pc = to;
        After::Jump
    }

    /// Is `next` a return, so that a call that takes the native's place is in tail position? Then its frame goes, so that
    /// loops through natives that trap (apply) don't grow the stack.
    fn leaves(&mut self, next: *const u64) -> bool {
        let p = self.process();
        let applied = p.trap.export.map(|e| e.mfa).filter(|m| m.module == atom::ERLANG);
        if applied.is_some_and(|m| raises(m.function, m.arity)) {
            return false;
        }
        // SAFETY: `next` is at an instruction; a deallocating return has its frame's size in its first slot, and the
        // frame it names is on the stack.
        unsafe {
            if *next == instruction(first::DEALLOCATE_RETURN) {
                p.heap.sp = p.heap.sp.byte_add(*next.add(1) as usize & 0xffff);
                return true;
            }
            *next == instruction(first::RETURN)
        }
    }

    /// Pushes a return address; the stack may need room.
    fn push(&mut self, next: Option<*const u64>) {
        let Some(next) = next else { return };
        let p = self.process();
        // A pinned process takes a reserved word instead: it does nothing else until that is popped.
        if p.heap.free() < 4 && !p.is_pinned() {
            // What the native left in its trap are roots by themselves.
            p.collect(8, 0, false);
        }
        // SAFETY: there is room below sp.
        unsafe {
            p.heap.sp = p.heap.sp.sub(1);
            *p.heap.sp = next as u64;
        }
    }

    /// Throws the stack away and calls the trap's function when there is a message.
    fn hibernate(&mut self) -> After {
        let p = self.process();
        p.reset_stack();
        let args = core::mem::take(&mut p.trap.args);
        self.x[..args.len()].copy_from_slice(&args);
        let Some(export) = p.trap.export.take() else {
            p.exception.set(Class::Error, Term::atom(atom::UNDEF));
            return After::Raise;
        };
        p.flags.hibernating = true;
        p.collect(0, args.len(), true);
        p.pack(args.len());
        self.save(export.address(), args.len());
        self.stop = if p.mailbox.is_empty() { Stop::Wait } else { Stop::Yield };
        After::Stop
    }

    /// A guard native with its arguments in the scratch registers; `raise`: its error is to be shown.
    #[inline(never)]
    pub(crate) fn guard_native(&mut self, export: *const Export, n: usize, live: usize, raise: bool) -> Term {
        // SAFETY: exports are never freed.
        let export = unsafe { &*export };
        let args = self.scratch;
        let p = self.process();
        let native = export.native.expect("the loader plants guard_native for natives only");
        match native(p, &args[..n]) {
            Ok(term) => self.keep(term, live),
            Err(_) => {
                if raise {
                    p.blame(export.mfa, &args[..n]);
                }
                Term::NONE
            }
        }
    }

    /// A result that is in no register yet, across a collection that may be due.
    pub(crate) fn keep(&mut self, term: Term, live: usize) -> Term {
        let p = self.process();
        if !p.heap.is_due() || live == NO_COLLECTION {
            return term;
        }
        p.roots.push(term);
        p.collect(0, live, false);
        p.roots.pop().expect("pushed above")
    }

    /// A guard instruction's own badarg. The argument comes by value: were it a slice of the handler's, its address would
    /// keep the handler from ending in a jump.
    #[cold]
    #[inline(never)]
    pub(crate) fn badarg_in_1(&mut self, guard: &'static crate::code::guard::Guard, a: Term) {
        self.badarg_in(guard, &[a]);
    }

    /// As [`Context::badarg_in_1`], of two arguments.
    #[cold]
    #[inline(never)]
    pub(crate) fn badarg_in_2(&mut self, guard: &'static crate::code::guard::Guard, a: Term, b: Term) {
        self.badarg_in(guard, &[a, b]);
    }

    fn badarg_in(&mut self, guard: &crate::code::guard::Guard, args: &[Term]) {
        let p = self.process();
        p.exception.set(Class::Error, Term::atom(atom::BADARG));
        let mfa = Mfa { module: atom::ERLANG, function: guard.0, arity: args.len() as u32 };
        p.blame(mfa, args);
    }
}

impl Process {
    /// Says which native raised the exception, with which arguments, unless the exception has its own trace.
    pub(crate) fn blame(&mut self, mfa: Mfa, args: &[Term]) {
        if !self.exception.trace.is_none() || self.exception.mfa.is_some() || self.exception.own {
            return;
        }
        if self.exception.class == Class::Error {
            self.exception.mfa = Some(mfa);
            if self.exception.args.is_none() {
                self.exception.args = build::list(self, args);
            }
        }
    }

    /// An empty stack: the first function returns to the end of the process.
    pub(crate) fn reset_stack(&mut self) {
        self.trace_frames = false;
        if let Some(meters) = &mut self.meters {
            meters.forget_callers();
        }
        self.heap.sp = self.heap.young.end();
        // SAFETY: every young block has room for a word.
        unsafe {
            self.heap.sp = self.heap.sp.sub(1);
            *self.heap.sp = super::EXIT.address() as u64;
        }
    }
}
