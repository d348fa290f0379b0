//! Opening and talking to ports (`erl_bif_port.c`). The results are what `erlang.erl` turns into errors: a tuple or
//! atom, or a reference when the answer comes as a message.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::port;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};
use joist_vm::trace::ports as trace;

use crate::drivers;
use crate::erlang::{iolist, ports};
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("open_port", 2, |p, a| match drivers::open(p, a[0], a[1]) {
        Ok(id) => Ok(Term::port(id)),
        Err(reason) => Ok(Term::atom(reason)),
    }),
    ("port_command", 3, command),
    ("port_control", 3, control),
    // No driver here has a `call` callback.
    ("port_call", 3, |p, a| {
        if let (Some(port), Some(_)) = (ports::named(a[0]), number(a[1])) {
            port.run(p, atom::CALL, |_| ());
        }
        Ok(Term::atom(atom::BADARG))
    }),
    ("port_connect", 2, |p, a| {
        let (Some(port), Some(pid)) = (ports::named(a[0]), a[1].as_pid()) else { return Ok(Term::atom(atom::BADARG)) };
        Ok(if port.run(p, atom::CONNECT, |p| ports::connect(&port, p.pid(), pid)) {
            Term::bool(true)
        } else {
            Term::atom(atom::BADARG)
        })
    }),
    ("port_close", 1, |p, a| match ports::named(a[0]) {
        Some(port) => {
            port.run(p, atom::CLOSE, |p| port.close(p.pid(), Term::atom(atom::NORMAL)));
            Ok(Term::bool(true))
        }
        None => Ok(Term::atom(atom::BADARG)),
    }),
    ("port_info", 1, |p, a| {
        let Some(port) = ports::named(a[0]) else { return Ok(undefined_or(a[0], atom::BADARG)) };
        port.run(p, atom::INFO, |_| ());
        let mut items = Vec::new();
        for item in ["name", "links", "id", "connected", "input", "output", "os_pid"] {
            if let Some(t) = ports::info(p, &port, Atom::new(item)) {
                items.push(t?);
            }
        }
        if port.state.lock().name.is_some()
            && let Some(t) = ports::info(p, &port, atom::REGISTERED_NAME)
        {
            items.insert(0, t?);
        }
        Ok(build::list(p, &items))
    }),
    ("port_info", 2, |p, a| {
        let Some(port) = ports::named(a[0]) else { return Ok(undefined_or(a[0], Atom::new("badtype"))) };
        match a[1].as_atom().and_then(|item| port.run(p, atom::INFO, |p| ports::info(p, &port, item))) {
            Some(result) => result,
            None => Ok(Term::atom(atom::BADARG)),
        }
    }),
];

fn undefined_or(t: Term, other: Atom) -> Term {
    Term::atom(if t.is_port() || t.is_atom() { atom::UNDEFINED } else { other })
}

fn command(p: &mut Process, a: &[Term]) -> NativeResult {
    p.flags.waits_for_port = false;
    let (mut force, mut nosuspend) = (false, false);
    let badopt = Term::atom(Atom::new("badopt"));
    let Some(options) = a[2].list_to_vec() else { return Ok(badopt) };
    for o in options {
        match o.as_atom() {
            Some(atom::NOSUSPEND) => nosuspend = true,
            Some(name) if name.text() == "force" => force = true,
            _ => return Ok(badopt),
        }
    }
    let Some(port) = ports::named(a[0]) else { return Ok(Term::atom(atom::BADARG)) };
    if force && !port.with_driver(|d| d.takes_force()) {
        return Ok(Term::atom(atom::NOTSUP));
    }
    if !force && port.is_busy() {
        if nosuspend {
            return Ok(Term::bool(false));
        }
        return ports::wait_while_busy(p, &port, command, a);
    }
    // (A binary needs no copy.)
    let bytes = a[1].as_binary().or_else(|| iolist::to_bytes(a[1]).map(Cow::Owned));
    let Some(bytes) = bytes else {
        ports::bad_output(p, &port);
        return Ok(Term::atom(atom::BADARG));
    };
    p.charge(bytes.len() / 100);
    Ok(match ports::output(p, &port, p.pid(), &bytes) {
        Ok(()) => Term::bool(true),
        Err(port::BadCommand) => Term::atom(atom::BADARG),
    })
}

fn control(p: &mut Process, a: &[Term]) -> NativeResult {
    let (Some(port), Some(operation)) = (ports::named(a[0]), number(a[1])) else {
        return Ok(Term::atom(atom::BADARG));
    };
    let Some(bytes) = iolist::to_bytes(a[2]) else { return Ok(Term::atom(atom::BADARG)) };
    let caller = p.pid();
    let binary = port.settings.binary_control;
    let work = |_: &mut Process| {
        trace::received(&port, caller, |h| {
            let data = build::binary(h, &bytes);
            let what = build::tuple(h, &[Term::small(operation.into()), data]);
            build::tuple(h, &[Term::atom(atom::CONTROL), what])
        });
        let answer = port.with_driver(|d| d.control(&port, caller, operation, &bytes));
        if let Ok(answer) = &answer {
            trace::answered(&port, caller, answer);
        }
        answer
    };
    match port.run(p, atom::CONTROL, work) {
        Ok(answer) => Ok(if binary { build::binary(p, &answer) } else { build::string(p, &answer) }),
        Err(port::BadCommand) => Ok(Term::atom(atom::BADARG)),
    }
}

fn number(t: Term) -> Option<u32> {
    t.as_u64().and_then(|n| u32::try_from(n).ok())
}
