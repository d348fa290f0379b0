//! Links, monitors, aliases, exit signals.

use joist_vm::atom::{self, Atom};
use joist_vm::heap::OwnedTerm;
use joist_vm::node::{self, NodeName};
use joist_vm::port::{self, Port};
use joist_vm::process::names::{self, Registered};
use joist_vm::process::{self, AliasMode, Bail, ExitWay, MonitorInfo, MonitorKind, NativeResult, Process, Signal};
use joist_vm::term::{Pid, Term, build};
use joist_vm::trace::{events, ports};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("link", 1, |p, a| link(p, a[0], false)),
    ("link", 2, |p, a| {
        let priority = priority_option(p, a[1])?;
        link(p, a[0], priority)
    }),
    ("unlink", 1, unlink),
    ("monitor", 2, |p, a| monitor(p, a, AliasMode::None, None, false)),
    ("monitor", 3, monitor3),
    ("demonitor", 1, |p, a| demonitor(p, a[0]).map(|_| Term::bool(true))),
    ("demonitor", 2, demonitor2),
    ("alias", 1, |p, a| {
        let (mut mode, mut priority) = (AliasMode::Explicit, false);
        for o in term_args::list(p, a[0])? {
            match o.as_atom() {
                Some(atom::EXPLICIT_UNALIAS) => mode = AliasMode::Explicit,
                Some(atom::REPLY) => mode = AliasMode::Reply,
                _ if is_priority(o) => priority = true,
                _ => return Err(p.badarg()),
            }
        }
        Ok(alias(p, mode, priority))
    }),
    ("unalias", 1, unalias),
    ("exit", 2, |p, a| exit(p, a[0], a[1], true, false)),
    ("exit", 3, |p, a| {
        let priority = priority_option(p, a[2])?;
        exit(p, a[0], a[1], true, priority)
    }),
    ("exit_signal", 2, |p, a| exit(p, a[0], a[1], false, false)),
    ("exit_signal", 3, |p, a| {
        let priority = priority_option(p, a[2])?;
        exit(p, a[0], a[1], false, priority)
    }),
];

/// The option `priority` of OTP 28.
pub(super) fn is_priority(option: Term) -> bool {
    option.is(atom::PRIORITY) && joist_vm::release::at_least(28)
}

/// Options of which there is one, as `link/2` and `exit/3` have them: is it there?
pub(super) fn priority_option(p: &mut Process, list: Term) -> Result<bool, Bail> {
    match list.list_to_vec() {
        Some(options) if options.iter().all(|o| is_priority(*o)) => Ok(!options.is_empty()),
        _ => Err(term_args::badopt(p)),
    }
}

fn link(p: &mut Process, to: Term, priority: bool) -> NativeResult {
    if let Some(pid) = to.as_pid() {
        if pid != p.pid() {
            p.links.set_priority(to, priority);
        }
        if pid == p.pid() || !p.links.processes.insert(pid) {
            return Ok(Term::bool(true));
        }
        events::procs(p, atom::LINK, to);
        events::links(p, pid);
        if process::deliver(pid, Signal::Link { from: p.pid() }).is_some() {
            p.links.processes.remove(&pid);
            p.links.take_priority(to);
            return no_process(p, to);
        }
        return Ok(Term::bool(true));
    }
    let Some(port) = to.as_port() else {
        return if to.is_pid() { no_connection(p, to) } else { Err(p.badarg()) };
    };
    match port::lookup(port) {
        Some(_) if p.links.ports.contains(&port) => Ok(Term::bool(true)),
        Some(found) if found.run(p, atom::LINK, |p| linked(p, &found)) => {
            p.links.ports.insert(port);
            p.links.set_priority(to, priority);
            events::procs(p, atom::LINK, to);
            Ok(Term::bool(true))
        }
        _ => no_process(p, to),
    }
}

/// The port's end of a link; false if it is closed.
fn linked(p: &Process, port: &Port) -> bool {
    let open = port.link(p.pid());
    if open {
        ports::life(port, atom::GETTING_LINKED, Term::pid(p.pid()));
    }
    open
}

/// The other end is gone: an error, or an exit message where exits are trapped.
fn no_process(p: &mut Process, to: Term) -> NativeResult {
    if !p.flags.trap_exit {
        return Err(p.error_atom(atom::NOPROC));
    }
    exit_message(p, to, atom::NOPROC);
    Ok(Term::bool(true))
}

fn no_connection(p: &mut Process, to: Term) -> NativeResult {
    if !p.flags.trap_exit {
        return Err(p.error_atom(atom::NOCONNECTION));
    }
    exit_message(p, to, atom::NOCONNECTION);
    Ok(Term::bool(true))
}

fn exit_message(p: &mut Process, from: Term, reason: Atom) {
    let m = build::tuple(p, &[Term::atom(atom::EXIT_UPPER), from, Term::atom(reason)]);
    process::send(p.pid(), m);
}

fn unlink(p: &mut Process, a: &[Term]) -> NativeResult {
    p.links.take_priority(a[0]);
    if let Some(pid) = a[0].as_pid() {
        events::procs(p, atom::UNLINK, a[0]);
        if p.links.processes.remove(&pid) {
            process::deliver(pid, Signal::Unlink { from: p.pid() });
        }
    } else if let Some(id) = a[0].as_port() {
        events::procs(p, atom::UNLINK, a[0]);
        if let (true, Some(port)) = (p.links.ports.remove(&id), port::lookup(id)) {
            port.run(p, atom::UNLINK, |p| {
                if port.state.lock().links.remove(&p.pid()) {
                    ports::life(&port, atom::GETTING_UNLINKED, Term::pid(p.pid()));
                }
            });
        }
    } else if !a[0].is_pid() && !a[0].is_port() {
        return Err(p.badarg());
    }
    Ok(Term::bool(true))
}

/// What a monitor's item stands for: its kind, and the object that DOWN names; none if nobody has the name.
fn target(p: &mut Process, kind: Atom, item: Term) -> Result<(Option<MonitorKind>, Term), Bail> {
    if kind == atom::TIME_OFFSET {
        return if item.is(atom::CLOCK_SERVICE) { Ok((Some(MonitorKind::TimeOffset), item)) } else { Err(p.badarg()) };
    }
    let (of_port, this) = (kind == atom::PORT, node::this());
    match (item.as_pid(), item.as_port(), item.as_external()) {
        (Some(pid), _, _) if !of_port => return Ok((Some(MonitorKind::Process(pid)), item)),
        (_, Some(id), _) if of_port => return Ok((port::lookup(id).map(|_| MonitorKind::Port(id)), item)),
        (_, _, Some(_)) if item.is_pid() && !of_port => return Ok((None, item)),
        // Of an earlier life of this node.
        (_, _, Some(e)) if item.is_port() && of_port && e.node == this.name => return Ok((None, item)),
        _ => {}
    }
    let (name, at) = match item.as_tuple_of::<2>() {
        Some([name, at]) => (name.as_atom(), at.as_atom()),
        None => (item.as_atom(), Some(this.name)),
    };
    let (Some(name), Some(at)) = (name, at) else { return Err(p.badarg()) };
    let here = at == this.name;
    // Ports of other nodes can't be monitored, and nothing of theirs by a node that has no name itself.
    if !here && (of_port || this == NodeName::NONODE) {
        return Err(p.badarg());
    }
    let object = build::tuple(p, &[Term::atom(name), Term::atom(at)]);
    let found = match names::whereis(name) {
        Some(Registered::Process(pid)) if here && !of_port => Some(MonitorKind::Process(pid)),
        Some(Registered::Port(id)) if here && of_port => Some(MonitorKind::Port(id)),
        _ => None,
    };
    Ok((found, object))
}

fn monitor(p: &mut Process, a: &[Term], alias: AliasMode, tag: Option<OwnedTerm>, priority: bool) -> NativeResult {
    let kind = match a[0].as_atom() {
        Some(kind) if matches!(kind.text(), "process" | "port" | "time_offset") => kind,
        _ => return Err(p.badarg_cause(Term::atom(Atom::new("badtype")))),
    };
    let (found, object) = target(p, kind, a[1])?;
    let mut reference = process::make_reference();
    if alias != AliasMode::None {
        reference.pid = Some(p.pid());
    }
    let me = p.pid();
    let info = |kind| MonitorInfo { kind, object: OwnedTerm::new(object), alias, tag: tag.clone(), priority };
    let lost = match found {
        Some(MonitorKind::Process(pid)) if pid == me => false,
        Some(MonitorKind::Process(pid)) => {
            p.links.monitors.insert(reference.numbers, info(MonitorKind::Process(pid)));
            process::deliver(pid, Signal::Monitor { from: me, reference }).is_some()
        }
        Some(MonitorKind::Port(id)) => {
            p.links.monitors.insert(reference.numbers, info(MonitorKind::Port(id)));
            port::lookup(id).is_none_or(|port| !port.run(p, atom::MONITOR, |_| port.monitor(reference, me)))
        }
        Some(other) => {
            p.links.monitors.insert(reference.numbers, info(other));
            false
        }
        None => {
            let gone = if kind == atom::PORT {
                MonitorKind::Port(joist_vm::term::PortId(0))
            } else {
                MonitorKind::Process(me)
            };
            p.links.monitors.insert(reference.numbers, info(gone));
            true
        }
    };
    if lost {
        let this = node::this().name;
        let other_node = object.as_tuple_of::<2>().is_some_and(|t| !t[1].is(this))
            || object.as_external().is_some_and(|e| e.node != this);
        let reason = if other_node { atom::NOCONNECTION } else { atom::NOPROC };
        process::deliver(me, Signal::Down { reference, reason: OwnedTerm::new(Term::atom(reason)) });
    }
    Ok(build::reference(p, reference))
}

fn monitor3(p: &mut Process, a: &[Term]) -> NativeResult {
    let (mut alias, mut tag, mut priority) = (AliasMode::None, None, false);
    for o in a[2].list_to_vec().ok_or_else(|| term_args::badopt(p))? {
        match o.as_tuple_of::<2>() {
            None if is_priority(o) => priority = true,
            Some([k, v]) if k.is(atom::ALIAS) => {
                alias = match v.as_atom() {
                    Some(atom::EXPLICIT_UNALIAS) => AliasMode::Explicit,
                    Some(atom::DEMONITOR) => AliasMode::Demonitor,
                    Some(atom::REPLY_DEMONITOR) => AliasMode::Reply,
                    _ => return Err(term_args::badopt(p)),
                };
            }
            Some([k, v]) if k.is(atom::TAG) => tag = Some(OwnedTerm::new(*v)),
            _ => return Err(term_args::badopt(p)),
        }
    }
    monitor(p, a, alias, tag, priority)
}

/// Ends a monitor; was there one?
fn demonitor(p: &mut Process, t: Term) -> Result<bool, Bail> {
    let Some(r) = t.as_reference() else {
        return if t.is_reference() { Ok(false) } else { Err(p.badarg()) };
    };
    let Some(m) = p.links.monitors.get_mut(&r.numbers) else { return Ok(false) };
    let kind = core::mem::replace(&mut m.kind, MonitorKind::None);
    if kind != MonitorKind::None {
        m.priority = false;
    }
    if m.alias != AliasMode::Explicit {
        p.links.end_monitor(r);
    }
    match kind {
        MonitorKind::Process(pid) => {
            process::deliver(pid, Signal::Demonitor { reference: r });
        }
        MonitorKind::Port(id) => {
            if let Some(port) = port::lookup(id) {
                port.run(p, atom::DEMONITOR, |_| port::demonitor(id, r));
            }
        }
        MonitorKind::TimeOffset => {}
        MonitorKind::None => return Ok(false),
    }
    Ok(true)
}

fn demonitor2(p: &mut Process, a: &[Term]) -> NativeResult {
    let (mut flush, mut info) = (false, false);
    for o in term_args::list(p, a[1])? {
        match o.as_atom() {
            Some(atom::FLUSH) => flush = true,
            Some(atom::INFO) => info = true,
            _ => return Err(p.badarg()),
        }
    }
    let found = demonitor(p, a[0])?;
    if flush && !found {
        // Its message may be among the signals that have not been fetched yet.
        p.fetch_signals();
        let r = a[0];
        p.mailbox.take_if(|m| m.term.as_tuple_of::<5>().is_some_and(|t| joist_vm::term::compare::exact_eq(t[1], r)));
    }
    Ok(Term::bool(if info { found } else { true }))
}

fn alias(p: &mut Process, mode: AliasMode, priority: bool) -> Term {
    let mut r = process::make_reference();
    r.pid = Some(p.pid());
    let object = OwnedTerm::new(Term::NIL);
    p.links
        .monitors
        .insert(r.numbers, MonitorInfo { kind: MonitorKind::None, object, alias: mode, tag: None, priority });
    build::reference(p, r)
}

fn unalias(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(r) = a[0].as_reference() else {
        return if a[0].is_reference() { Ok(Term::bool(false)) } else { Err(p.badarg()) };
    };
    if !p.links.end_alias(r) {
        return Ok(Term::bool(false));
    }
    if p.links.monitors.get(&r.numbers).is_some_and(|m| m.kind == MonitorKind::None) {
        p.links.end_monitor(r);
    }
    Ok(Term::bool(true))
}

/// `exit(Pid, Reason)`, or (`quirk` false) `exit_signal(Pid, Reason)`, for which a process is like any other to itself.
fn exit(p: &mut Process, to: Term, reason: Term, quirk: bool, priority: bool) -> NativeResult {
    let pid: Pid = match (to.as_pid(), to.as_port()) {
        (Some(pid), _) => pid,
        (None, Some(id)) => {
            // Unlike a process, a port ends for `normal`, too.
            if let Some(port) = port::lookup(id) {
                port.run(p, atom::CLOSE, |p| port.close(p.pid(), reason));
            }
            return Ok(Term::bool(true));
        }
        _ => {
            if let Some((r, pid)) = to.as_reference().and_then(|r| Some((r, r.pid?))) {
                process::send_exit(p, pid, &OwnedTerm::new(reason), ExitWay::Alias(r, priority));
            }
            return if to.is_pid() || to.is_port() || to.as_reference().is_some() {
                Ok(Term::bool(true))
            } else {
                Err(p.badarg())
            };
        }
    };
    let own = quirk && pid == p.pid() && (reason.is(atom::KILL) || !p.flags.trap_exit);
    process::send_exit(p, pid, &OwnedTerm::new(reason), if own { ExitWay::Own } else { ExitWay::Signal });
    if own {
        // A process that exits itself does so before the call returns.
        let used = p.budget().max(0) as usize;
        p.charge(used);
        return Err(p.yield_to(|_, _| Ok(Term::bool(true)), &[]));
    }
    Ok(Term::bool(true))
}
