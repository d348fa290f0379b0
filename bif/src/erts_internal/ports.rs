//! Opening and talking to ports (`erl_bif_port.c`). The results are what `erlang.erl` turns into errors: a tuple or
//! atom, or a reference when the answer comes as a message.

use joist_vm::atom::{self, Atom};
use joist_vm::port;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::drivers;
use crate::erlang::{iolist, ports};
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("open_port", 2, |p, a| match drivers::open(p, a[0], a[1]) {
        Ok(id) => Ok(Term::port(id)),
        Err(reason) => Ok(Term::atom(reason)),
    }),
    ("port_command", 3, command),
    ("port_control", 3, control),
    ("port_call", 3, |_, _| Ok(Term::atom(atom::BADARG))),
    ("port_connect", 2, |p, a| {
        let (Some(port), Some(pid)) = (ports::named(a[0]), a[1].as_pid()) else { return Ok(Term::atom(atom::BADARG)) };
        if joist_vm::process::lookup(pid).is_none() {
            return Ok(Term::atom(atom::BADARG));
        }
        ports::connect(&port, pid);
        let _ = p;
        Ok(Term::bool(true))
    }),
    ("port_close", 1, |_, a| match ports::named(a[0]) {
        Some(port) => {
            port.close(Term::atom(atom::NORMAL));
            Ok(Term::bool(true))
        }
        None => Ok(Term::atom(atom::BADARG)),
    }),
    ("port_info", 1, |p, a| {
        let Some(port) = ports::named(a[0]) else { return Ok(undefined_or_badarg(a[0])) };
        let mut items = alloc::vec::Vec::new();
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
        let item = term_args::atom(p, a[1])?;
        let Some(port) = ports::named(a[0]) else { return Ok(undefined_or_badarg(a[0])) };
        match ports::info(p, &port, item) {
            Some(result) => result,
            None => Ok(Term::atom(atom::BADARG)),
        }
    }),
];

fn undefined_or_badarg(t: Term) -> Term {
    Term::atom(if t.is_port() || t.is_atom() { atom::UNDEFINED } else { atom::BADARG })
}

fn command(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(port) = ports::named(a[0]) else { return Ok(Term::atom(atom::BADARG)) };
    for o in term_args::list(p, a[2])? {
        if !o.is(Atom::new("force")) && !o.is(atom::NOSUSPEND) {
            return Ok(Term::atom(atom::BADARG));
        }
    }
    let Some(bytes) = iolist::to_bytes(a[1]) else { return Ok(Term::atom(atom::BADARG)) };
    p.charge(bytes.len() / 100);
    port.state.lock().output += bytes.len() as u64;
    Ok(match port.with_driver(|d| d.command(&port, &bytes)) {
        Ok(()) => Term::bool(true),
        Err(port::BadCommand) => Term::atom(atom::BADARG),
    })
}

fn control(p: &mut Process, a: &[Term]) -> NativeResult {
    let (Some(port), Some(operation)) = (ports::named(a[0]), a[1].as_u64().and_then(|n| u32::try_from(n).ok())) else {
        return Ok(Term::atom(atom::BADARG));
    };
    let Some(bytes) = iolist::to_bytes(a[2]) else { return Ok(Term::atom(atom::BADARG)) };
    let caller = p.pid();
    match port.with_driver(|d| d.control(&port, caller, operation, &bytes)) {
        Ok(answer) => Ok(if port.binary_control { build::binary(p, &answer) } else { build::string(p, &answer) }),
        Err(port::BadCommand) => Ok(Term::atom(atom::BADARG)),
    }
}
