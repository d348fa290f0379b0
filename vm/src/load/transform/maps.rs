//! Maps.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Arg, GenericOp, LoadError, Op, Transform, bad, label, list, live, register, source};
use crate::map::FLAT_LIMIT;
use crate::term::compare::compare_exact;
use crate::term::{Term, build};

impl Transform<'_> {
    /// Handles an instruction of this area; false if it is of another.
    pub(super) fn maps(&mut self, op: &GenericOp) -> Result<bool, LoadError> {
        match op.op {
            Op::HasMapFields => {
                let keys = list(op, 2)?;
                self.e.op_has_map_fields(label(op, 0)?, source(op, 1)?, keys.len());
                keys.iter().for_each(|k| self.e.source_word(k));
            }
            Op::GetMapElements => self.get_map_elements(op)?,
            Op::PutMapAssoc | Op::PutMapExact => {
                let pairs = list(op, 4)?;
                if pairs.len() % 2 != 0 {
                    return Err(bad(op));
                }
                if op.op == Op::PutMapAssoc && self.new_map(op, pairs)? {
                    return Ok(true);
                }
                let exact = u64::from(op.op == Op::PutMapExact);
                let (f, s, d) = (label(op, 0)?, source(op, 1)?, register(op, 2)?);
                self.e.op_put_map(f, exact, s, d, live(op, 3)?, pairs.len() / 2);
                pairs.iter().for_each(|a| self.e.source_word(a));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A small map made from nothing, all keys known: they become a literal that the maps share.
    fn new_map(&mut self, op: &GenericOp, pairs: &[Arg]) -> Result<bool, LoadError> {
        let empty = |t: &Term| t.is_map() && crate::map::size(*t) == 0;
        if !matches!(source(op, 1)?, Arg::Const(t) if empty(t)) || pairs.len() > 2 * FLAT_LIMIT {
            return Ok(false);
        }
        let known: Option<Vec<(Term, &Arg)>> = pairs
            .chunks_exact(2)
            .map(|p| if let Arg::Const(key) = &p[0] { Some((*key, &p[1])) } else { None })
            .collect();
        let Some(mut known) = known else { return Ok(false) };
        known.sort_by(|a, b| compare_exact(a.0, b.0));
        if known.windows(2).any(|w| compare_exact(w[0].0, w[1].0) == Ordering::Equal) {
            return Ok(false);
        }
        let keys: Vec<Term> = known.iter().map(|k| k.0).collect();
        let keys = build::tuple(self.heap, &keys);
        self.e.op_new_map(keys, known.len(), live(op, 3)?, register(op, 2)?);
        known.iter().for_each(|(_, value)| self.e.source_word(value));
        Ok(true)
    }

    fn get_map_elements(&mut self, op: &GenericOp) -> Result<(), LoadError> {
        let (f, s, pairs) = (label(op, 0)?, source(op, 1)?, list(op, 2)?);
        if pairs.len() % 2 != 0 {
            return Err(bad(op));
        }
        if let ([key, d], Arg::X(_) | Arg::Y(_)) = (pairs, s) {
            self.e.op_get_map_element(f, s, key, d);
            return Ok(());
        }
        if pairs.iter().step_by(2).all(|k| matches!(k, Arg::Const(t) if t.is_immediate())) {
            self.e.op_get_map_constants(f, s, pairs.len() / 2);
        } else {
            self.e.op_get_map_elements(f, s, pairs.len() / 2);
        }
        for pair in pairs.chunks_exact(2) {
            self.e.source_word(&pair[0]);
            self.e.destination_word(&pair[1]);
        }
        Ok(())
    }
}
