//! Compiling match specifications: clauses and their parts.

use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::error::Mistakes;
use super::{Clause, CompileError, Dialect, Finding, Op, Program, Take, clause};
use crate::heap::Fragments;
use crate::term::{Term, build};

/// How deep patterns and expressions may be nested.
pub(super) const MAX_DEPTH: usize = 2000;

/// A specification being compiled.
pub(super) struct Compiler<'a> {
    pub(super) dialect: Dialect,
    pub(super) mistakes: &'a mut Mistakes,
    pub(super) constants: Fragments,
    /// The clause's variables by their numbers, and where their values go.
    pub(super) variables: BTreeMap<u32, u32>,
    pub(super) in_guard: bool,
}

/// Compiles a specification: `[{Head, Guards, Body}, …]`.
/// # Errors
/// It is none, or nested too deeply.
pub fn compile_with(spec: Term, dialect: Dialect) -> Result<Program, CompileError> {
    translate(spec, dialect, &mut Mistakes::End)
}

/// Compiles a specification for tables; one without clauses matches nothing.
/// # Errors
/// As [`compile_with`].
pub fn compile(spec: Term) -> Result<Program, CompileError> {
    if spec.is_nil() {
        return Ok(Program { clauses: Vec::new(), variables: 0, _constants: Fragments::new() });
    }
    compile_with(spec, Dialect::TABLE)
}

/// What is wrong with a specification, in the order in which it is found.
#[must_use]
pub fn lint(spec: Term, dialect: Dialect) -> Vec<Finding> {
    let mut mistakes = Mistakes::Note(Vec::new());
    // An error that ends the translation has been noted, too.
    let _ = translate(spec, dialect, &mut mistakes);
    match mistakes {
        Mistakes::Note(all) => all,
        Mistakes::End => Vec::new(),
    }
}

fn translate(spec: Term, dialect: Dialect, mistakes: &mut Mistakes) -> Result<Program, CompileError> {
    let mut c =
        Compiler { dialect, mistakes, constants: Fragments::new(), variables: BTreeMap::new(), in_guard: false };
    if !spec.is_cons() {
        c.fatal("Match programs are not in a list.")?;
    }
    let Some(parts) = spec.list_to_vec() else {
        return Err(c.fatal("Match programs are not in a proper list.").err().unwrap_or(CompileError::Badarg));
    };
    let mut split = Vec::new();
    for part in parts {
        let Some([head, guards, body]) = clause(part) else {
            return Err(c.fatal("Match program part is not a tuple of arity 3.").err().unwrap_or(CompileError::Badarg));
        };
        let head = if dialect.trace && head.is_list() { c.arguments(head)? } else { head };
        split.push([head, guards, body]);
    }
    let mut clauses = Vec::new();
    let mut variables = 0;
    for [head, guards, body] in split {
        clauses.push(c.clause(head, guards, body)?);
        variables = variables.max(c.variables.len());
    }
    if let Mistakes::Note(all) = &*c.mistakes
        && !all.is_empty()
    {
        return Err(CompileError::Badarg);
    }
    Ok(Program { clauses, variables, _constants: c.constants })
}

impl Compiler<'_> {
    /// A mistake after which there is nothing to go on with.
    pub(super) fn fatal(&mut self, text: &str) -> Result<(), CompileError> {
        self.mistakes.add(|| text.to_string())?;
        Err(CompileError::Badarg)
    }

    /// A trace's head is a list of patterns for the arguments: a tuple, here.
    fn arguments(&mut self, head: Term) -> Result<Term, CompileError> {
        match head.list_to_vec() {
            Some(items) => Ok(build::tuple(&mut self.constants, &items)),
            None => {
                let text = alloc::format!("Match expression part {} is not a proper list.", super::error::show(head));
                self.fatal(&text)?;
                Err(CompileError::Badarg)
            }
        }
    }

    /// Where a variable's value goes, and whether the clause had it before.
    pub(super) fn bind(&mut self, number: u32) -> (u32, bool) {
        let next = self.variables.len() as u32;
        match self.variables.entry(number) {
            alloc::collections::btree_map::Entry::Occupied(e) => (*e.get(), true),
            alloc::collections::btree_map::Entry::Vacant(e) => (*e.insert(next), false),
        }
    }

    fn clause(&mut self, head: Term, guards: Term, body: Term) -> Result<Clause, CompileError> {
        self.variables.clear();
        let mut take = Vec::new();
        self.head(head, &mut take, 0)?;
        if self.dialect.trace
            && !matches!(take[..], [Take::Bind(_) | Take::Skip])
            && !matches!(take[0], Take::Tuple(..))
        {
            self.fatal("Match head is invalid in this context.")?;
        }
        self.in_guard = true;
        let guard = self.expressions(guards)?;
        self.in_guard = false;
        if !self.dialect.trace && !body.is_cons() {
            self.fatal("Body clause does not return anything.")?;
        }
        let body = self.expressions(body)?;
        Ok(Clause { head: take, guard, body })
    }

    /// A guard's or a body's list of expressions.
    fn expressions(&mut self, list: Term) -> Result<Vec<Op>, CompileError> {
        let mut out = Vec::new();
        if list.is_nil() {
            return Ok(out);
        }
        if !list.is_cons() {
            self.mistakes.add(|| "Match expression is not a list.".to_string())?;
            return Ok(out);
        }
        let mut items = list.list();
        for t in items.by_ref() {
            self.expression(t, &mut out, 0)?;
            out.push(if self.in_guard { Op::Check } else { Op::Drop });
        }
        if !items.rest().is_nil() {
            self.mistakes.add(|| "Match expression is not a proper list.".to_string())?;
        }
        if !self.in_guard && !self.dialect.trace {
            out.pop();
            out.push(Op::Return);
        }
        Ok(out)
    }
}
