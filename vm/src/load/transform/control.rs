//! Calls, tests, branches, exceptions, messages.

use alloc::vec::Vec;

use super::{
    Arg, Done, GenericOp, Label, LoadError, Op, Transform, atom, bad, label, list, number, pointer, register, source,
};
use crate::code::Catch;
use crate::term::{Header, Tag, Term};

impl Transform<'_> {
    /// Handles an instruction of this area; answers how many were used, none if it is of another.
    pub(super) fn control(&mut self, ops: &[GenericOp]) -> Result<Option<usize>, LoadError> {
        let op = &ops[0];
        if let Some(used) = self.tests(ops)? {
            return Ok(Some(used));
        }
        let e = &mut self.e;
        match op.op {
            Op::Call => e.op_call(label(op, 1)?),
            Op::CallOnly => e.op_call_only(label(op, 1)?),
            Op::CallLast => e.op_call_last(label(op, 1)?, number(op, 2)?),
            Op::CallExt | Op::CallExtOnly | Op::CallExtLast => return self.call_ext(op).map(|()| Some(1)),
            Op::Return => e.op_return(),
            Op::Apply => e.op_apply(arity(op, 0)?),
            Op::ApplyLast => e.op_apply_last(arity(op, 0)?, number(op, 1)?),
            Op::CallFun | Op::CallFun2 => return self.call_fun(ops).map(Some),
            Op::Jump => e.op_jump(label(op, 0)?),
            Op::SelectVal => return self.select_val(op).map(|()| Some(1)),
            Op::SelectTupleArity => return self.select_tuple_arity(op).map(|()| Some(1)),
            Op::Catch | Op::Try => {
                let catch = Catch::new();
                e.op_catch(catch.mark(), register(op, 0)?);
                self.catches.push((catch, label(op, 1)?.0));
            }
            Op::CatchEnd => e.op_catch_end(register(op, 0)?),
            Op::TryEnd => e.op_try_end(register(op, 0)?),
            Op::TryCase => e.op_try_case(register(op, 0)?),
            Op::TryCaseEnd => e.op_try_case_end(source(op, 0)?),
            Op::Badmatch => e.op_badmatch(source(op, 0)?),
            Op::CaseEnd => e.op_case_end(source(op, 0)?),
            Op::Badrecord => e.op_badrecord(source(op, 0)?),
            Op::IfEnd => e.op_if_end(),
            Op::Raise => e.op_raise(source(op, 0)?, source(op, 1)?),
            Op::RawRaise => e.op_raw_raise(),
            Op::BuildStacktrace => e.op_build_stacktrace(),
            Op::Send => e.op_send(),
            Op::LoopRec => e.op_loop_rec(label(op, 0)?, register(op, 1)?),
            Op::LoopRecEnd => e.op_loop_rec_end(label(op, 0)?),
            Op::RemoveMessage => e.op_remove_message(),
            Op::Wait => e.op_wait(label(op, 0)?),
            Op::WaitTimeout => e.op_wait_timeout(label(op, 0)?, source(op, 1)?),
            Op::Timeout => e.op_timeout(),
            Op::RecvMarkerReserve => e.op_recv_marker_reserve(register(op, 0)?),
            Op::RecvMarkerBind => e.op_recv_marker_bind(source(op, 0)?, source(op, 1)?),
            Op::RecvMarkerClear => e.op_recv_marker_clear(source(op, 0)?),
            Op::RecvMarkerUse => e.op_recv_marker_use(source(op, 0)?),
            // The marks of compilers before OTP 24 only make a receive faster.
            Op::RecvMark | Op::RecvSet => {}
            _ => return Ok(None),
        }
        Ok(Some(1))
    }

    /// A call of a fun: in the register behind the arguments, or (OTP 25 on) anywhere.
    fn call_fun(&mut self, ops: &[GenericOp]) -> Result<usize, LoadError> {
        let op = &ops[0];
        let old = op.op == Op::CallFun;
        let n = arity(op, usize::from(!old))?;
        let behind = Arg::X(n as u16);
        let fun = if old { &behind } else { source(op, 2)? };
        if let (Some(d @ GenericOp { op: Op::Deallocate, .. }), Some(GenericOp { op: Op::Return, .. })) =
            (ops.get(1), ops.get(2))
        {
            self.e.op_call_fun_last(n, fun, number(d, 0)?);
            return Ok(3);
        }
        if old {
            self.e.op_call_fun(n)
        } else {
            self.e.op_call_fun2(n, fun)
        }
        Ok(1)
    }

    fn call_ext(&mut self, op: &GenericOp) -> Done {
        let export = self.import(op, 1)?;
        if number(op, 0)? != u64::from(export.mfa.arity) {
            return Err(bad(op));
        }
        if export.native.is_none() {
            match op.op {
                Op::CallExt => self.e.op_call_ext(pointer(export)),
                Op::CallExtOnly => self.e.op_call_ext_only(pointer(export)),
                _ => self.e.op_call_ext_last(pointer(export), number(op, 2)?),
            }
            return Ok(());
        }
        self.e.op_call_native(pointer(export));
        match op.op {
            Op::CallExt => {}
            Op::CallExtOnly => self.e.op_return(),
            _ => self.e.op_deallocate_return(number(op, 2)?),
        }
        Ok(())
    }

    fn tests(&mut self, ops: &[GenericOp]) -> Result<Option<usize>, LoadError> {
        let op = &ops[0];
        if !matches!(op.op as u8, 39..=58 | 77 | 114 | 115 | 129 | 156 | 159) {
            return Ok(None);
        }
        let f = label(op, 0)?;
        // A test of a constant is rare: it goes through a scratch register.
        let constant = matches!(op.args[1], Arg::Const(_)) && !matches!(op.op as u8, 39..=44 | 115);
        let s = if constant {
            self.e.op_move(&op.args[1], &Arg::X(1023));
            &Arg::X(1023)
        } else {
            source(op, 1)?
        };
        let e = &mut self.e;
        match op.op {
            Op::IsLt => e.op_is_lt(f, s, source(op, 2)?),
            Op::IsGe => e.op_is_ge(f, s, source(op, 2)?),
            Op::IsEq => e.op_is_eq(f, s, source(op, 2)?),
            Op::IsNe => e.op_is_ne(f, s, source(op, 2)?),
            Op::IsEqExact => match (s, source(op, 2)?) {
                (Arg::X(_) | Arg::Y(_), b @ Arg::Const(t)) if t.is_immediate() => e.op_is_identical(f, s, b),
                (Arg::Const(t), b @ (Arg::X(_) | Arg::Y(_))) if t.is_immediate() => e.op_is_identical(f, b, s),
                (_, b) => e.op_is_eq_exact(f, s, b),
            },
            Op::IsNeExact => match (s, source(op, 2)?) {
                (Arg::X(_) | Arg::Y(_), b @ Arg::Const(t)) if t.is_immediate() => e.op_is_not_identical(f, s, b),
                (Arg::Const(t), b @ (Arg::X(_) | Arg::Y(_))) if t.is_immediate() => e.op_is_not_identical(f, b, s),
                (_, b) => e.op_is_ne_exact(f, s, b),
            },
            Op::IsInteger => e.op_is_integer(f, s),
            Op::IsFloat => e.op_is_float(f, s),
            Op::IsNumber => e.op_is_number(f, s),
            Op::IsAtom => e.op_is_atom(f, s),
            Op::IsBoolean => e.op_is_boolean(f, s),
            Op::IsPid => e.op_is_pid(f, s),
            Op::IsReference => e.op_is_reference(f, s),
            Op::IsPort => e.op_is_port(f, s),
            Op::IsNil => e.op_is_nil(f, s),
            Op::IsBinary => e.op_is_binary(f, s),
            Op::IsBitstr => e.op_is_bitstring(f, s),
            Op::IsList => e.op_is_list(f, s),
            Op::IsMap => e.op_is_map(f, s),
            Op::IsFunction => e.op_is_function(f, s),
            Op::IsFunction2 => e.op_is_function2(f, s, source(op, 2)?),
            Op::IsNonemptyList => {
                if let Some(next @ GenericOp { op: Op::GetList, .. }) = ops.get(1)
                    && next.args[0] == *s
                {
                    self.check_registers(next)?;
                    self.e.op_is_nonempty_list_get_list(f, s, register(next, 1)?, register(next, 2)?);
                    return Ok(Some(2));
                }
                e.op_is_nonempty_list(f, s);
            }
            Op::IsTuple => {
                if let Some(next @ GenericOp { op: Op::TestArity, .. }) = ops.get(1)
                    && next.args[1] == *s
                    && label(next, 0)? == f
                {
                    e.op_is_tuple_of_arity(f, s, tuple_header(next, 2)?);
                    return Ok(Some(2));
                }
                e.op_is_tuple(f, s);
            }
            Op::TestArity => e.op_test_arity(f, s, tuple_header(op, 2)?),
            Op::IsTaggedTuple => e.op_is_tagged_tuple(f, s, tuple_header(op, 2)?, Term::atom(atom(op, 3)?)),
            _ => return Err(bad(op)),
        }
        Ok(Some(1))
    }

    /// `select_val Src Fail [Value, Label, …]`.
    fn select_val(&mut self, op: &GenericOp) -> Done {
        let f = label(op, 1)?;
        let s = match source(op, 0)? {
            c @ Arg::Const(_) => {
                self.e.op_move(c, &Arg::X(1023));
                &Arg::X(1023)
            }
            s => s,
        };
        let mut pairs: Vec<(Term, Label)> = Vec::new();
        for pair in list(op, 2)?.chunks(2) {
            let [Arg::Const(t), Arg::Label(l)] = pair else { return Err(bad(op)) };
            if t.is_immediate() {
                pairs.push((*t, Label(*l)));
            } else {
                // A float or a large integer: compared one by one, before the table.
                let next = Label(*l);
                self.select_one(s, &pair[0], next);
            }
        }
        if let [(a, la), (b, lb)] = pairs[..] {
            self.e.op_select_val2(s, a, la, b, lb, f);
            return Ok(());
        }
        pairs.sort_unstable_by_key(|p| p.0.raw());
        pairs.dedup_by_key(|p| p.0.raw());
        if let Some((min, max)) = small_range(&pairs)
            && pairs.len() >= 4
            && max - min < 4 * pairs.len() as i64
        {
            // Raw words put negative numbers behind the others.
            pairs.sort_unstable_by_key(|p| p.0.small_value());
            let n = (max - min + 1) as usize;
            self.e.op_select_table(s, f, min as u64, n);
            let mut next = pairs.iter().peekable();
            for v in min..=max {
                match next.peek() {
                    Some((t, l)) if t.small_value() == v => {
                        self.e.label_word(l.0);
                        next.next();
                    }
                    _ => self.e.label_word(f.0),
                }
            }
            return Ok(());
        }
        self.e.op_select_val(s, f, pairs.len());
        for (t, l) in pairs {
            self.e.word(t.raw());
            self.e.label_word(l.0);
        }
        Ok(())
    }

    /// Jumps to a label if the value is exactly this constant: `is_ne_exact` falls through otherwise.
    fn select_one(&mut self, s: &Arg, value: &Arg, to: Label) {
        self.e.op_is_ne_exact(to, s, value);
    }

    fn select_tuple_arity(&mut self, op: &GenericOp) -> Done {
        let pairs = list(op, 2)?;
        let s = register(op, 0)?;
        self.e.op_select_tuple_arity(s, label(op, 1)?, pairs.len() / 2);
        for pair in pairs.chunks(2) {
            let [Arg::U(n), Arg::Label(l)] = pair else { return Err(bad(op)) };
            self.e.word(*n);
            self.e.label_word(*l);
        }
        Ok(())
    }
}

/// The least and the greatest value, if all are small integers.
fn small_range(pairs: &[(Term, Label)]) -> Option<(i64, i64)> {
    let values: Option<Vec<i64>> = pairs.iter().map(|p| p.0.as_small()).collect();
    let values = values?;
    Some((*values.iter().min()?, *values.iter().max()?))
}

fn tuple_header(op: &GenericOp, i: usize) -> Result<u64, LoadError> {
    let arity = number(op, i)?;
    if arity >= 1 << 24 { Err(bad(op)) } else { Ok(Header::new(Tag::Tuple, arity as usize).0) }
}

fn arity(op: &GenericOp, i: usize) -> Result<u64, LoadError> {
    number(op, i).and_then(|n| if n <= 255 { Ok(n) } else { Err(bad(op)) })
}
