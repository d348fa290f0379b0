//! Compiling guards and bodies.

use alloc::format;
use alloc::vec::Vec;

use super::compile::{Compiler, MAX_DEPTH};
use super::error::show;
use super::{CompileError, Op, TraceOp, functions, variable};
use crate::atom::{self, Atom};
use crate::heap::copy;
use crate::map::MapIter;
use crate::term::{Term, build};

impl Compiler<'_> {
    /// The instructions that leave an expression's value.
    pub(super) fn expression(&mut self, t: Term, out: &mut Vec<Op>, depth: usize) -> Result<(), CompileError> {
        if depth > MAX_DEPTH {
            self.mistakes
                .add(|| format!("Excessive nesting; system limit reached near: {}", show(t)))
                .map_err(|_| CompileError::SystemLimit)?;
            return Ok(());
        }
        if t.is_cons() {
            return self.list(t, out, depth);
        }
        if t.is_map() {
            return self.map(t, out, depth);
        }
        if let Some(elements) = t.as_tuple() {
            return match elements {
                [inner] if inner.as_tuple().is_some() => self.tuple(inner.as_tuple().unwrap_or(&[]), out, depth),
                [name, args @ ..] if variable(*name).is_none() && name.is_atom() => {
                    let name = name.as_atom().unwrap_or(atom::NIL);
                    self.call(t, name, args, out, depth)
                }
                _ => self.mistakes.add(|| {
                    format!("{} is neither a function call, nor a tuple (tuples are written {{{{ ... }}}}).", show(t))
                }),
            };
        }
        if let Some(n) = variable(t) {
            return match self.variables.get(&n) {
                Some(index) => {
                    out.push(Op::Variable(*index));
                    Ok(())
                }
                None => self.mistakes.add(|| format!("Variable ${n} is unbound.")),
            };
        }
        if t.is(atom::DOLLAR_UNDERSCORE) {
            out.push(Op::Whole);
        } else if t.is(atom::DOLLAR_DOLLAR) {
            out.push(Op::Variables(self.variables.values().copied().collect()));
        } else {
            let t = copy(&mut self.constants, t);
            out.push(Op::Constant(t));
        }
        Ok(())
    }

    /// The last `n` values, if all of them are constants.
    fn constants_of(out: &[Op], start: usize, n: usize) -> Option<Vec<Term>> {
        let ops = &out[start..];
        if ops.len() != n {
            return None;
        }
        ops.iter().map(|op| if let Op::Constant(t) = op { Some(*t) } else { None }).collect()
    }

    fn list(&mut self, t: Term, out: &mut Vec<Op>, depth: usize) -> Result<(), CompileError> {
        let (start, mut n, mut rest) = (out.len(), 0, t);
        while let Some((head, tail)) = rest.as_cons() {
            self.expression(head, out, depth + 1)?;
            (n, rest) = (n + 1, tail);
        }
        self.expression(rest, out, depth + 1)?;
        if let Some(all) = Self::constants_of(out, start, n + 1) {
            out.truncate(start);
            out.push(Op::Constant(build::list_with_tail(&mut self.constants, &all[..n], all[n])));
        } else {
            out.extend((0..n).map(|_| Op::Cons));
        }
        Ok(())
    }

    fn tuple(&mut self, elements: &[Term], out: &mut Vec<Op>, depth: usize) -> Result<(), CompileError> {
        let start = out.len();
        for t in elements {
            self.expression(*t, out, depth + 1)?;
        }
        if let Some(all) = Self::constants_of(out, start, elements.len()) {
            out.truncate(start);
            out.push(Op::Constant(build::tuple(&mut self.constants, &all)));
        } else {
            out.push(Op::Tuple(elements.len()));
        }
        Ok(())
    }

    fn map(&mut self, t: Term, out: &mut Vec<Op>, depth: usize) -> Result<(), CompileError> {
        let start = out.len();
        let n = crate::map::size(t);
        for (key, value) in MapIter::new(t) {
            self.expression(key, out, depth + 1)?;
            self.expression(value, out, depth + 1)?;
        }
        if let Some(all) = Self::constants_of(out, start, 2 * n) {
            out.truncate(start);
            let pairs: Vec<(Term, Term)> = all.chunks(2).map(|kv| (kv[0], kv[1])).collect();
            out.push(Op::Constant(crate::map::from_pairs(&mut self.constants, &pairs)));
        } else {
            out.push(Op::Map(n));
        }
        Ok(())
    }

    fn all(&mut self, args: &[Term], out: &mut Vec<Op>, depth: usize) -> Result<(), CompileError> {
        args.iter().try_for_each(|t| self.expression(*t, out, depth + 1))
    }

    fn call(
        &mut self,
        t: Term,
        name: Atom,
        args: &[Term],
        out: &mut Vec<Op>,
        depth: usize,
    ) -> Result<(), CompileError> {
        let n = args.len();
        match name.text() {
            "const" => {
                let [value] = args else {
                    let text = || format!("Special form 'const' called with more than one argument in {}.", show(t));
                    return self.mistakes.add(text);
                };
                out.push(Op::Constant(copy(&mut self.constants, *value)));
            }
            form @ ("and" | "or") => {
                if n == 0 {
                    return self.without_arguments(form, t);
                }
                self.all(args, out, depth)?;
                out.push(if form == "and" { Op::And(n) } else { Op::Or(n) });
            }
            form @ ("andalso" | "andthen" | "orelse") => {
                if n == 0 {
                    return self.without_arguments(if form == "orelse" { form } else { "andalso" }, t);
                }
                self.short_circuit(form != "orelse", args, out, depth)?;
            }
            "self" => {
                if n > 0 {
                    return self.mistakes.add(|| format!("Special form 'self' called with arguments in {}.", show(t)));
                }
                out.push(Op::SelfPid);
            }
            "message" => {
                if self.trace_form("message", t, n == 1, "wrong number of arguments")? {
                    self.all(args, out, depth)?;
                    out.push(Op::Return);
                    out.push(Op::Constant(Term::bool(true)));
                }
            }
            form @ ("return_trace" | "exception_trace") => {
                if self.trace_form(form, t, n == 0, "arguments")? {
                    out.push(if form == "return_trace" { Op::ReturnTrace } else { Op::ExceptionTrace });
                }
            }
            form => {
                if let Some((op, arities)) = trace_op(form) {
                    return self.trace_call(form, op, arities, t, args, out, depth);
                }
                let Some(function) = functions::find(name, n) else {
                    return self.mistakes.add(|| format!("Function {}/{n} does_not_exist.", show(Term::atom(name))));
                };
                self.all(args, out, depth)?;
                out.push(Op::Call(function, n));
            }
        }
        Ok(())
    }

    fn without_arguments(&mut self, form: &str, t: Term) -> Result<(), CompileError> {
        self.mistakes.add(|| format!("Special form '{form}' called without arguments in {}.", show(t)))
    }

    /// `andalso` and `orelse`: the value of the last argument reached is the result.
    fn short_circuit(&mut self, and: bool, args: &[Term], out: &mut Vec<Op>, depth: usize) -> Result<(), CompileError> {
        let mut jumps = Vec::new();
        for (i, t) in args.iter().enumerate() {
            self.expression(*t, out, depth + 1)?;
            if i + 1 < args.len() {
                jumps.push(out.len());
                out.push(Op::Drop);
            }
        }
        let end = out.len();
        for at in jumps {
            let skip = end - at - 1;
            out[at] = if and { Op::AndAlso(skip) } else { Op::OrElse(skip) };
        }
        Ok(())
    }

    /// May a form of traces stand here, with so many arguments? If not, that is noted.
    fn trace_form(&mut self, form: &str, t: Term, arity_fits: bool, wrong: &str) -> Result<bool, CompileError> {
        if !self.dialect.trace {
            self.mistakes.add(|| format!("Special form '{form}' used in wrong dialect."))?;
        } else if self.in_guard {
            self.mistakes.add(|| format!("Special form '{form}' called in guard context."))?;
        } else if !arity_fits {
            self.mistakes.add(|| format!("Special form '{form}' called with {wrong} in {}.", show(t)))?;
        } else {
            return Ok(true);
        }
        Ok(false)
    }

    #[allow(clippy::too_many_arguments)]
    fn trace_call(
        &mut self,
        form: &str,
        op: TraceOp,
        arities: &[usize],
        t: Term,
        args: &[Term],
        out: &mut Vec<Op>,
        depth: usize,
    ) -> Result<(), CompileError> {
        let n = args.len();
        if matches!(op, TraceOp::GetTcw | TraceOp::SetTcw) {
            // These two are functions, not forms.
            if !arities.contains(&n) {
                return self.mistakes.add(|| format!("Function {form}/{n} does_not_exist."));
            }
            if !self.dialect.trace || (self.in_guard && op == TraceOp::SetTcw) {
                return self.mistakes.add(|| format!("Function {form}/{n} cannot be called in this context."));
            }
        } else {
            if self.dialect.trace {
                let calls = matches!(op, TraceOp::Caller | TraceOp::CallerLine | TraceOp::CurrentStacktrace);
                if !self.dialect.trace_ops && op != TraceOp::Display || calls && !self.dialect.calls {
                    let text = || format!("Special form '{form}' not allow for this trace event.");
                    return self.mistakes.add(text);
                }
            }
            let in_guard = self.in_guard;
            // This one is for guards, too.
            self.in_guard &= op != TraceOp::IsSeqTrace;
            let wrong = if arities == [0] { "arguments" } else { "wrong number of arguments" };
            let allowed = self.trace_form(form, t, arities.contains(&n), wrong);
            self.in_guard = in_guard;
            if !allowed? {
                return Ok(());
            }
        }
        self.all(args, out, depth)?;
        let op = match op {
            TraceOp::SetTcw if self.dialect.fake => {
                out.push(Op::Drop);
                out.push(Op::Trace(TraceOp::GetTcw, 0));
                return Ok(());
            }
            op => op,
        };
        out.push(Op::Trace(op, n));
        Ok(())
    }
}

/// The trace functions and their arities.
fn trace_op(form: &str) -> Option<(TraceOp, &'static [usize])> {
    Some(match form {
        "is_seq_trace" => (TraceOp::IsSeqTrace, &[0]),
        "set_seq_token" => (TraceOp::SetSeqToken, &[2]),
        "get_seq_token" => (TraceOp::GetSeqToken, &[0]),
        "process_dump" => (TraceOp::ProcessDump, &[0]),
        "display" => (TraceOp::Display, &[1]),
        "enable_trace" => (TraceOp::EnableTrace, &[1, 2]),
        "disable_trace" => (TraceOp::DisableTrace, &[1, 2]),
        "trace" => (TraceOp::Trace, &[2, 3]),
        "caller" => (TraceOp::Caller, &[0]),
        "caller_line" => (TraceOp::CallerLine, &[0]),
        "current_stacktrace" => (TraceOp::CurrentStacktrace, &[0, 1]),
        "silent" => (TraceOp::Silent, &[1]),
        "get_tcw" => (TraceOp::GetTcw, &[0]),
        "set_tcw" => (TraceOp::SetTcw, &[1]),
        _ => return None,
    })
}
