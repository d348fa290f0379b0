//! Errors, apply, and other natives that change where the caller goes.

use joist_vm::atom;
use joist_vm::code::{self, Mfa};
use joist_vm::engine::backtrace_depth;
use joist_vm::process::{Bail, Class, NativeResult, Process};
use joist_vm::term::{FunRef, Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("error", 1, |p, a| Err(error(p, a[0], Term::NONE))),
    ("error", 2, |p, a| Err(error(p, a[0], a[1]))),
    ("error", 3, error3),
    ("exit", 1, |p, a| Err(raise_here(p, Class::Exit, a[0]))),
    ("throw", 1, |p, a| Err(raise_here(p, Class::Throw, a[0]))),
    ("raise", 3, raise),
    ("nif_error", 1, |p, a| Err(error(p, a[0], Term::NONE))),
    ("nif_error", 2, |p, a| Err(error(p, a[0], a[1]))),
    ("apply", 2, apply2),
    ("apply", 3, |p, a| {
        let args = term_args::list(p, a[2])?;
        apply(p, a[0], a[1], &args)
    }),
    // Others run before it returns.
    ("yield", 0, |p, _| Err(p.yield_to(|_, _| Ok(Term::bool(true)), &[]))),
    ("hibernate", 0, rest),
    ("hibernate", 3, hibernate),
    ("resume_process", 1, |p, a| {
        let pid = term_args::local_pid(p, a[0])?;
        let Some(n) = p.links.suspending.get_mut(&pid) else { return Err(p.badarg()) };
        if n.active > 0 {
            n.active -= 1;
        } else {
            n.outstanding = n.outstanding.saturating_sub(1);
        }
        if n.active + n.outstanding == 0 {
            p.links.suspending.remove(&pid);
        }
        joist_vm::sched::resume(pid);
        Ok(Term::bool(true))
    }),
    ("bump_reductions", 1, |p, a| {
        let n = a[0].as_i64().filter(|n| *n > 0).ok_or_else(|| p.badarg())?;
        p.charge(n as usize);
        Ok(Term::bool(true))
    }),
    ("dt_get_tag", 0, |_, _| Ok(Term::atom(atom::UNDEFINED))),
    ("dt_get_tag_data", 0, |_, _| Ok(Term::atom(atom::UNDEFINED))),
    ("dt_put_tag", 1, |_, _| Ok(Term::atom(atom::UNDEFINED))),
    ("dt_spread_tag", 1, |_, _| Ok(Term::bool(true))),
    ("dt_restore_tag", 1, |_, _| Ok(Term::bool(true))),
    ("dt_prepend_vm_tag_data", 1, |_, a| Ok(a[0])),
    ("dt_append_vm_tag_data", 1, |_, a| Ok(a[0])),
];

/// An error that belongs to the caller: the native has no frame in the trace.
fn raise_here(p: &mut Process, class: Class, reason: Term) -> Bail {
    let bail = p.raise(class, reason);
    p.own_exception();
    bail
}

fn error(p: &mut Process, reason: Term, args: Term) -> Bail {
    let bail = raise_here(p, Class::Error, reason);
    if args.is_list() && !args.is_none() {
        p.exception_args(args);
    }
    bail
}

/// `error(Reason, Args, Options)`: `{error_info, Map}` goes into the trace.
fn error3(p: &mut Process, a: &[Term]) -> NativeResult {
    let mut info = Term::NONE;
    let mut options = a[2].list();
    for o in options.by_ref() {
        match o.as_tuple_of::<2>() {
            Some([k, v]) if k.is(atom::ERROR_INFO) && v.is_map() => info = *v,
            // What is no option makes all of them void.
            _ => return Err(error(p, a[0], a[1])),
        }
    }
    if !options.rest().is_nil() {
        info = Term::NONE;
    }
    let bail = error(p, a[0], a[1]);
    p.exception_info(info);
    Err(bail)
}

/// `raise(Class, Reason, Stacktrace)`.
fn raise(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(class) = Class::from_term(a[0]) else { return Ok(Term::atom(atom::BADARG)) };
    let Some(trace) = read_trace(p, a[2]) else { return Ok(Term::atom(atom::BADARG)) };
    let bail = p.raise(class, a[1]);
    p.exception_trace(class, trace);
    Err(bail)
}

/// A trace as `try` gives it: `{M, F, ArityOrArgs, Location}` and `{Fun, Args, Location}`; both get an empty location
/// where they have none. No deeper than traces are kept. None if it is something else.
fn read_trace(p: &mut Process, t: Term) -> Option<Term> {
    let mut frames = t.list_to_vec()?;
    let mut changed = false;
    for frame in &mut frames {
        let (rest, location) = match frame.as_tuple()? {
            [f, _] if f.is_fun() => (2, None),
            [f, _, location] if f.is_fun() => (3, Some(location)),
            [m, f, _] if m.is_atom() && f.is_atom() => (3, None),
            [m, f, _, location] if m.is_atom() && f.is_atom() => (4, Some(location)),
            _ => return None,
        };
        match location {
            Some(l) if l.is_list() => {}
            Some(_) => return None,
            None => {
                let mut items = frame.as_tuple()?[..rest].to_vec();
                items.push(Term::NIL);
                *frame = build::tuple(p, &items);
                changed = true;
            }
        }
    }
    let most = backtrace_depth().max(1);
    if frames.len() > most {
        frames.truncate(most);
        changed = true;
    }
    Some(if changed { build::list(p, &frames) } else { t })
}

fn apply2(p: &mut Process, a: &[Term]) -> NativeResult {
    let mut args = term_args::list(p, a[1])?;
    // In stock this is an instruction: what is wrong with the fun is told as the caller's.
    let Some(f) = a[0].as_fun() else {
        let e = p.error_pair(atom::BADFUN, a[0]);
        p.own_exception();
        return Err(e);
    };
    if f.arity() as usize != args.len() {
        let pair = build::tuple(p, &[a[0], a[1]]);
        let e = p.error_pair(atom::BADARITY, pair);
        p.own_exception();
        return Err(e);
    }
    match f.code {
        FunRef::External(export) => Err(p.trap_to(export, &args)),
        FunRef::Local(entry) => {
            if entry.is_loaded() {
                args.extend_from_slice(f.env);
            } else {
                args.push(a[0]);
            }
            Err(p.trap_to_fun(entry, &args))
        }
    }
}

/// Goes on with `module:function(args…)`.
pub(crate) fn apply(p: &mut Process, module: Term, function: Term, args: &[Term]) -> NativeResult {
    let (Some(module), Some(function)) = (module.as_atom(), function.as_atom()) else { return Err(p.badarg()) };
    if args.len() > MOST_ARGUMENTS {
        let (mfa, args) = undefined(p, Mfa::new(module, function, 0), args)?;
        return Err(p.trap_to(code::export(mfa), &args));
    }
    let export = code::export(Mfa::new(module, function, args.len() as u32));
    Err(p.trap_to(export, args))
}

/// No function has more.
pub(crate) const MOST_ARGUMENTS: usize = 255;
/// So many are still told as those of a function that isn't there (`MAX_REG` less one).
const MOST_REGISTERS: usize = 1023;

/// What is called in place of a function of more arguments than any has: that the error handler looks for it.
fn undefined(p: &mut Process, mfa: Mfa, args: &[Term]) -> Result<(Mfa, [Term; 3]), Bail> {
    if args.len() > MOST_REGISTERS {
        return Err(p.system_limit());
    }
    let list = build::list(p, args);
    let call = [Term::atom(mfa.module), Term::atom(mfa.function), list];
    Ok((Mfa::new(p.error_handler, atom::UNDEFINED_FUNCTION, 3), call))
}

/// `hibernate/0` (28+) keeps the stack, and answers `ok` when there is a message. In stock it is an instruction.
fn rest(p: &mut Process, _: &[Term]) -> NativeResult {
    p.collect_garbage(true);
    resting(p, &[])
}

fn resting(p: &mut Process, _: &[Term]) -> NativeResult {
    p.fetch_signals();
    if p.mailbox.is_empty() { Err(p.wait_for(resting, &[])) } else { Ok(Term::atom(atom::OK)) }
}

fn hibernate(p: &mut Process, a: &[Term]) -> NativeResult {
    let args = term_args::list(p, a[2])?;
    let (module, function) = (term_args::atom(p, a[0])?, term_args::atom(p, a[1])?);
    if args.len() > MOST_ARGUMENTS {
        let (mfa, args) = undefined(p, Mfa::new(module, function, 0), &args)?;
        let _ = p.trap_to(code::export(mfa), &args);
    } else {
        let _ = p.trap_to(code::export(Mfa::new(module, function, args.len() as u32)), &args);
    }
    Err(Bail::Hibernate)
}
