//! The `Recs` chunk (OTP 29): the native records that the module defines, each written as if it were an instruction
//! `call_last Name IsExported [Field, Default, …]`, a number standing for no default (`beam_asm.erl`, `beam_file.c`).

use alloc::vec::Vec;

use super::chunks::Table;
use super::generic::Op;
use super::operand::{Pools, Reader};
use super::{Arg, LoadError};
use crate::atom::Atom;
use crate::code::RecordEntry;
use crate::term::{Term, record};

/// The module's records.
pub(super) fn read(chunk: Option<&[u8]>, module: Atom, pools: &Pools<'_>) -> Result<Vec<RecordEntry>, LoadError> {
    let Some(chunk) = chunk else { return Ok(Vec::new()) };
    let mut table = Table::new(chunk, "record");
    if table.u32()? != 0 {
        return Err(LoadError::new("unknown version of the record chunk"));
    }
    let count = table.u32()?;
    let _fields = table.u32()?;
    let mut reader = Reader::new(table.rest());
    (0..count).map(|_| entry(&mut reader, module, pools)).collect()
}

fn entry(reader: &mut Reader<'_>, module: Atom, pools: &Pools<'_>) -> Result<RecordEntry, LoadError> {
    let bad = || LoadError::new("bad record");
    if reader.byte()? != Op::CallLast as u8 {
        return Err(bad());
    }
    let mut arg = || reader.arg(pools, &mut |_| Term::NONE, 0);
    let (name, is_exported, list) = (atom(&arg()?), arg()?, arg()?);
    let is_exported = match is_exported {
        Arg::Const(t) => t.as_bool().ok_or_else(bad)?,
        _ => return Err(bad()),
    };
    let pairs = &reader.lists[list.elements().ok_or_else(bad)?];
    if !pairs.len().is_multiple_of(2) {
        return Err(bad());
    }
    let fields = pairs.iter().step_by(2).map(atom).collect::<Option<Vec<_>>>().ok_or_else(bad)?;
    let default = |a: &Arg| match a {
        Arg::U(_) => Ok(Term::NONE),
        // A large integer in the code would be no literal.
        Arg::Const(t) if !t.is_none() => Ok(*t),
        _ => Err(bad()),
    };
    let defaults = pairs.iter().skip(1).step_by(2).map(default).collect::<Result<_, _>>()?;
    let name = name.ok_or_else(bad)?;
    if !record::are_distinct(&fields) {
        return Err(bad());
    }
    let definition = record::keep(&record::Definition { module, name, is_exported, fields: &fields });
    Ok(RecordEntry { name, definition, defaults })
}

fn atom(a: &Arg) -> Option<Atom> {
    if let Arg::Const(t) = a { t.as_atom() } else { None }
}
