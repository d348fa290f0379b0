//! Native records.

use alloc::vec::Vec;

use super::{Arg, Done, GenericOp, LoadError, Op, Transform, atom, bad, label, list, live, register, source};
use crate::atom::{self, Atom};
use crate::term::{Term, build, record};

impl Transform<'_> {
    /// Handles an instruction of this area; false if it is of another.
    pub(super) fn records(&mut self, op: &GenericOp) -> Result<bool, LoadError> {
        match op.op {
            Op::IsAnyNativeRecord => self.e.op_is_any_native_record(label(op, 0)?, source(op, 1)?),
            Op::IsNativeRecord => {
                let (module, name) = (Term::atom(atom(op, 2)?), Term::atom(atom(op, 3)?));
                self.e.op_is_native_record(label(op, 0)?, source(op, 1)?, module, name);
            }
            Op::IsRecordAccessible => {
                let own = if atom(op, 2)? == atom::EXTERNAL { Term::NIL } else { Term::atom(self.t.name) };
                self.e.op_is_record_accessible(label(op, 0)?, source(op, 1)?, own);
            }
            Op::GetRecordElements => {
                let pairs = list(op, 2)?;
                if !pairs.len().is_multiple_of(2) {
                    return Err(bad(op));
                }
                self.e.op_get_record_elements(label(op, 0)?, source(op, 1)?, pairs.len() / 2);
                for pair in pairs.chunks_exact(2) {
                    self.e.word(field(op, &pair[0])?.raw());
                    self.e.destination_word(&pair[1]);
                }
            }
            Op::GetRecordField => {
                let (name, d) = (Term::atom(atom(op, 3)?), register(op, 4)?);
                self.e.op_get_record_field(label(op, 0)?, source(op, 1)?, id(op, 2)?, name, d);
            }
            Op::PutRecord => self.put_record(op)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `put_record Fail Id Src Dst Live [Field, Value, …]`: `Id` is the name of a record of this module or
    /// `{Module, Name}`; without a source (nil) a record is made.
    fn put_record(&mut self, op: &GenericOp) -> Done {
        let (old, d, live, pairs) = (source(op, 2)?, register(op, 3)?, live(op, 4)?, list(op, 5)?);
        if label(op, 0)?.0 != 0 || !pairs.len().is_multiple_of(2) {
            return Err(bad(op));
        }
        let id = id(op, 1)?;
        if let (Some(name), Arg::Const(_)) = (id.as_atom(), old) {
            return self.new_record(op, name, pairs);
        }
        self.e.op_put_record(id, old, d, live, pairs.len() / 2);
        for pair in pairs.chunks_exact(2) {
            self.e.word(field(op, &pair[0])?.raw());
            self.e.source_word(&pair[1]);
        }
        Ok(())
    }

    /// A record of this module: what stands in each field is known, or that none can be made.
    fn new_record(&mut self, op: &GenericOp, name: Atom, pairs: &[Arg]) -> Done {
        let entry = self.records.iter().find(|r| r.name == name).ok_or_else(|| bad(op))?;
        let given = pairs.chunks_exact(2).map(|p| Ok((field(op, &p[0])?, p[1])));
        let given = given.collect::<Result<Vec<_>, LoadError>>()?;
        let known = |field: Term| entry.fields().any(|f| f.0 == field);
        // Of several wrong fields stock names the one whose atom is the oldest.
        let oldest = |fields: &mut dyn Iterator<Item = Term>| fields.min_by_key(|f| f.raw());
        let unknown = oldest(&mut given.iter().map(|g| g.0).filter(|f| !known(*f)));
        let mut values = Vec::with_capacity(entry.defaults.len());
        for (field, default) in entry.fields() {
            let value = given.iter().rfind(|g| g.0 == field).map_or(Arg::Const(default), |g| g.1);
            values.push(value);
        }
        let empty = entry.fields().zip(&values).filter(|(_, v)| **v == Arg::Const(Term::NONE)).map(|f| f.0.0);
        let novalue = oldest(&mut { empty }).map(|f| (atom::NOVALUE, f));
        if let Some((error, field)) = unknown.map(|f| (atom::BADFIELD, f)).or(novalue) {
            let (module, name) = record::id_of(entry.definition);
            let id = build::tuple(self.heap, &[module, name]);
            let what = build::tuple(self.heap, &[id, field]);
            let reason = build::tuple(self.heap, &[Term::atom(error), what]);
            self.e.op_raise_constant(reason);
            return Ok(());
        }
        self.e.op_new_record(entry.definition, values.len(), live(op, 4)?, register(op, 3)?);
        values.iter().for_each(|value| self.e.source_word(value));
        Ok(())
    }
}

fn field(op: &GenericOp, a: &Arg) -> Result<Term, LoadError> {
    match a {
        Arg::Const(t) if t.is_atom() => Ok(*t),
        _ => Err(bad(op)),
    }
}

/// A name, or `{Module, Name}`.
fn id(op: &GenericOp, i: usize) -> Result<Term, LoadError> {
    match op.args[i] {
        Arg::Const(t) if t.is_atom() || t.as_tuple_of().is_some_and(|e: &[Term; 2]| e.iter().all(|a| a.is_atom())) => {
            Ok(t)
        }
        _ => Err(bad(op)),
    }
}
