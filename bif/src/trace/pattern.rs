//! `erts_internal:trace_pattern/3,4`: which functions' calls, and which messages, are told of.

use alloc::sync::Arc;

use joist_vm::atom;
use joist_vm::heap::OwnedTerm;
use joist_vm::match_spec::{self, CompileError, Dialect};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::sched;
use joist_vm::term::Term;
use joist_vm::trace::patterns::{self, Kinds, Switch};
use joist_vm::trace::points::Which;
use joist_vm::trace::{self, Messages, Pattern, Session, Spec, Tracer, session};

use super::bad;
use super::session::of_term;
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("trace_pattern", 3, |p, a| trace_pattern(p, &session::first(), a)),
    ("trace_pattern", 4, |p, a| {
        let session = of_term(p, a[0])?;
        trace_pattern(p, &session, &a[1..])
    }),
];

/// What may stand in specifications for this event or function.
fn dialect(what: Term) -> Dialect {
    match what.as_atom() {
        Some(atom::RECEIVE) => Dialect { calls: false, trace_ops: false, ..Dialect::CALL_TRACE },
        Some(atom::SEND) => Dialect { calls: false, ..Dialect::CALL_TRACE },
        _ => Dialect::CALL_TRACE,
    }
}

/// `(MFA | on_load | send | 'receive', MatchSpec, FlagList)`: how many functions are concerned.
fn trace_pattern(p: &mut Process, session: &Arc<Session>, a: &[Term]) -> NativeResult {
    let (pattern, switch) = match a[1].as_atom() {
        Some(atom::FALSE) => (None, Switch::Off),
        Some(atom::TRUE) => (None, Switch::On),
        Some(n) if n.text() == "restart" => (None, Switch::Restart),
        Some(n) if n.text() == "pause" => (None, Switch::Pause),
        _ if a[1].is_nil() => (None, Switch::On),
        _ => match match_spec::compile_with(a[1], dialect(a[0])) {
            Ok(program) => (Some(Arc::new(Spec { program, source: OwnedTerm::new(a[1]) })), Switch::On),
            Err(CompileError::SystemLimit) => return Err(p.system_limit()),
            Err(CompileError::Badarg) => return Err(bad(p, "match_spec")),
        },
    };
    let (kinds, global) = kinds(p, session, a[2])?;
    let counts = kinds.call_count || kinds.call_time || kinds.call_memory;
    if pattern.is_some() && !kinds.local && !kinds.meta && counts {
        return Err(bad(p, "call_count"));
    }
    trace::tidy();
    if a[0].as_atom().is_some_and(|n| n.text() == "on_load") {
        on_load(session, &pattern, switch, &kinds);
        return Ok(Term::small(0));
    }
    if let Some([module, function, arity]) = a[0].as_tuple_of::<3>() {
        let Some(which) = which(*module, *function, *arity) else { return Err(bad(p, "none")) };
        let n = sched::stop_the_world(|| patterns::set(session, &which, &pattern, switch, &kinds));
        p.charge(n);
        p.breakpoints_changed();
        return Ok(Term::small(n as i64));
    }
    if !global && !kinds.breakpoint && matches!(switch, Switch::On | Switch::Off) {
        let messages = match (switch, pattern) {
            (Switch::Off, _) => Messages::None,
            (_, Some(spec)) => Messages::Matching(spec),
            (_, None) => Messages::All,
        };
        match a[0].as_atom() {
            Some(atom::SEND) => session.settings.lock().send = messages,
            Some(atom::RECEIVE) => session.settings.lock().receive = messages,
            _ => return Err(bad(p, "none")),
        }
        return Ok(Term::small(1));
    }
    Err(bad(p, "none"))
}

/// What the flags ask for, and whether one of them is `global`.
fn kinds(p: &mut Process, session: &Session, list: Term) -> Result<(Kinds, bool), Bail> {
    let mut k = Kinds::default();
    let mut global = false;
    let mut items = list.list();
    for item in items.by_ref() {
        let name = item.as_atom().map_or("", |n| n.text());
        if global && name != "global" && item.as_tuple().is_none() || name == "global" && k.breakpoint {
            return Err(bad(p, "badopt"));
        }
        match (name, item.as_tuple()) {
            ("global", _) => global = true,
            ("local", _) => k.local = true,
            ("call_count", _) => k.call_count = true,
            ("call_time", _) => k.call_time = true,
            ("call_memory", _) if joist_vm::release::at_least(26) => k.call_memory = true,
            ("meta", _) => {
                k.meta = true;
                k.meta_tracer = k.meta_tracer.or(session.tracer).or(Some(Tracer::Process(p.pid())));
            }
            (_, Some([tag, rest @ ..])) if tag.is(atom::Atom::new("meta")) && session.is_first() => {
                k.meta = true;
                k.meta_tracer = match rest {
                    [who] => Tracer::from_term(*who),
                    [module, who] if module.is(atom::ERL_TRACER) => Tracer::from_term(*who),
                    _ => None,
                };
                if k.meta_tracer.is_none() {
                    return Err(bad(p, "badopt"));
                }
            }
            _ => return Err(bad(p, "badopt")),
        }
        k.breakpoint = k.local || k.meta || k.call_count || k.call_time || k.call_memory;
    }
    if items.rest().is_nil() { Ok((k, global)) } else { Err(bad(p, "badopt")) }
}

/// `'_'` may stand for the last parts only.
pub(crate) fn which(module: Term, function: Term, arity: Term) -> Option<Which> {
    let any = |t: Term| t.is(atom::UNDERSCORE);
    if !module.is_atom() || !function.is_atom() || !(arity.is_small() || any(arity)) {
        return None;
    }
    if any(module) && !any(function) || any(function) && !any(arity) {
        return None;
    }
    let name = |t: Term| if any(t) { None } else { t.as_atom() };
    Some(Which { module: name(module), function: name(function), arity: arity.as_small() })
}

fn on_load(session: &Session, pattern: &Pattern, switch: Switch, k: &Kinds) {
    let mut o = session.settings.lock().on_load.clone();
    let on = switch != Switch::Off;
    if k.local || !k.breakpoint {
        o.pattern = pattern.clone();
    }
    if k.meta {
        (o.meta_pattern, o.kinds.meta_tracer) = (pattern.clone(), k.meta_tracer);
    } else if !k.breakpoint {
        (o.meta_pattern, o.kinds.meta_tracer) = (None, None);
    }
    let own = &mut o.kinds;
    let counts = switch == Switch::On;
    let wanted = [k.local, k.meta, k.call_count && counts, k.call_time && counts, k.call_memory && counts];
    if own.breakpoint && k.breakpoint && o.on {
        let given = [k.local, k.meta, k.call_count, k.call_time, k.call_memory];
        let fields = [&mut own.local, &mut own.meta, &mut own.call_count, &mut own.call_time, &mut own.call_memory];
        for ((field, wanted), given) in fields.into_iter().zip(wanted).zip(given) {
            *field = if on { *field || wanted } else { *field && !given };
        }
        o.on = own.local || own.meta || own.call_count || own.call_time || own.call_memory;
        own.breakpoint = o.on;
    } else if k.breakpoint || own.breakpoint {
        // From one kind to the other: only switching on counts.
        if on {
            [own.local, own.meta, own.call_count, own.call_time, own.call_memory] = wanted;
            own.breakpoint = k.breakpoint && wanted.contains(&true);
            o.on = !k.breakpoint || own.breakpoint;
        }
    } else {
        o.on = on;
    }
    trace::set_on_load(session, o);
}
