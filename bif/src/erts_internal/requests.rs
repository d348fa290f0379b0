//! Requests to other processes: system tasks, group leaders, suspension, spawning with options.

use alloc::boxed::Box;

use joist_vm::atom::{self, Atom};
use joist_vm::heap::OwnedTerm;
use joist_vm::process::{self, Bail, NativeResult, Process, Signal};
use joist_vm::term::{Pid, Term, build};
use joist_vm::trace::SavedCalls;

use crate::erlang;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("group_leader", 2, |p, a| {
        if !a[0].is_pid() {
            return Ok(Term::atom(atom::BADARG));
        }
        if term_args::local_pid(p, a[1])? != p.pid() {
            // It does it itself, after what was sent to it before.
            return Ok(Term::bool(false));
        }
        p.group_leader = joist_vm::heap::copy(p, a[0]);
        Ok(Term::bool(true))
    }),
    ("group_leader", 3, |p, a| {
        // The caller waits for {Ref, true}: the leader is set by the process itself.
        let pid = term_args::local_pid(p, a[1])?;
        let (leader, r, asker) = (OwnedTerm::new(a[0]), OwnedTerm::new(a[2]), p.pid());
        let set = move |q: &mut Process| {
            // One that exits, by a signal that was sent before, has none.
            let alive = process::lookup(q.pid()).is_some();
            if alive {
                q.group_leader = joist_vm::heap::copy(q, leader.get());
            }
            answer(asker, &r, if alive { Term::bool(true) } else { Term::atom(atom::BADARG) });
        };
        if let Some(Signal::Call(_)) = process::deliver(pid, Signal::Call(Box::new(set))) {
            let m = build::tuple(p, &[a[2], Term::atom(atom::BADARG)]);
            process::send(p.pid(), m);
        }
        joist_vm::sched::hurry(pid, p.priority);
        Ok(Term::atom(atom::OK))
    }),
    ("garbage_collect", 1, |p, a| {
        // It is done when the call returns.
        p.collect_garbage(!a[0].is(Atom::new("minor")));
        Err(p.yield_to(|_, _| Ok(Term::bool(true)), &[]))
    }),
    ("request_system_task", 3, |p, a| request_system_task(p, Term::pid(p.pid()), a[0], a[1], a[2])),
    ("request_system_task", 4, |p, a| request_system_task(p, a[0], a[1], a[2], a[3])),
    ("check_process_code", 1, |p, a| {
        let name = term_args::atom(p, a[0])?;
        Ok(Term::bool(super::purge::uses_old(p, name)))
    }),
    ("process_flag", 3, |p, a| {
        let pid = term_args::local_pid(p, a[0])?;
        let n = a[2].as_usize().filter(|n| *n <= 10_000 && a[1].is(atom::SAVE_CALLS));
        let Some(n) = n else { return Ok(Term::atom(atom::BADARG)) };
        let new = SavedCalls::new(n);
        if process::lookup(pid).is_none() {
            return Ok(Term::atom(atom::BADARG));
        }
        erlang::process_info::request(p, pid, move |q, _| {
            // It may exit by a signal that was sent before.
            if process::lookup(q.pid()).is_none() {
                return Term::atom(atom::BADARG);
            }
            let old = core::mem::replace(&mut q.saved_calls, new);
            Term::small(old.map_or(0, |old| old.limit() as i64))
        })
    }),
    ("suspend_process", 2, suspend),
    ("is_process_alive", 2, |p, a| {
        let (pid, r, asker) = (term_args::local_pid(p, a[0])?, OwnedTerm::new(a[1]), p.pid());
        answer(asker, &r, Term::bool(process::lookup(pid).is_some()));
        Ok(Term::atom(atom::OK))
    }),
    ("spawn_request", 4, spawn_request),
];

/// `{Ref, Answer}` to whoever asked.
fn answer(to: Pid, r: &OwnedTerm, value: Term) {
    let m = process::Message::build(|h| {
        let (r, value) = (joist_vm::heap::copy(h, r.get()), joist_vm::heap::copy(h, value));
        build::tuple(h, &[r, value])
    });
    process::deliver(to, Signal::Message(m));
}

/// `request_system_task(Asker, Pid, Priority, {Type, Id, Args…})`: the asker gets `{Type, Id, Result}`.
fn request_system_task(p: &mut Process, asker: Term, pid: Term, priority: Term, task: Term) -> NativeResult {
    let (asker, pid) = (term_args::local_pid(p, asker)?, term_args::local_pid(p, pid)?);
    let inherits = priority.as_atom().is_some_and(|a| a.text() == "inherit");
    let priority = if inherits { p.priority } else { erlang::spawn::priority(p, priority)? };
    let Some([kind, id, args @ ..]) = task.as_tuple() else { return Err(p.badarg()) };
    let (Some(kind), arg) = (kind.as_atom(), args.first().copied().unwrap_or(Term::NIL)) else {
        return Err(p.badarg());
    };
    let id = OwnedTerm::new(*id);
    let done = move |id: &OwnedTerm, result: Term| {
        let m = process::Message::build(|h| {
            let (id, result) = (joist_vm::heap::copy(h, id.get()), joist_vm::heap::copy(h, result));
            build::tuple(h, &[Term::atom(kind), id, result])
        });
        process::deliver(asker, Signal::Message(m));
    };
    let id2 = id.clone();
    let work: process::Work = match kind {
        atom::GARBAGE_COLLECT => {
            let major = !arg.is(Atom::new("minor"));
            Box::new(move |q| {
                // One that exits, by a signal that was sent before, has nothing to collect.
                let alive = process::lookup(q.pid()).is_some();
                if alive {
                    q.collect_garbage(major);
                }
                done(&id, Term::bool(alive));
            })
        }
        atom::CHECK_PROCESS_CODE => {
            let Some(name) = arg.as_atom() else { return Err(p.badarg()) };
            Box::new(move |q| {
                let alive = process::lookup(q.pid()).is_some();
                done(&id, Term::bool(alive && super::purge::uses_old(q, name)));
            })
        }
        // What OTP's suites ask for: that it is done is all.
        kind if kind.text() == "system_task_test" => Box::new(move |q| {
            done(&id, Term::bool(process::lookup(q.pid()).is_some()));
        }),
        _ => return Err(p.badarg()),
    };
    if pid == p.pid() {
        work(p);
    } else if process::deliver(pid, Signal::Call(work)).is_some() {
        done(&id2, Term::bool(false));
    } else {
        // Who waits for it may keep those of lower priority from running.
        joist_vm::sched::hurry(pid, priority);
    }
    Ok(Term::atom(atom::OK))
}

/// When a process that is being suspended stands still, its suspension counts as one that it has felt.
fn felt_when_still(by: Pid, pid: Pid) {
    let felt = move |q: &mut Process| {
        if let Some(n) = q.links.suspending.get_mut(&pid) {
            n.active += core::mem::take(&mut n.outstanding);
        }
    };
    let still = move |q: &mut Process| {
        q.when_still(Box::new(move |_| {
            process::deliver(by, Signal::Call(Box::new(felt)));
        }));
    };
    // One that has gone is not suspended any more, and nobody asks.
    process::deliver(pid, Signal::Call(Box::new(still)));
}

/// Has a process that is being suspended send `{Tag, Value}` when it stands still.
fn tell_when_still(pid: Pid, asker: Pid, tag: OwnedTerm, value: Term) {
    let gone = tag.clone();
    let still = move |q: &mut Process| q.when_still(Box::new(move |_| answer(asker, &tag, value)));
    if process::deliver(pid, Signal::Call(Box::new(still))).is_some() {
        answer(asker, &gone, Term::atom(atom::EXITED));
    }
}

/// Waits until a process that is being suspended stands still; the native's result is then this.
fn wait_until_still(p: &mut Process, pid: Pid, result: bool) -> Bail {
    let r = process::make_reference();
    let id = OwnedTerm::build(|h| build::reference(h, r));
    tell_when_still(pid, p.pid(), id, Term::bool(result));
    erlang::process_info::wait_for_answer(p, r, pid)
}

/// `suspend_process(Pid, Options)`.
fn suspend(p: &mut Process, a: &[Term]) -> NativeResult {
    let pid = term_args::local_pid(p, a[0])?;
    let (mut unless, mut waits, mut tag) = (false, true, None);
    for o in term_args::list(p, a[1])? {
        match (o.as_atom().map(|a| a.text()), o.as_tuple_of::<2>()) {
            (Some("unless_suspending"), _) => unless = true,
            (Some("asynchronous"), _) => waits = false,
            (None, Some([k, v])) if k.is(Atom::new("asynchronous")) => {
                waits = false;
                tag = Some(OwnedTerm::new(*v));
            }
            _ => return Err(p.badarg()),
        }
    }
    if pid == p.pid() {
        return Ok(Term::atom(atom::BADARG));
    }
    if let Some(n) = p.links.suspending.get(&pid).filter(|_| unless) {
        if !waits || n.active > 0 {
            return Ok(Term::bool(false));
        }
        // It is on its way.
        return Err(wait_until_still(p, pid, false));
    }
    if !joist_vm::sched::suspend(pid) {
        return Ok(Term::atom(atom::BADARG));
    }
    let n = p.links.suspending.entry(pid).or_default();
    if n.active > 0 {
        // It stands still already.
        n.active += 1;
    } else {
        n.outstanding += 1;
        felt_when_still(p.pid(), pid);
    }
    if waits {
        // It answers when it stands still: a process that handles this gives the rest of its slice up.
        return Err(wait_until_still(p, pid, true));
    }
    if let Some(tag) = tag {
        tell_when_still(pid, p.pid(), tag, Term::atom(atom::SUSPENDED));
    }
    Ok(Term::bool(true))
}

/// `spawn_request(M, F, Args, Options)`: a reference now, `{spawn_reply, Ref, ok, Pid}` as a message.
fn spawn_request(p: &mut Process, a: &[Term]) -> NativeResult {
    if !(a[0].is_atom() && a[1].is_atom()) || a[2].list_to_vec().is_none() {
        return Err(p.badarg());
    }
    let mut kept = alloc::vec::Vec::new();
    let (mut reply, mut tag, mut bad) = ("yes", Term::atom(atom::SPAWN_REPLY), false);
    for o in term_args::list(p, a[3])? {
        match o.as_tuple_of::<2>() {
            Some([k, v]) if k.is(atom::REPLY) => match v.as_atom().map(|a| a.text()) {
                Some(r @ ("yes" | "no" | "error_only" | "success_only")) => reply = r,
                _ => bad = true,
            },
            Some([k, v]) if k.as_atom().is_some_and(|k| k.text() == "reply_tag") => tag = *v,
            _ => kept.push(o),
        }
    }
    let list = build::list(p, &kept);
    let options = if bad { None } else { erlang::spawn::options(p, list).ok() };
    let Some((mut o, monitor)) = options else {
        // That is told as any other failure.
        let reference = build::reference(p, process::make_reference());
        if matches!(reply, "yes" | "error_only") {
            let m = build::tuple(p, &[tag, reference, Term::atom(atom::ERROR), Term::atom(Atom::new("badopt"))]);
            process::send(p.pid(), m);
        }
        return Ok(reference);
    };
    let r = match monitor {
        Some((r, _)) => r,
        None => process::make_reference(),
    };
    if o.monitor.is_some() {
        o.monitor = Some(r);
    }
    let wanted = matches!(reply, "yes" | "success_only");
    o.reply = Some(process::Reply { tag: OwnedTerm::new(tag), reference: r, wanted });
    let reference = build::reference(p, r);
    let (result, word) = match erlang::spawn::start(p, a, &o) {
        Ok(pid) => (pid, atom::OK),
        Err(_) => (p.exception().reason, atom::ERROR),
    };
    // A new process has answered itself.
    if word == atom::ERROR && matches!(reply, "yes" | "error_only") {
        let m = build::tuple(p, &[tag, reference, Term::atom(word), result]);
        process::send(p.pid(), m);
    }
    Ok(reference)
}
