//! How a match specification is run over a table: the program, and where in the table it can match at all.

use alloc::vec::Vec;

use joist_vm::ets::{Prefix, Table};
use joist_vm::match_spec::{self, CompileError, Matcher, Program, Subject, clause, is_ground, is_variable};
use joist_vm::process::{Bail, Process};
use joist_vm::term::Term;
use joist_vm::term::compare::{eq, exact_eq};

/// A compiled match specification, as references hold it.
#[derive(Debug)]
pub(super) struct Compiled {
    pub program: Program,
    /// All keys that can match an ordered table begin like this.
    pub prefix: Option<Prefix>,
}

/// Where a specification can match.
pub(super) enum Where {
    Anywhere,
    /// Objects with these keys (the specification's own terms), all different.
    Keys(Vec<Term>),
}

pub(super) fn compile_error(p: &mut Process, e: CompileError) -> Bail {
    match e {
        CompileError::Badarg => p.badarg(),
        CompileError::SystemLimit => p.system_limit(),
    }
}

/// Compiles a specification for a table.
pub(super) fn plan(p: &mut Process, t: &Table, spec: Term) -> Result<(Compiled, Where), Bail> {
    let program = match_spec::compile(spec).map_err(|e| compile_error(p, e))?;
    let clauses = spec.list_to_vec().unwrap_or_default();
    let heads: Vec<Term> = clauses.into_iter().filter_map(clause).map(|c| c[0]).collect();
    let mut compiled = Compiled { program, prefix: None };
    let mut keys: Vec<Term> = Vec::new();
    for head in &heads {
        let key = match head.as_tuple() {
            // No object is that short.
            Some(elements) if elements.len() < t.options.keypos => continue,
            Some(elements) => elements[t.options.keypos - 1],
            None if is_variable(*head) => return Ok((compiled, Where::Anywhere)),
            None => continue,
        };
        if !is_ground(key) {
            if t.is_ordered() && heads.len() == 1 && !is_variable(key) {
                compiled.prefix = Some(Prefix::new(key));
            }
            return Ok((compiled, Where::Anywhere));
        }
        let same = if t.is_ordered() { eq } else { exact_eq };
        if !keys.iter().any(|k| same(*k, key)) {
            keys.push(key);
        }
    }
    Ok((compiled, Where::Keys(keys)))
}

/// Runs a program against an object of a table.
pub(super) fn run(matcher: &mut Matcher<'_>, p: &mut Process, object: Term) -> Option<Term> {
    matcher.run(p, Subject::Foreign(object)).map(|m| m.value)
}

/// Has each clause a body that keeps the key: does `select_replace` work with it?
pub(super) fn keeps_key(t: &Table, spec: Term) -> bool {
    let keypos = t.options.keypos;
    spec.list_to_vec().is_some_and(|l| {
        l.into_iter().filter_map(clause).all(|[head, _, body]| clause_keeps_key(keypos, head, body).is_some())
    })
}

fn clause_keeps_key(keypos: usize, head: Term, body: Term) -> Option<()> {
    use joist_vm::atom;
    let (value, rest) = body.as_cons()?;
    if !rest.is_nil() {
        return None;
    }
    if value.is(atom::DOLLAR_UNDERSCORE) {
        return Some(());
    }
    let key = *head.as_tuple()?.get(keypos - 1)?;
    let (made, constant) = match *value.as_tuple()? {
        [c, made] if c.is(atom::CONST) => (made, true),
        [made] => (made, false),
        _ => return None,
    };
    let made = *made.as_tuple()?.get(keypos - 1)?;
    if same_key(key, made, constant) {
        return Some(());
    }
    let element = made.as_tuple_of::<3>().filter(|_| !constant)?;
    let own =
        element[0].is(atom::ELEMENT) && element[1].as_usize() == Some(keypos) && element[2].is(atom::DOLLAR_UNDERSCORE);
    own.then_some(())
}

/// Does `made` always build what `pattern` has matched?
fn same_key(pattern: Term, made: Term, constant: bool) -> bool {
    use joist_vm::atom;
    let mut todo = Vec::from([(pattern, made, constant)]);
    while let Some((a, b, constant)) = todo.pop() {
        if let Some((bh, bt)) = b.as_cons() {
            let Some((ah, at)) = a.as_cons() else { return false };
            todo.extend([(ah, bh, constant), (at, bt, constant)]);
        } else if let Some(elements) = b.as_tuple() {
            let elements = match elements {
                _ if constant => elements,
                [inner] if inner.as_tuple().is_some() => inner.as_tuple().unwrap_or(&[]),
                [c, value] if c.is(atom::CONST) => {
                    todo.push((a, *value, true));
                    continue;
                }
                _ => return false,
            };
            let Some(own) = a.as_tuple().filter(|e| e.len() == elements.len()) else { return false };
            todo.extend(own.iter().zip(elements).map(|(a, b)| (*a, *b, constant)));
        } else if b.is_map() || !b.is_immediate() {
            if b.is_map() || !exact_eq(a, b) {
                return false;
            }
        } else if a != b
            || [atom::UNDERSCORE, atom::DOLLAR_DOLLAR, atom::DOLLAR_UNDERSCORE].iter().any(|x| a.is(*x))
            || (constant && match_spec::variable(a).is_some())
        {
            return false;
        }
    }
    true
}
