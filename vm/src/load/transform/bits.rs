//! Bit syntax.

use super::{
    Arg, Done, GenericOp, Label, LoadError, Op, Transform, bad, heap_need, label, list, live, number, register, source,
};
use crate::atom;
use crate::engine::Segment;
use crate::term::Term;

const LITTLE_OR_SIGNED: u64 = 2 | 4 | 16;

impl Transform<'_> {
    /// Handles an instruction of this area; false if it is of another.
    pub(super) fn bits(&mut self, op: &GenericOp) -> Result<bool, LoadError> {
        let e = &mut self.e;
        match op.op {
            Op::BsStartMatch3 => e.op_bs_start_match(label(op, 0)?, register(op, 1)?, live(op, 2)?, register(op, 3)?),
            Op::BsStartMatch4 => {
                let f = match &op.args[0] {
                    Arg::Label(l) => Label(*l),
                    // no_fail, resume: the compiler knows that it is a bitstring (or a context).
                    _ => Label(0),
                };
                e.op_bs_start_match(f, register(op, 2)?, live(op, 1)?, register(op, 3)?);
            }
            Op::BsGetPosition => e.op_bs_get_position(register(op, 0)?, register(op, 1)?),
            Op::BsSetPosition => e.op_bs_set_position(register(op, 0)?, source(op, 1)?),
            Op::BsGetInteger2 => {
                let (f, c, live) = (label(op, 0)?, register(op, 1)?, live(op, 2)?);
                let (size, unit, flags) = (source(op, 3)?, unit(op, 4)?, flags(op, 5)?);
                self.get_integer(f, c, live, size, unit, flags, register(op, 6)?);
            }
            Op::BsGetFloat2 => {
                let (f, c, live) = (label(op, 0)?, register(op, 1)?, live(op, 2)?);
                e.op_bs_get_float(f, c, live, source(op, 3)?, unit(op, 4)?, flags(op, 5)?, register(op, 6)?);
            }
            Op::BsGetBinary2 => {
                let (f, c, live) = (label(op, 0)?, register(op, 1)?, live(op, 2)?);
                e.op_bs_get_binary(f, c, live, source(op, 3)?, unit(op, 4)?, register(op, 6)?);
            }
            Op::BsGetTail => e.op_bs_get_tail(register(op, 0)?, live(op, 2)?, register(op, 1)?),
            Op::BsSkipBits2 => e.op_bs_skip(label(op, 0)?, register(op, 1)?, source(op, 2)?, unit(op, 3)?),
            Op::BsTestTail2 => e.op_bs_test_tail(label(op, 0)?, register(op, 1)?, number(op, 2)?),
            Op::BsTestUnit => e.op_bs_test_unit(label(op, 0)?, register(op, 1)?, unit(op, 2)?),
            Op::BsMatchString => {
                let bits = number(op, 2)?;
                let string = self.string(op, 3, bits.div_ceil(8))?;
                self.e.op_bs_match_string(label(op, 0)?, register(op, 1)?, bits, string);
            }
            Op::BsGetUtf8 => e.op_bs_get_utf(label(op, 0)?, register(op, 1)?, 8usize, flags(op, 3)?, register(op, 4)?),
            Op::BsGetUtf16 => {
                e.op_bs_get_utf(label(op, 0)?, register(op, 1)?, 16usize, flags(op, 3)?, register(op, 4)?)
            }
            Op::BsGetUtf32 => {
                e.op_bs_get_utf(label(op, 0)?, register(op, 1)?, 32usize, flags(op, 3)?, register(op, 4)?)
            }
            Op::BsSkipUtf8 => e.op_bs_skip_utf(label(op, 0)?, register(op, 1)?, 8usize, flags(op, 3)?),
            Op::BsSkipUtf16 => e.op_bs_skip_utf(label(op, 0)?, register(op, 1)?, 16usize, flags(op, 3)?),
            Op::BsSkipUtf32 => e.op_bs_skip_utf(label(op, 0)?, register(op, 1)?, 32usize, flags(op, 3)?),
            Op::BsInitWritable => e.op_bs_init_writable(),
            Op::BsMatch => self.bs_match(op)?,
            Op::BsCreateBin => self.create_bin(op)?,
            Op::BsInit2 => {
                e.op_bs_init(label(op, 0)?, size(op, 1)?, 8usize, heap_need(op, 2)?, live(op, 3)?, register(op, 5)?)
            }
            Op::BsInitBits => {
                e.op_bs_init(label(op, 0)?, size(op, 1)?, 1usize, heap_need(op, 2)?, live(op, 3)?, register(op, 5)?)
            }
            Op::BsAppend => {
                let (f, size) = (label(op, 0)?, size(op, 1)?);
                e.op_bs_append(
                    f,
                    size,
                    heap_need(op, 2)?,
                    live(op, 3)?,
                    unit(op, 4)?,
                    source(op, 5)?,
                    register(op, 7)?,
                );
            }
            Op::BsPrivateAppend => {
                let (f, size) = (label(op, 0)?, size(op, 1)?);
                e.op_bs_append(
                    f,
                    size,
                    0usize,
                    crate::engine::NO_COLLECTION,
                    unit(op, 2)?,
                    source(op, 3)?,
                    register(op, 5)?,
                );
            }
            Op::BsPutInteger => self.put(op, Segment::Integer)?,
            Op::BsPutBinary => self.put(op, Segment::Binary)?,
            Op::BsPutFloat => self.put(op, Segment::Float)?,
            Op::BsPutUtf8 => self.put_utf(op, Segment::Utf8)?,
            Op::BsPutUtf16 => self.put_utf(op, Segment::Utf16)?,
            Op::BsPutUtf32 => self.put_utf(op, Segment::Utf32)?,
            Op::BsPutString => {
                let bytes = number(op, 0)?;
                let string = self.string(op, 1, bytes)?;
                self.e.op_bs_put_string(bytes, string);
            }
            Op::BsAdd => {
                let [a, b, Arg::U(unit)] = list_or_rest(op)? else { return Err(bad(op)) };
                e.op_bs_add(label(op, 0)?, a, b, *unit, register(op, op.args.len() - 1)?);
            }
            Op::BsUtf8Size => e.op_bs_utf_size(label(op, 0)?, 8usize, source(op, 1)?, register(op, 2)?),
            Op::BsUtf16Size => e.op_bs_utf_size(label(op, 0)?, 16usize, source(op, 1)?, register(op, 2)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    #[allow(clippy::too_many_arguments)] // the instruction has so many operands
    pub(super) fn get_integer(&mut self, f: Label, c: &Arg, live: u64, size: &Arg, unit: u64, flags: u64, d: &Arg) {
        let bits = match size {
            Arg::Const(t) => t.as_small().and_then(|n| u64::try_from(n).ok()).and_then(|n| n.checked_mul(unit)),
            _ => None,
        };
        match bits {
            Some(8) if flags & 4 == 0 => self.e.op_bs_get_int8(f, c, d),
            Some(n @ 1..=56) if flags & LITTLE_OR_SIGNED == 0 => self.e.op_bs_get_small(f, c, n, d),
            _ => self.e.op_bs_get_integer(f, c, live, size, unit, flags, d),
        }
    }

    /// The address of a string of the module's string table.
    fn string(&self, op: &GenericOp, i: usize, bytes: u64) -> Result<u64, LoadError> {
        let offset = number(op, i)?;
        self.string_at(offset, bytes).ok_or_else(|| bad(op))
    }

    fn string_at(&self, offset: u64, bytes: u64) -> Option<u64> {
        let end = offset.checked_add(bytes)?;
        let s = self.t.strings.get(offset as usize..end as usize)?;
        Some(s.as_ptr() as u64)
    }

    fn put(&mut self, op: &GenericOp, kind: Segment) -> Done {
        let (f, size, unit, flags) = (label(op, 0)?, source(op, 1)?, unit(op, 2)?, flags(op, 3)?);
        self.e.op_bs_put(f, kind as u64, size, unit, flags, source(op, 4)?);
        Ok(())
    }

    fn put_utf(&mut self, op: &GenericOp, kind: Segment) -> Done {
        let (f, flags) = (label(op, 0)?, flags(op, 1)?);
        self.e.op_bs_put(f, kind as u64, Term::small(0), 1usize, flags, source(op, 2)?);
        Ok(())
    }

    /// `bs_create_bin Fail Alloc Live Unit Dst [Type, Seg, Unit, Flags, Src, Size, …]`.
    fn create_bin(&mut self, op: &GenericOp) -> Done {
        let (f, need, live) = (label(op, 0)?, heap_need(op, 1)?, live(op, 2)?);
        let segments = list(op, 5)?;
        if segments.len() % 6 != 0 {
            return Err(bad(op));
        }
        self.e.op_bs_create_bin(f, need, live, segments.len() / 6, register(op, 4)?);
        for s in segments.chunks_exact(6) {
            let [Arg::Const(kind), number, Arg::U(unit), flags, value, size] = s else { return Err(bad(op)) };
            let kind = match kind.as_atom() {
                Some(atom::INTEGER) => Segment::Integer,
                Some(atom::FLOAT) => Segment::Float,
                Some(atom::BINARY) => Segment::Binary,
                Some(atom::APPEND | atom::PRIVATE_APPEND) => Segment::Append,
                Some(atom::STRING) => Segment::String,
                Some(atom::UTF8) => Segment::Utf8,
                Some(atom::UTF16) => Segment::Utf16,
                Some(atom::UTF32) => Segment::Utf32,
                _ => return Err(bad(op)),
            };
            if *unit > 256 {
                return Err(bad(op));
            }
            self.e.word(kind.word((*unit).max(1), flag_list(flags).ok_or_else(|| bad(op))?));
            if kind == Segment::String {
                let (Some(offset), Some(bytes)) = (plain(value), plain(size)) else { return Err(bad(op)) };
                let at = self.string_at(offset, bytes).ok_or_else(|| bad(op))?;
                self.e.word(at);
                self.e.word(bytes);
            } else {
                self.e.source_word(value);
                if matches!(kind, Segment::Utf8 | Segment::Utf16 | Segment::Utf32) {
                    self.e.word(Term::NIL.raw());
                } else {
                    self.e.source_word(size);
                }
            }
            self.e.word(plain(number).ok_or_else(|| bad(op))?);
        }
        Ok(())
    }
}

fn plain(a: &Arg) -> Option<u64> {
    match a {
        Arg::U(n) => Some(*n),
        Arg::Const(t) => t.as_small().and_then(|n| u64::try_from(n).ok()),
        _ => None,
    }
}

/// `bs_add` writes its three operands as a list (older compilers) or in place.
fn list_or_rest<'a>(op: &GenericOp<'a>) -> Result<&'a [Arg], LoadError> {
    match op.args[1].elements() {
        Some(elements) => Ok(&op.lists[elements]),
        None => Ok(&op.args[1..4]),
    }
}

fn unit(op: &GenericOp, i: usize) -> Result<u64, LoadError> {
    number(op, i).and_then(|n| if (1..=256).contains(&n) { Ok(n) } else { Err(bad(op)) })
}

fn flags(op: &GenericOp, i: usize) -> Result<u64, LoadError> {
    number(op, i).and_then(|n| if n < 32 { Ok(n) } else { Err(bad(op)) })
}

/// Flags as a list of atoms: `[little, signed | …]`, nil for none.
pub(super) fn flag_list(a: &Arg) -> Option<u64> {
    match a {
        Arg::U(n) if *n < 32 => Some(*n),
        Arg::Const(t) if t.is_list() => Some(t.list().fold(0, |flags, f| {
            flags
                | match f.as_atom() {
                    Some(atom::LITTLE) => 2,
                    Some(atom::SIGNED) => 4,
                    Some(atom::NATIVE) => 16,
                    _ => 0,
                }
        })),
        _ => None,
    }
}

fn size(op: &GenericOp, i: usize) -> Result<super::super::emit::Operand, LoadError> {
    Ok(match &op.args[i] {
        Arg::U(n) => i64::try_from(*n).ok().and_then(Term::try_small).ok_or_else(|| bad(op))?.into(),
        _ => source(op, i)?.into(),
    })
}

/// The atom of an operand, for the commands of `bs_match`.
pub(super) fn command(a: &Arg) -> Option<crate::atom::Atom> {
    match a {
        Arg::Const(t) => t.as_atom(),
        _ => None,
    }
}
