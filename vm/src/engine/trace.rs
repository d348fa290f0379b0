//! Where code meets traces: breakpoints, and natives whose calls are traced.

use super::{After, Context, Term};
use crate::atom;
use crate::code::{self, Export, Mfa};
use crate::process::Process;
use crate::term::{MatchContext, Tag, build};
use crate::trace::saved::{self, Saved};
use crate::trace::{call, points};

/// A binary that is being matched, as the binary that is left; any other term as it is.
pub(crate) fn unmatched(p: &mut Process, t: Term) -> Term {
    if !t.is_tag(Tag::MatchContext) {
        return t;
    }
    // SAFETY: the tag says what it is.
    let c: &MatchContext = unsafe { &*super::bits::context(t) };
    let rest = super::bits::rest(c);
    build::window(p, t.bits_origin(), rest.base(), rest.start, rest.start + rest.len)
}

impl Context {
    /// A function with a breakpoint is entered: the word that its first instruction has; 0 if pc leads elsewhere.
    #[inline(never)]
    pub(crate) fn breakpoint(&mut self) -> u64 {
        let pc = self.pc;
        let Some(point) = points::at(pc) else {
            // Breakpoints are set and taken out with their points, while nobody runs code.
            unreachable!("no breakpoint at {pc:?}");
        };
        if core::mem::replace(&mut self.again, core::ptr::null()) == pc {
            return point.original;
        }
        call::entered(self, &point, true);
        if point.debug && self.enter_debugger(point.mfa) {
            return 0;
        }
        point.original
    }

    /// A call goes through an export that is looked at.
    #[inline(never)]
    pub(crate) fn export_breakpoint(&mut self) {
        // SAFETY: only trampolines of exports hold this instruction, and pc is at it.
        let export: &Export = unsafe { Export::of_trampoline(self.pc) };
        match points::at_export(export) {
            Some(point) => call::entered(self, &point, false),
            None => saved::nobody_looks(export),
        }
        self.process().save_call(Saved::Call(export.mfa));
        self.pc = export.code();
    }

    /// `error_handler:breakpoint(M, F, Args)` takes the call's place.
    fn enter_debugger(&mut self, mfa: Mfa) -> bool {
        let handler = code::export(Mfa::new(self.process().error_handler, atom::BREAKPOINT, 3));
        if !handler.is_defined() {
            return false;
        }
        let args = self.x[..mfa.arity as usize].to_vec();
        let p = self.process();
        let args: alloc::vec::Vec<Term> = args.into_iter().map(|t| unmatched(p, t)).collect();
        let args = build::list(p, &args);
        (self.x[0], self.x[1], self.x[2]) = (Term::atom(mfa.module), Term::atom(mfa.function), args);
        self.collect_if_due(3);
        self.pc = handler.address();
        true
    }

    /// Is this native an instruction in stock's code, which no trace sees?
    #[cold]
    fn is_instruction(mfa: Mfa) -> bool {
        let name = (mfa.module.text(), mfa.function.text(), mfa.arity);
        matches!(
            name,
            ("erlang", "apply", 2 | 3)
                | ("erlang", "hibernate", 3)
                | ("erlang", "yield", 0)
                | ("os", "perf_counter", 0)
        )
    }

    /// A native that is traced is called: as any function, by its export's address. None: it is no call for stock.
    #[cold]
    #[inline(never)]
    pub(super) fn call_traced(&mut self, export: &Export, next: *const u64) -> Option<After> {
        if Self::is_instruction(export.mfa) {
            return None;
        }
        let p = self.process();
        // SAFETY: there is always room for an address below sp. (Natives have no tail position: the caller is there
        // until they return.)
        unsafe {
            p.heap.sp = p.heap.sp.sub(1);
            *p.heap.sp = next as u64;
        }
        self.pc = export.address();
        Some(After::Jump)
    }
}
