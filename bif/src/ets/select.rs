//! `select`, `match`, `match_object` and their kin: specifications run over a table, in slices, with continuations.
//!
//! A continuation has stock's shape, since `ets:repair_continuation/2` looks into it: `{Table, Place, Limit, Compiled,
//! Found, Count}` of a hash table, `{Table, LastKey, End, Limit, Compiled, Found, Reverse, Count}` of an ordered one.
//! `Found` are results that went beyond the limit, newest first.

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::ets::{self, Object, Range, Table, Verdict};
use joist_vm::heap::copy;
use joist_vm::match_spec::Matcher;
use joist_vm::process::{Bail, Native, NativeResult, Process};
use joist_vm::term::compare::{eq, exact_eq};
use joist_vm::term::{Term, build};

use super::match_specs::{compiled, reference};
use super::plan::{Compiled, Where, keeps_key, plan, run};
use super::{Access, cause, find, table};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("select", 1, go_on),
    ("select", 2, |p, a| select(p, a[0], a[1], None, false)),
    ("select", 3, |p, a| limited(p, a, |_, t| t, false)),
    ("select_reverse", 1, go_on),
    ("select_reverse", 2, |p, a| select(p, a[0], a[1], None, true)),
    ("select_reverse", 3, |p, a| limited(p, a, |_, t| t, true)),
    ("match", 1, go_on),
    ("match", 2, |p, a| {
        let spec = simple(p, a[1], atom::DOLLAR_DOLLAR);
        select(p, a[0], spec, None, false)
    }),
    ("match", 3, |p, a| limited(p, a, |p, t| simple(p, t, atom::DOLLAR_DOLLAR), false)),
    ("match_object", 1, go_on),
    ("match_object", 2, |p, a| {
        let spec = simple(p, a[1], atom::DOLLAR_UNDERSCORE);
        select(p, a[0], spec, None, false)
    }),
    ("match_object", 3, |p, a| limited(p, a, |p, t| simple(p, t, atom::DOLLAR_UNDERSCORE), false)),
    ("select_count", 2, |p, a| change(p, a, Change::Count)),
    ("internal_select_delete", 2, |p, a| change(p, a, Change::Delete)),
    ("select_replace", 2, |p, a| {
        let t = table(p, a[0], Access::Write)?;
        if t.options.kind == ets::Kind::Bag {
            return Err(cause(p, "table_type"));
        }
        if a[1].is_cons() && !keeps_key(&t, a[1]) {
            return Err(p.badarg());
        }
        change(p, a, Change::Replace)
    }),
];

/// `[{Pattern, [], [Result]}]`.
fn simple(p: &mut Process, pattern: Term, result: atom::Atom) -> Term {
    let body = build::cons(p, Term::atom(result), Term::NIL);
    let clause = build::tuple(p, &[pattern, Term::NIL, body]);
    build::cons(p, clause, Term::NIL)
}

fn limited(p: &mut Process, a: &[Term], spec: fn(&mut Process, Term) -> Term, reverse: bool) -> NativeResult {
    table(p, a[0], Access::Read)?;
    let limit = a[2].as_usize().filter(|n| *n > 0).ok_or_else(|| p.badarg())?;
    let spec = spec(p, a[1]);
    select(p, a[0], spec, Some(limit), reverse)
}

/// Where a walk goes on.
#[derive(Clone, Copy)]
enum Place {
    /// Of a hash table.
    Slot(u64),
    /// Behind this key of an ordered one; none: from the start.
    Key(Option<Term>),
    End,
}

/// A select under way.
struct Walk {
    tab: Term,
    table: Arc<Table>,
    place: Place,
    compiled: Arc<Compiled>,
    limit: Option<usize>,
    reverse: bool,
    /// Results, newest first.
    found: Term,
    count: usize,
    /// The table has been fixed for this.
    fixed: bool,
}

/// Objects looked at in a slice.
fn slice(p: &Process) -> usize {
    usize::try_from(p.budget()).unwrap_or(0).clamp(50, 4000)
}

fn select(p: &mut Process, tab: Term, spec: Term, limit: Option<usize>, reverse: bool) -> NativeResult {
    let t = table(p, tab, Access::Read)?;
    let (compiled, place) = plan(p, &t, spec)?;
    let start = if t.is_ordered() { Place::Key(None) } else { Place::Slot(0) };
    let mut walk = Walk {
        tab,
        table: t,
        place: start,
        compiled: Arc::new(compiled),
        limit,
        reverse,
        found: Term::NIL,
        count: 0,
        fixed: false,
    };
    if let Where::Keys(keys) = place {
        walk.look_up(p, keys);
    }
    walk.proceed(p)
}

impl Walk {
    /// Finds what objects with these keys match.
    fn look_up(&mut self, p: &mut Process, mut keys: Vec<Term>) {
        // As a walk would come to them; results are put one before the other.
        if self.table.is_ordered() {
            keys.sort_by(|a, b| joist_vm::term::compare::compare(*a, *b));
            if self.backwards() {
                keys.reverse();
            }
        }
        let compiled = self.compiled.clone();
        let mut matcher = Matcher::new(&compiled.program);
        for key in keys {
            let mut results: Vec<Term> = Vec::new();
            self.table.with(key, |o| {
                results.extend(run(&mut matcher, p, o.term()));
                true
            });
            p.charge(1 + results.len() / 4);
            self.count += results.len();
            self.found = build::list_with_tail(p, &results, self.found);
        }
        self.place = Place::End;
    }

    /// Which way an ordered table is walked: without a limit so that the results, each put before the last, come out in
    /// the wanted order.
    fn backwards(&self) -> bool {
        self.reverse == self.limit.is_some()
    }

    /// One slice of the walk.
    fn step(&mut self, p: &mut Process) {
        let compiled = self.compiled.clone();
        let mut matcher = Matcher::new(&compiled.program);
        let mut budget = slice(p);
        let (before, limit) = (budget, self.limit.unwrap_or(usize::MAX));
        let (found, count) = (&mut self.found, &mut self.count);
        let mut see = |p: &mut Process, o: &Object| {
            if let Some(value) = run(&mut matcher, p, o.term()) {
                *found = build::cons(p, value, *found);
                *count += 1;
            }
            *count < limit
        };
        match self.place {
            Place::End => return,
            Place::Slot(from) => {
                let next = self.table.scan(from, &mut budget, |o| see(p, o));
                self.place = next.map_or(Place::End, Place::Slot);
            }
            Place::Key(after) => {
                let keypos = self.table.options.keypos;
                let range =
                    Range { after, prefix: compiled.prefix.as_ref(), backwards: self.reverse == self.limit.is_some() };
                let mut last = None;
                let ended = self.table.walk(range, |o| {
                    budget -= 1;
                    let more = see(p, o) && budget > 0;
                    if !more {
                        last = Some(copy(p, o.key(keypos)));
                    }
                    more
                });
                self.place = if ended { Place::End } else { Place::Key(last) };
            }
        }
        p.charge(before - budget);
    }

    fn is_done(&self) -> bool {
        matches!(self.place, Place::End) || self.limit.is_some_and(|n| self.count >= n)
    }

    fn proceed(mut self, p: &mut Process) -> NativeResult {
        while !self.is_done() {
            self.step(p);
            if !self.is_done() && p.budget() <= 0 {
                return Err(self.pause(p));
            }
        }
        if self.fixed {
            ets::unfix(p, &self.table);
        }
        match self.limit {
            None => Ok(self.found),
            Some(limit) => Ok(self.chunk(p, limit)),
        }
    }

    /// The rest of the walk waits for the next slice.
    fn pause(mut self, p: &mut Process) -> Bail {
        if !self.fixed {
            ets::fix(p, &self.table);
            self.fixed = true;
        }
        let state = self.continuation(p, self.found, self.count, self.limit.unwrap_or(0));
        let table = ets::reference(p, &self.table);
        p.yield_to(resume, &[state, Term::bool(self.fixed), table, Term::bool(self.reverse)])
    }

    fn continuation(&self, p: &mut Process, found: Term, count: usize, limit: usize) -> Term {
        let ms = reference(p, self.compiled.clone());
        let (limit, count) = (Term::small(limit as i64), Term::small(count as i64));
        // A later table of the same name is another one.
        let tab = if self.table.is_ordered() { self.tab } else { ets::reference(p, &self.table) };
        match self.place {
            Place::Key(last) => {
                let reverse = Term::small(i64::from(self.reverse));
                // No key: from the start. A key is wrapped, so that all keys are told apart from that.
                let last = last.map_or(Term::NIL, |k| build::cons(p, k, Term::NIL));
                build::tuple(p, &[tab, last, Term::NIL, limit, ms, found, reverse, count])
            }
            Place::Slot(n) => build::tuple(p, &[tab, Term::small(n as i64), limit, ms, found, count]),
            Place::End => build::tuple(p, &[tab, Term::small(-1), limit, ms, found, count]),
        }
    }

    /// The results up to the limit, and how to get the others.
    fn chunk(self, p: &mut Process, limit: usize) -> Term {
        let ended = matches!(self.place, Place::End) && self.count <= limit;
        if self.count == 0 {
            return Term::atom(atom::END_OF_TABLE);
        }
        let mut all: Vec<Term> = self.found.list().collect();
        let extra = all.len().saturating_sub(limit);
        let mut results = all.split_off(extra);
        if self.table.is_ordered() {
            results.reverse();
        }
        let results = build::list(p, &results);
        let rest = if ended {
            Term::atom(atom::END_OF_TABLE)
        } else {
            let left = build::list(p, &all);
            self.continuation(p, left, extra, limit)
        };
        build::tuple(p, &[results, rest])
    }
}

/// A continuation's walk; none if it is no continuation.
fn read(p: &mut Process, t: Term) -> Result<Walk, Bail> {
    let Some(elements) = t.as_tuple().filter(|e| !e.is_empty()) else { return Err(p.badarg()) };
    let tab = elements[0];
    let table = table(p, tab, Access::Read)?;
    let parts = match *elements {
        [_, n, limit, ms, found, count] => {
            let place = match n.as_small() {
                Some(-1) => Some(Place::End),
                Some(n) if !table.is_ordered() => u64::try_from(n).ok().map(Place::Slot),
                _ => None,
            };
            place.map(|place| (place, limit, ms, found, count, false))
        }
        [_, last, end, limit, ms, found, reverse, count] if table.is_ordered() && end.is_nil() => {
            let place = match last.as_cons() {
                Some((key, rest)) if rest.is_nil() => Some(Place::Key(Some(key))),
                None if last.is_nil() => Some(Place::Key(None)),
                _ => None,
            };
            place.map(|place| (place, limit, ms, found, count, reverse == Term::small(1)))
        }
        _ => None,
    };
    let walk = parts.and_then(|(place, limit, ms, found, count, reverse)| {
        let (limit, count) = (limit.as_usize()?, count.as_usize()?);
        let compiled = compiled(ms).filter(|_| found.list_length() == Some(count))?;
        let limit = (limit > 0).then_some(limit);
        Some(Walk { tab, table: table.clone(), place, compiled, limit, reverse, found, count, fixed: false })
    });
    walk.ok_or_else(|| p.badarg())
}

/// `select/1` and its kin.
fn go_on(p: &mut Process, a: &[Term]) -> NativeResult {
    if a[0].is(atom::END_OF_TABLE) {
        return Ok(a[0]);
    }
    let walk = read(p, a[0])?;
    if walk.limit.is_none() {
        return Err(p.badarg());
    }
    walk.proceed(p)
}

/// After a pause.
fn resume(p: &mut Process, a: &[Term]) -> NativeResult {
    let was = find(a[2]).ok();
    let walk = read(p, a[0]);
    match walk {
        Ok(mut walk) if was.as_ref().is_some_and(|t| Arc::ptr_eq(t, &walk.table)) => {
            walk.fixed = a[1] == Term::bool(true);
            walk.reverse = a[3] == Term::bool(true);
            walk.proceed(p)
        }
        other => {
            // The table is gone, or no longer to be read.
            if let Some(t) = was {
                ets::unfix(p, &t);
            }
            Err(other.err().unwrap_or_else(|| p.badarg()))
        }
    }
}

/// What is done with what matches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Count,
    Delete,
    Replace,
}

/// What becomes of an object, by the program's answer.
fn judge(
    p: &mut Process,
    matcher: &mut Matcher<'_>,
    t: &Table,
    how: Change,
    count: &mut usize,
    object: Term,
) -> Verdict {
    let Some(value) = run(matcher, p, object) else { return Verdict::Keep };
    match how {
        Change::Count => {
            *count += usize::from(value.is(atom::TRUE));
            Verdict::Keep
        }
        Change::Delete if value.is(atom::TRUE) => Verdict::Delete,
        Change::Delete => Verdict::Keep,
        Change::Replace => {
            let key = |o: Term| o.as_tuple().and_then(|e| e.get(t.options.keypos - 1)).copied();
            let same = if t.is_ordered() { eq } else { exact_eq };
            match (key(object), key(value)) {
                (Some(old), Some(new)) if same(old, new) => Verdict::Replace(Object::new(value)),
                _ => Verdict::Keep,
            }
        }
    }
}

/// `select_count`, `select_delete`, `select_replace`.
fn change(p: &mut Process, a: &[Term], how: Change) -> NativeResult {
    let t = table(p, a[0], how.access())?;
    let (compiled, place) = plan(p, &t, a[1])?;
    let compiled = Arc::new(compiled);
    let mut matcher = Matcher::new(&compiled.program);
    let mut count = 0;
    if let Where::Keys(keys) = place {
        for key in keys {
            let (mut seen, mut done) = (0, 0);
            if how == Change::Count {
                t.with(key, |o| {
                    judge(p, &mut matcher, &t, how, &mut seen, o.term());
                    true
                });
            } else {
                t.judge_key(key, &mut done, |o| judge(p, &mut matcher, &t, how, &mut seen, o));
            }
            count += seen + done;
        }
        p.charge(count / 4);
        return Ok(Term::small(count as i64));
    }
    let start = if t.is_ordered() { Place::Key(None) } else { Place::Slot(0) };
    sweep(p, &t, &compiled, how, start, count, false)
}

impl Change {
    const fn access(self) -> Access {
        match self {
            Change::Count => Access::Read,
            _ => Access::Write,
        }
    }

    const fn native(self) -> Native {
        match self {
            Change::Count => |p, a| sweep_on(p, a, Change::Count),
            Change::Delete => |p, a| sweep_on(p, a, Change::Delete),
            Change::Replace => |p, a| sweep_on(p, a, Change::Replace),
        }
    }
}

/// Goes through the table slice by slice.
fn sweep(
    p: &mut Process,
    t: &Arc<Table>,
    compiled: &Arc<Compiled>,
    how: Change,
    mut place: Place,
    mut count: usize,
    fixed: bool,
) -> NativeResult {
    let mut matcher = Matcher::new(&compiled.program);
    loop {
        let mut budget = slice(p);
        let before = budget;
        let (mut seen, mut done) = (0, 0);
        match place {
            Place::Slot(from) => {
                let next = if how == Change::Count {
                    t.scan(from, &mut budget, |o| {
                        judge(p, &mut matcher, t, how, &mut seen, o.term());
                        true
                    })
                } else {
                    t.judge(from, &mut budget, &mut done, |o| judge(p, &mut matcher, t, how, &mut seen, o))
                };
                place = next.map_or(Place::End, Place::Slot);
            }
            Place::Key(after) => {
                let range = Range { after, prefix: compiled.prefix.as_ref(), backwards: false };
                let (ended, last) = sweep_range(p, t, &mut matcher, how, range, &mut budget, &mut seen, &mut done);
                place = if ended { Place::End } else { Place::Key(last) };
            }
            Place::End => {}
        }
        count += seen + done;
        p.charge(before - budget);
        if matches!(place, Place::End) {
            break;
        }
        if p.budget() <= 0 {
            if !fixed {
                ets::fix(p, t);
            }
            let (table, ms) = (ets::reference(p, t), reference(p, compiled.clone()));
            let at = match place {
                Place::Slot(n) => Term::small(n as i64),
                Place::Key(last) => last.map_or(Term::NIL, |k| build::cons(p, k, Term::NIL)),
                Place::End => Term::NIL,
            };
            return Err(p.yield_to(how.native(), &[table, ms, at, Term::small(count as i64)]));
        }
    }
    if fixed {
        ets::unfix(p, t);
    }
    Ok(Term::small(count as i64))
}

#[allow(clippy::too_many_arguments)]
fn sweep_range(
    p: &mut Process,
    t: &Table,
    matcher: &mut Matcher<'_>,
    how: Change,
    range: Range<'_>,
    budget: &mut usize,
    seen: &mut usize,
    done: &mut usize,
) -> (bool, Option<Term>) {
    let mut last = joist_vm::heap::OwnedTerm::new(Term::NIL);
    let keypos = t.options.keypos;
    let ended = if how == Change::Count {
        t.walk(range, |o| {
            judge(p, matcher, t, how, seen, o.term());
            *budget -= 1;
            if *budget == 0 {
                last = joist_vm::heap::OwnedTerm::new(o.key(keypos));
            }
            *budget > 0
        })
    } else {
        let keep = |k| last = joist_vm::heap::OwnedTerm::new(k);
        t.judge_range(range, budget, done, |o| judge(p, matcher, t, how, seen, o), keep)
    };
    (ended, (!ended).then(|| copy(p, last.get())))
}

/// After a pause of a sweep.
fn sweep_on(p: &mut Process, a: &[Term], how: Change) -> NativeResult {
    let t = table(p, a[0], how.access())?;
    let Some(compiled) = compiled(a[1]) else { return Err(p.badarg()) };
    let place = match a[2].as_usize() {
        Some(n) => Place::Slot(n as u64),
        None => Place::Key(a[2].as_cons().map(|c| c.0)),
    };
    sweep(p, &t, &compiled, how, place, a[3].as_usize().unwrap_or(0), true)
}
