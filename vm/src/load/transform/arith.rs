//! Guard natives and arithmetic: `bif0..3`, `gc_bif1..3`.

use super::{Arg, GenericOp, LoadError, Op, Transform, bad, label, live, pointer, register, source};
use crate::engine::{Arith, NO_COLLECTION};
use crate::load::emit::Label;

impl Transform<'_> {
    /// Handles an instruction of this area; false if it is of another.
    pub(super) fn arith(&mut self, op: &GenericOp) -> Result<bool, LoadError> {
        let (fail, live, import, args, d) = match op.op {
            Op::Bif0 => (Label(0), 0, 0, 1..1, 1),
            Op::Bif1 => (label(op, 0)?, 0, 1, 2..3, 3),
            Op::Bif2 => (label(op, 0)?, 0, 1, 2..4, 4),
            Op::Bif3 => (label(op, 0)?, 0, 1, 2..5, 5),
            Op::GcBif1 => (label(op, 0)?, live(op, 1)?, 2, 3..4, 4),
            Op::GcBif2 => (label(op, 0)?, live(op, 1)?, 2, 3..5, 5),
            Op::GcBif3 => (label(op, 0)?, live(op, 1)?, 2, 3..6, 6),
            _ => return Ok(false),
        };
        let collects = matches!(op.op, Op::GcBif1 | Op::GcBif2 | Op::GcBif3);
        let export = self.import(op, import)?;
        let args = args.map(|i| source(op, i).cloned()).collect::<Result<alloc::vec::Vec<_>, _>>()?;
        let d = register(op, d)?;
        if export.mfa.module.text() != "erlang" || export.mfa.arity as usize != args.len() {
            return Err(bad(op));
        }
        let name = export.mfa.function.text();
        if self.special(name, fail, &args, d) {
            return Ok(true);
        }
        if let ("length", [list], true) = (name, &args[..], collects) {
            self.e.op_length(fail, live, list, d);
            return Ok(true);
        }
        if let Some(what) = Arith::find(name, export.mfa.arity) {
            // Without a live count a collection can't run here; bif1 and bif2 allocate nothing.
            let live = if collects { live } else { NO_COLLECTION as u64 };
            self.arithmetic(what, fail, live, &args, d);
            return Ok(true);
        }
        if export.native.is_none() {
            return Err(LoadError::new(alloc::format!("no guard function erlang:{name}/{}", export.mfa.arity)));
        }
        let live = if collects { live } else { NO_COLLECTION as u64 };
        self.e.op_guard_native(fail, pointer(export), live, args.len(), d);
        args.iter().for_each(|a| self.e.source_word(a));
        Ok(true)
    }

    /// Guard functions that have instructions of their own.
    fn special(&mut self, name: &str, fail: Label, args: &[Arg], d: &Arg) -> bool {
        let register = |a: &Arg| a.reg().is_some();
        match (name, args) {
            ("self", []) => self.e.op_self(d),
            ("hd", [s]) if register(s) => self.e.op_hd(fail, s, d),
            ("tl", [s]) if register(s) => self.e.op_tl(fail, s, d),
            ("tuple_size", [s]) if register(s) => self.e.op_tuple_size(fail, s, d),
            ("map_get", [k, m]) if register(m) => self.e.op_map_get(fail, k, m, d),
            ("map_size", [m]) if register(m) => self.e.op_map_size(fail, m, d),
            ("element", [Arg::Const(i), s]) if register(s) && i.as_small().is_some_and(|i| (1..4096).contains(&i)) => {
                self.e.op_element_at(fail, s, i.small_value() as u64, d);
            }
            ("element", [i, s]) => self.e.op_element(fail, i, s, d),
            _ => return false,
        }
        true
    }

    fn arithmetic(&mut self, what: Arith, f: Label, live: u64, args: &[Arg], d: &Arg) {
        let register = |a: &Arg| a.reg().is_some();
        let e = &mut self.e;
        match (what, args) {
            (Arith::Add, [a, b]) => e.op_add(f, live, a, b, d),
            (Arith::Sub, [a, b]) => e.op_sub(f, live, a, b, d),
            (Arith::Divide, [a, b]) => e.op_divide(f, live, a, b, d),
            (Arith::Bsl, [a, b]) => e.op_bsl(f, live, a, b, d),
            (Arith::Mul, [a, b]) if register(a) => e.op_mul(f, live, a, b, d),
            (Arith::Mul, [a, b]) if register(b) => e.op_mul(f, live, b, a, d),
            (Arith::IntDiv, [a, b]) if register(a) => e.op_int_div(f, live, a, b, d),
            (Arith::Rem, [a, b]) if register(a) => e.op_rem(f, live, a, b, d),
            (Arith::Band, [a, b]) if register(a) => e.op_band(f, live, a, b, d),
            (Arith::Bor, [a, b]) if register(a) => e.op_bor(f, live, a, b, d),
            (Arith::Bxor, [a, b]) if register(a) => e.op_bxor(f, live, a, b, d),
            (Arith::Bsr, [a, b]) if register(a) => e.op_bsr(f, live, a, b, d),
            (_, [a, b]) => e.op_arith(f, what as usize, live, a, b, d),
            (_, [a]) => e.op_arith(f, what as usize, live, a, crate::term::Term::NIL, d),
            _ => e.fail(alloc::format!("bad arithmetic {what:?}")),
        }
    }
}
