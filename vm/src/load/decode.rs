//! The code chunk: a header, then generic instructions one after the other.

use alloc::vec::Vec;

use super::generic::Op;
use super::operand::{Pools, Reader};
use super::{Arg, GenericOp, LoadError};
use crate::term::Term;

/// The highest opcode that this loader knows.
const MAX_OPCODE: u32 = Op::MAX;
/// The only version of the instruction set there has been.
const INSTRUCTION_SET: u32 = 0;

/// A decoded code chunk.
pub(crate) struct Code {
    pub labels: u32,
    pub functions: u32,
    /// Each instruction, and where its operands begin.
    ops: Vec<(Op, u32)>,
    args: Vec<Arg>,
    lists: Vec<Arg>,
}

impl Code {
    /// The instructions.
    pub(crate) fn ops(&self) -> Vec<GenericOp<'_>> {
        let op = |&(op, first): &(Op, u32)| {
            let args = &self.args[first as usize..first as usize + op.arity()];
            GenericOp { op, args, lists: &self.lists }
        };
        self.ops.iter().map(op).collect()
    }
}

/// Decodes the code chunk.
pub(crate) fn decode(chunk: &[u8], pools: &Pools<'_>, big: &mut dyn FnMut(&[u8]) -> Term) -> Result<Code, LoadError> {
    let short = || LoadError::new("code chunk too short");
    let word =
        |i: usize| chunk.get(i * 4..i * 4 + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).ok_or_else(short);
    let head = word(0)? as usize;
    if head < 16 {
        return Err(LoadError::new("code header too short"));
    }
    if word(1)? != INSTRUCTION_SET {
        return Err(LoadError::new("unknown instruction set"));
    }
    if word(2)? > MAX_OPCODE {
        return Err(LoadError::new(alloc::format!("compiled for a later release: uses opcode {}", word(2)?)));
    }
    let (labels, functions) = (word(3)?, word(4)?);
    let code = head.checked_add(4).and_then(|at| chunk.get(at..)).ok_or_else(short)?;
    if labels as usize > code.len() + 1 || functions > labels {
        return Err(LoadError::new("bad number of labels or functions"));
    }
    let mut reader = Reader::new(code);
    let (mut ops, mut args) = (Vec::with_capacity(code.len() / 4), Vec::with_capacity(code.len() / 2));
    while !reader.at_end() {
        let number = reader.byte()?;
        let op = Op::from_number(number).ok_or_else(|| LoadError::new(alloc::format!("unknown opcode {number}")))?;
        let first = u32::try_from(args.len()).map_err(|_| LoadError::new("too much code"))?;
        ops.push((op, first));
        for _ in 0..op.arity() {
            args.push(reader.arg(pools, big, 0)?);
        }
        if op == Op::IntCodeEnd {
            return Ok(Code { labels, functions, ops, args, lists: reader.lists });
        }
    }
    Err(LoadError::new("code doesn't end"))
}
