//! Maps.

use super::{Arg, GenericOp, LoadError, Op, Transform, bad, label, list, live, register, source};

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
                let exact = u64::from(op.op == Op::PutMapExact);
                let (f, s, d) = (label(op, 0)?, source(op, 1)?, register(op, 2)?);
                self.e.op_put_map(f, exact, s, d, live(op, 3)?, pairs.len() / 2);
                pairs.iter().for_each(|a| self.e.source_word(a));
            }
            _ => return Ok(false),
        }
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
        self.e.op_get_map_elements(f, s, pairs.len() / 2);
        for pair in pairs.chunks_exact(2) {
            self.e.source_word(&pair[0]);
            self.e.destination_word(&pair[1]);
        }
        Ok(())
    }
}
