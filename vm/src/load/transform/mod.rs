//! Generic instructions → specialised ones, with checks of their operands. Runs of instructions that occur often
//! together become one (super-instructions).

mod arith;
mod bits;
mod bs_match;
mod control;
mod data;
mod maps;
mod records;

use alloc::vec::Vec;

use super::emit::{Emitter, Label};
use super::generic::Op;
use super::specialise::Tables;
use super::{Arg, GenericOp, LoadError};
use crate::code::{Catch, Export, Function, Mfa, RecordEntry, export};
use crate::heap::Fragments;
use crate::term::Term;

/// What comes out.
pub(super) struct Parts {
    pub code: Vec<u64>,
    pub fixups: Vec<(u32, u32)>,
    pub functions: Vec<Function>,
    pub lines: Vec<(u32, u32)>,
    pub catches: Vec<(Catch, u32)>,
    pub on_load: Option<u32>,
}

/// The state of a transformation.
pub(super) struct Transform<'a> {
    t: &'a Tables,
    records: &'a [RecordEntry],
    e: Emitter<'a>,
    /// The module's literals.
    heap: &'a mut Fragments,
    functions: Vec<Function>,
    lines: Vec<(u32, u32)>,
    catches: Vec<(Catch, u32)>,
    on_load: Option<u32>,
    /// The rest of the function is not needed: a native stands in its place.
    skipping: bool,
    /// Y registers that the function's code may use at most.
    frame: u64,
    last_line: Option<u32>,
}

type Done = Result<(), LoadError>;

fn bad(op: &GenericOp) -> LoadError {
    LoadError::new(alloc::format!("bad operands of {}", op.op.name()))
}

impl<'a> Transform<'a> {
    pub(super) fn new(
        t: &'a Tables,
        records: &'a [RecordEntry],
        heap: &'a mut Fragments,
        e: Emitter<'a>,
    ) -> Transform<'a> {
        Transform {
            t,
            records,
            e,
            heap,
            functions: Vec::new(),
            lines: Vec::new(),
            catches: Vec::new(),
            on_load: None,
            skipping: false,
            frame: 0,
            last_line: None,
        }
    }

    pub(super) fn finish(self) -> Result<Parts, LoadError> {
        let (code, fixups) = self.e.finish()?;
        Ok(Parts {
            code,
            fixups,
            functions: self.functions,
            lines: self.lines,
            catches: self.catches,
            on_load: self.on_load,
        })
    }

    pub(super) fn run(&mut self, ops: &[GenericOp]) -> Done {
        let mut rest = ops;
        while !rest.is_empty() {
            let used = self.step(rest)?;
            rest = &rest[used..];
            if let Some(e) = self.e.error.take() {
                return Err(e);
            }
        }
        Ok(())
    }

    /// Handles the first instruction (or the first few); answers how many.
    fn step(&mut self, ops: &[GenericOp]) -> Result<usize, LoadError> {
        let op = &ops[0];
        match op.op {
            Op::Label => {
                // A label ends a skipped function only if a function's header follows.
                let next = ops[1..].iter().find(|o| o.op != Op::Line).map(|o| o.op);
                if next == Some(Op::FuncInfo) {
                    self.skipping = false;
                }
                if !self.skipping {
                    self.e.label(number(op, 0)? as u32);
                    self.last_line = None;
                }
                return Ok(1);
            }
            Op::FuncInfo => return self.function(ops),
            Op::IntCodeEnd => return Ok(1),
            _ if self.skipping => return Ok(1),
            Op::Line => {
                let item = number(op, 0)? as u32;
                let here = self.e.here();
                if self.last_line != Some(item) {
                    self.lines.push((here, item));
                    self.last_line = Some(item);
                }
                return Ok(1);
            }
            Op::NifStart | Op::ExecutableLine | Op::DebugLine => return Ok(1),
            Op::OnLoad => {
                self.on_load = Some(self.e.here());
                return Ok(1);
            }
            _ => {}
        }
        if self.functions.is_empty() {
            return Err(LoadError::new("code before the first function"));
        }
        self.check_registers(op)?;
        if let Some(used) = self.data(ops)? {
            return Ok(used);
        }
        if let Some(used) = self.control(ops)? {
            return Ok(used);
        }
        if self.arith(op)? || self.maps(op)? || self.bits(op)? || self.records(op)? {
            return Ok(1);
        }
        Err(LoadError::new(alloc::format!("instruction {} is not supported", op.op.name())))
    }

    /// `func_info M F A`, and the label of the entry behind it.
    fn function(&mut self, ops: &[GenericOp]) -> Result<usize, LoadError> {
        let op = &ops[0];
        let (module, name) = (atom(op, 0)?, atom(op, 1)?);
        let arity = number(op, 2)? as u32;
        if module != self.t.name || arity > 255 {
            return Err(bad(op));
        }
        let here = self.e.here();
        self.e.op_func_info();
        if self.e.here() != here + 1 {
            return Err(LoadError::new("func_info must be one word"));
        }
        for word in [Term::atom(module).raw(), Term::atom(name).raw(), u64::from(arity)] {
            self.e.word(word);
        }
        let Some(GenericOp { op: Op::Label, .. }) = ops.get(1) else {
            return Err(LoadError::new("no label behind func_info"));
        };
        self.e.label(number(&ops[1], 0)? as u32);
        let entry = self.e.here();
        self.functions.push(Function { name, arity, entry, exported: false });
        self.last_line = None;
        self.frame = ops[2..]
            .iter()
            .take_while(|o| o.op != Op::FuncInfo)
            .filter(|o| matches!(o.op, Op::Allocate | Op::AllocateHeap | Op::AllocateZero | Op::AllocateHeapZero))
            .filter_map(|o| number(o, 0).ok())
            .max()
            .unwrap_or(0);
        let export = export(Mfa { module, function: name, arity });
        if export.native.is_some() {
            self.e.op_native_body(pointer(export));
            self.skipping = true;
        }
        Ok(2)
    }

    /// Y registers must lie in a frame that the function makes.
    fn check_registers(&self, op: &GenericOp) -> Done {
        let inside = |a: &Arg| !matches!(a, Arg::Y(n) if u64::from(*n) >= self.frame);
        let ok = |a: &Arg| match a.elements() {
            Some(elements) => op.lists[elements].iter().all(inside),
            None => inside(a),
        };
        if op.args.iter().all(ok) { Ok(()) } else { Err(bad(op)) }
    }

    /// The import with the number that an operand gives.
    fn import(&self, op: &GenericOp, i: usize) -> Result<&'static Export, LoadError> {
        self.t.imports.get(number(op, i)? as usize).copied().ok_or_else(|| bad(op))
    }
}

/// A pointer as an operand.
fn pointer<T>(p: &'static T) -> u64 {
    core::ptr::from_ref(p) as u64
}

/// A plain number (a small integer counts as one: older compilers write some so).
fn number(op: &GenericOp, i: usize) -> Result<u64, LoadError> {
    match op.args.get(i) {
        Some(Arg::U(n)) => Ok(*n),
        Some(Arg::Const(t)) => t.as_small().and_then(|n| u64::try_from(n).ok()).ok_or_else(|| bad(op)),
        _ => Err(bad(op)),
    }
}

/// How many X registers are live.
fn live(op: &GenericOp, i: usize) -> Result<u64, LoadError> {
    number(op, i).and_then(|n| if n <= 1023 { Ok(n) } else { Err(bad(op)) })
}

fn label(op: &GenericOp, i: usize) -> Result<Label, LoadError> {
    match op.args.get(i) {
        Some(Arg::Label(l)) => Ok(Label(*l)),
        _ => Err(bad(op)),
    }
}

fn atom(op: &GenericOp, i: usize) -> Result<crate::atom::Atom, LoadError> {
    match op.args.get(i) {
        Some(Arg::Const(t)) => t.as_atom().ok_or_else(|| bad(op)),
        _ => Err(bad(op)),
    }
}

fn list<'a>(op: &GenericOp<'a>, i: usize) -> Result<&'a [Arg], LoadError> {
    let elements = op.args.get(i).and_then(Arg::elements).ok_or_else(|| bad(op))?;
    Ok(&op.lists[elements])
}

/// A source operand: a register or a constant.
fn source<'a>(op: &GenericOp<'a>, i: usize) -> Result<&'a Arg, LoadError> {
    match op.args.get(i) {
        Some(a @ (Arg::X(_) | Arg::Y(_) | Arg::Const(_))) => Ok(a),
        _ => Err(bad(op)),
    }
}

/// A register operand.
fn register<'a>(op: &GenericOp<'a>, i: usize) -> Result<&'a Arg, LoadError> {
    match op.args.get(i) {
        Some(a @ (Arg::X(_) | Arg::Y(_))) => Ok(a),
        _ => Err(bad(op)),
    }
}

/// Words that an allocation asks for. Floats take two, funs three.
fn heap_need(op: &GenericOp, i: usize) -> Result<u64, LoadError> {
    match op.args.get(i) {
        Some(Arg::Alloc { words, floats, funs }) => {
            Ok(u64::from(*words) + 2 * u64::from(*floats) + 3 * u64::from(*funs))
        }
        _ => number(op, i).and_then(|n| if n < 1 << 24 { Ok(n) } else { Err(bad(op)) }),
    }
}
