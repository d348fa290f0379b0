//! Moves, frames, heap tests, lists, tuples, funs, floats.

use super::{
    Arg, Done, GenericOp, LoadError, Op, Transform, bad, heap_need, list, live, number, pointer, register, source,
};

/// The last word of a tuple that an operand of kind `B` reaches.
const NEAR: u64 = 8191;

impl Transform<'_> {
    /// Handles an instruction of this area; answers how many were used, none if it is of another.
    pub(super) fn data(&mut self, ops: &[GenericOp]) -> Result<Option<usize>, LoadError> {
        let op = &ops[0];
        let e = &mut self.e;
        match op.op {
            Op::Move => return self.moves(ops).map(Some),
            Op::Swap => e.op_swap(register(op, 0)?, register(op, 1)?),
            Op::InitYregs => return self.init_yregs(op).map(|()| Some(1)),
            Op::Init => e.op_init_y(register(op, 0)?),
            Op::Allocate => return self.allocate(ops).map(Some),
            Op::AllocateZero => {
                let n = number(op, 0)?;
                e.op_allocate(n, live(op, 1)?);
                self.zero_frame(n);
            }
            Op::AllocateHeap | Op::AllocateHeapZero => {
                let n = number(op, 0)?;
                let (need, live) = (heap_need(op, 1)?, live(op, 2)?);
                if need < 4096 {
                    e.op_allocate_heap(n, need, live);
                } else {
                    e.op_test_heap_large(need + n, live);
                    e.op_allocate(n, live);
                }
                if op.op == Op::AllocateHeapZero {
                    self.zero_frame(n);
                }
            }
            Op::TestHeap => {
                let (need, live) = (heap_need(op, 0)?, live(op, 1)?);
                if need >= 4096 {
                    e.op_test_heap_large(need, live);
                    return Ok(Some(1));
                }
                if let Some(next @ GenericOp { op: Op::PutList, .. }) = ops.get(1) {
                    self.check_registers(next)?;
                    self.e.op_test_heap_put_list(need, live, source(next, 0)?, source(next, 1)?, register(next, 2)?);
                    return Ok(Some(2));
                }
                e.op_test_heap(need, live);
            }
            Op::Deallocate => {
                let n = number(op, 0)?;
                if ops.get(1).is_some_and(|o| o.op == Op::Return) {
                    e.op_deallocate_return(n);
                    return Ok(Some(2));
                }
                e.op_deallocate(n);
            }
            Op::Trim => e.op_trim(number(op, 0)?),
            Op::GetList => e.op_get_list(register(op, 0)?, register(op, 1)?, register(op, 2)?),
            Op::GetHd => e.op_get_hd(register(op, 0)?, register(op, 1)?),
            Op::GetTl => e.op_get_tl(register(op, 0)?, register(op, 1)?),
            Op::PutList => e.op_put_list(source(op, 0)?, source(op, 1)?, register(op, 2)?),
            Op::GetTupleElement => return self.get_elements(ops).map(Some),
            Op::SetTupleElement if number(op, 2)? >= NEAR => {
                e.op_set_element_far(source(op, 0)?, register(op, 1)?, number(op, 2)? + 1)
            }
            Op::SetTupleElement => e.op_set_element(source(op, 0)?, register(op, 1)?, number(op, 2)? + 1),
            Op::PutTuple2 => return self.put_tuple(op).map(|()| Some(1)),
            Op::UpdateRecord => return self.update_record(op).map(|()| Some(1)),
            Op::MakeFun3 | Op::MakeFun2 => return self.make_fun(op).map(|()| Some(1)),
            Op::Fmove => match (&op.args[0], &op.args[1]) {
                (Arg::F(_), Arg::X(_) | Arg::Y(_)) => e.op_fmove_from(&op.args[0], &op.args[1]),
                (_, Arg::F(_)) => e.op_fmove_to(source(op, 0)?, &op.args[1]),
                _ => return Err(bad(op)),
            },
            Op::Fconv => e.op_fconv(source(op, 0)?, &op.args[1]),
            Op::Fadd => e.op_fadd(&op.args[1], &op.args[2], &op.args[3]),
            Op::Fsub => e.op_fsub(&op.args[1], &op.args[2], &op.args[3]),
            Op::Fmul => e.op_fmul(&op.args[1], &op.args[2], &op.args[3]),
            Op::Fdiv => e.op_fdiv(&op.args[1], &op.args[2], &op.args[3]),
            Op::Fnegate => e.op_fnegate(&op.args[1], &op.args[2]),
            Op::Fclearerror | Op::Fcheckerror => {}
            _ => return Ok(None),
        }
        Ok(Some(1))
    }

    /// A frame, with the moves that save registers in it.
    fn allocate(&mut self, ops: &[GenericOp]) -> Result<usize, LoadError> {
        let (n, live) = (number(&ops[0], 0)?, live(&ops[0], 1)?);
        let saves = ops[1..].iter().take(2).map_while(|o| match (o.op, o.args) {
            (Op::Move, [s @ Arg::X(_), d @ Arg::Y(_)]) => Some((o, s, d)),
            _ => None,
        });
        let saves: alloc::vec::Vec<_> = saves.collect();
        saves.iter().try_for_each(|(o, ..)| self.check_registers(o))?;
        match saves[..] {
            [] => self.e.op_allocate(n, live),
            [(_, s, d)] => self.e.op_allocate_save(n, live, s, d),
            [(_, s, d), (_, t, e), ..] => self.e.op_allocate_save2(n, live, s, d, t, e),
        }
        Ok(1 + saves.len())
    }

    fn zero_frame(&mut self, n: u64) {
        for y in 0..n.min(1024) {
            self.e.op_init_y(&Arg::Y(y as u16));
        }
    }

    /// A move and what often follows it.
    fn moves(&mut self, ops: &[GenericOp]) -> Result<usize, LoadError> {
        let op = &ops[0];
        let (s, d) = (source(op, 0)?, register(op, 1)?);
        let Some(next) = ops.get(1) else {
            self.e.op_move(s, d);
            return Ok(1);
        };
        let to_x = matches!(d, Arg::X(_));
        match next.op {
            Op::Return if d.is_x(0) => {
                self.e.op_move_return(s);
                return Ok(2);
            }
            Op::Deallocate if d.is_x(0) && ops.get(2).is_some_and(|o| o.op == Op::Return) => {
                self.e.op_move_deallocate_return(s, number(next, 0)?);
                return Ok(3);
            }
            Op::Call if to_x => {
                self.e.op_move_call(s, d, super::label(next, 1)?);
                return Ok(2);
            }
            Op::CallLast if to_x => {
                self.e.op_move_call_last(s, d, super::label(next, 1)?, number(next, 2)?);
                return Ok(2);
            }
            Op::CallOnly if to_x && !matches!(s, Arg::Y(_)) => {
                self.e.op_move_call_only(s, d, super::label(next, 1)?);
                return Ok(2);
            }
            Op::Move => {}
            _ => {
                self.e.op_move(s, d);
                return Ok(1);
            }
        }
        self.check_registers(next)?;
        let (s2, d2) = (source(next, 0)?, register(next, 1)?);
        // The last move before a call or a return goes with that.
        let fuses = |o: &GenericOp| match o.op {
            Op::Call | Op::CallLast => matches!(d2, Arg::X(_)),
            Op::CallOnly => matches!(d2, Arg::X(_)) && !matches!(s2, Arg::Y(_)),
            Op::Return => d2.is_x(0),
            Op::Deallocate => d2.is_x(0),
            _ => false,
        };
        if ops.get(2).is_some_and(fuses) {
            self.e.op_move(s, d);
            return Ok(1);
        }
        if let Some(third @ GenericOp { op: Op::Move, .. }) = ops.get(2) {
            self.check_registers(third)?;
            let (s3, d3) = (source(third, 0)?, register(third, 1)?);
            let registers = [s, s2, s3].iter().all(|a| !matches!(a, Arg::Const(_)));
            let fuses3 =
                |o: &GenericOp| matches!(o.op, Op::Call | Op::CallLast | Op::CallOnly | Op::Return | Op::Deallocate);
            if registers && !ops.get(3).is_some_and(fuses3) {
                self.e.op_move3(s, d, s2, d2, s3, d3);
                return Ok(3);
            }
        }
        self.e.op_move2(s, d, s2, d2);
        Ok(2)
    }

    fn init_yregs(&mut self, op: &GenericOp) -> Done {
        let mut rest = list(op, 0)?;
        while let [a, more @ ..] = rest {
            if let [b, more @ ..] = more {
                self.e.op_init_y2(a, b);
                rest = more;
            } else {
                self.e.op_init_y(a);
                rest = more;
            }
        }
        Ok(())
    }

    fn get_elements(&mut self, ops: &[GenericOp]) -> Result<usize, LoadError> {
        let op = &ops[0];
        let (s, at, d) = (register(op, 0)?, number(op, 1)? + 1, register(op, 2)?);
        if at > NEAR {
            self.e.op_get_element_far(s, at, d);
            return Ok(1);
        }
        if let Some(next @ GenericOp { op: Op::GetTupleElement, .. }) = ops.get(1)
            && next.args[0] == *s
            && d != s
            && number(next, 1)? < NEAR
        {
            self.check_registers(next)?;
            self.e.op_get_element2(s, at, d, number(next, 1)? + 1, register(next, 2)?);
            return Ok(2);
        }
        self.e.op_get_element(s, at, d);
        Ok(1)
    }

    fn put_tuple(&mut self, op: &GenericOp) -> Done {
        let d = register(op, 0)?;
        let items = list(op, 1)?;
        match (items, d) {
            ([a, b], _) => self.e.op_put_tuple_2(a, b, d),
            ([a, b, c], Arg::X(_)) => self.e.op_put_tuple_3(a, b, c, d),
            _ => {
                self.e.op_put_tuple(items.len(), d);
                items.iter().for_each(|a| self.e.source_word(a));
            }
        }
        Ok(())
    }

    /// `update_record Hint Size Src Dst [Index, Value, …]`: always a copy.
    fn update_record(&mut self, op: &GenericOp) -> Done {
        let size = number(op, 1)?;
        let updates = list(op, 4)?;
        if updates.len() % 2 != 0 {
            return Err(bad(op));
        }
        self.e.op_update_record(size, source(op, 2)?, register(op, 3)?, updates.len() / 2);
        for pair in updates.chunks_exact(2) {
            let Arg::U(index) = pair[0] else { return Err(bad(op)) };
            if index == 0 || index > size {
                return Err(bad(op));
            }
            self.e.word(index);
            self.e.source_word(&pair[1]);
        }
        Ok(())
    }

    fn make_fun(&mut self, op: &GenericOp) -> Done {
        let lambda = *self.t.lambdas.get(number(op, 0)? as usize).ok_or_else(|| bad(op))?;
        let entry =
            crate::code::fun_entry(self.t.name, lambda.old_uniq, lambda.index, self.t.md5, lambda.arity - lambda.free);
        if op.op == Op::MakeFun2 {
            self.e.op_make_fun_checked(pointer(entry), u64::from(lambda.free), u64::from(lambda.free));
            return Ok(());
        }
        let env = list(op, 2)?;
        if env.len() != lambda.free as usize {
            return Err(bad(op));
        }
        self.e.op_make_fun(pointer(entry), env.len(), register(op, 1)?);
        env.iter().for_each(|a| self.e.source_word(a));
        Ok(())
    }
}
