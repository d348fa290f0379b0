//! `process_info/1,2`. For another process the question travels as a signal, so that its own scheduler answers.

use alloc::boxed::Box;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::code::Location;
use joist_vm::process::{self, Bail, NativeResult, Process, RunState, Signal};
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("process_info", 1, |p, a| {
        let items: Vec<Atom> = DEFAULT.iter().map(|n| Atom::new(n)).collect();
        ask(p, a[0], items, Shape::Default)
    }),
    ("process_info", 2, |p, a| {
        if let Some(item) = a[1].as_atom() {
            return ask(p, a[0], alloc::vec![item], Shape::One);
        }
        if a[1].as_tuple_of::<2>().is_some_and(|[k, _]| k.is(atom::DICTIONARY)) {
            return ask_dictionary(p, a[0], a[1]);
        }
        let items: Option<Vec<Atom>> = term_args::list(p, a[1])?.into_iter().map(Term::as_atom).collect();
        match items {
            Some(items) => ask(p, a[0], items, Shape::List),
            None => Err(p.badarg()),
        }
    }),
];

/// What `process_info/1` tells, in stock's order.
const DEFAULT: &[&str] = &[
    "registered_name",
    "current_function",
    "initial_call",
    "status",
    "message_queue_len",
    "links",
    "dictionary",
    "trap_exit",
    "error_handler",
    "priority",
    "group_leader",
    "total_heap_size",
    "heap_size",
    "stack_size",
    "reductions",
    "garbage_collection",
    "suspending",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One tuple (or [] for no name).
    One,
    List,
    /// As `List`, without a name that isn't there.
    Default,
}

fn known(item: Atom) -> bool {
    DEFAULT.contains(&item.text())
        || matches!(
            item.text(),
            "backtrace"
                | "binary"
                | "catchlevel"
                | "current_location"
                | "current_stacktrace"
                | "garbage_collection_info"
                | "last_calls"
                | "memory"
                | "message_queue_data"
                | "messages"
                | "min_heap_size"
                | "min_bin_vheap_size"
                | "max_heap_size"
                | "monitored_by"
                | "monitors"
                | "sequential_trace_token"
                | "trace"
                | "fullsweep_after"
                | "magic_ref"
                | "parent"
                | "label"
                | "async_dist"
                | "priority_messages"
        )
}

fn ask(p: &mut Process, of: Term, items: Vec<Atom>, shape: Shape) -> NativeResult {
    let pid = term_args::local_pid(p, of)?;
    if items.iter().any(|i| !known(*i)) {
        return Err(p.badarg());
    }
    if pid == p.pid() {
        p.fetch_signals();
        return Ok(answer(p, p.pid() == pid, &items, shape));
    }
    request(p, pid, move |q| answer(q, false, &items, shape))
}

fn ask_dictionary(p: &mut Process, of: Term, item: Term) -> NativeResult {
    let pid = term_args::local_pid(p, of)?;
    let key = joist_vm::heap::OwnedTerm::new(item);
    request(p, pid, move |q| {
        let item = joist_vm::heap::copy(q, key.get());
        let value = item.as_tuple_of::<2>().and_then(|[_, k]| q.dictionary.get(*k));
        build::tuple(q, &[item, value.unwrap_or(Term::atom(atom::UNDEFINED))])
    })
}

/// Has another process compute an answer, and waits for it; `undefined` if the process is gone.
pub(crate) fn request(
    p: &mut Process,
    pid: joist_vm::term::Pid,
    work: impl FnOnce(&mut Process) -> Term + Send + 'static,
) -> NativeResult {
    if pid == p.pid() {
        return Ok(work(p));
    }
    let r = process::make_reference();
    let asker = p.pid();
    let call = move |q: &mut Process| {
        let term = work(q);
        let m = process::Message::build(|h| {
            let (r, term) = (build::reference(h, r), joist_vm::heap::copy(h, term));
            build::tuple(h, &[r, term])
        });
        process::deliver(asker, Signal::Message(m));
    };
    if process::deliver(pid, Signal::Call(Box::new(call))).is_some() {
        return Ok(Term::atom(atom::UNDEFINED));
    }
    joist_vm::sched::hurry(pid, p.priority);
    Err(wait_for_answer(p, r, pid))
}

/// Waits for `{Reference, Answer}` from a process; the answer is the native's result.
pub(crate) fn wait_for_answer(p: &mut Process, r: joist_vm::term::Reference, pid: joist_vm::term::Pid) -> Bail {
    let r = build::reference(p, r);
    p.wait_for(receive_answer, &[r, of_term(pid)])
}

const fn of_term(pid: joist_vm::term::Pid) -> Term {
    Term::pid(pid)
}

/// Takes the answer out of the message queue when it is there.
fn receive_answer(p: &mut Process, a: &[Term]) -> NativeResult {
    p.fetch_signals();
    let r = a[0];
    let taken = p.mailbox.take_if(|m| m.term.as_tuple_of::<2>().is_some_and(|t| exact_eq(t[0], r)));
    if let Some(m) = taken {
        let answer = m.term.as_tuple_of::<2>().map_or(Term::NIL, |t| t[1]);
        return Ok(joist_vm::heap::copy(p, answer));
    }
    // A process that ended meanwhile still did the work, if the question reached it at all.
    Err(p.wait_for(receive_answer, a))
}

fn answer(p: &mut Process, asks_itself: bool, items: &[Atom], shape: Shape) -> Term {
    let mut list = Vec::new();
    for item in items {
        let value = value(p, *item, asks_itself);
        if *item == atom::REGISTERED_NAME && value.is_nil() {
            match shape {
                Shape::One => return Term::NIL,
                Shape::Default => continue,
                Shape::List => {}
            }
        }
        let pair = build::tuple(p, &[Term::atom(*item), value]);
        if shape == Shape::One {
            return pair;
        }
        list.push(pair);
    }
    build::list(p, &list)
}

/// Where a process is that hibernates.
fn hibernate(p: &mut Process, location: Option<Term>) -> Term {
    let mut items = alloc::vec![Term::atom(atom::ERLANG), Term::atom(Atom::new("hibernate")), Term::small(3)];
    items.extend(location);
    build::tuple(p, &items)
}

fn value(p: &mut Process, item: Atom, asks_itself: bool) -> Term {
    let number = |n: usize| Term::small(n as i64);
    match item.text() {
        "registered_name" => p.registered_name().map_or(Term::NIL, Term::atom),
        "current_function" if p.flags.hibernating => hibernate(p, None),
        "current_location" if p.flags.hibernating => hibernate(p, Some(Term::NIL)),
        "current_stacktrace" if p.flags.hibernating => Term::NIL,
        "current_function" => match p.stack_locations(1).first() {
            Some(l) => mfa(p, l),
            None => Term::atom(atom::UNDEFINED),
        },
        "current_location" => match p.stack_locations(1).first() {
            Some(l) => location(p, l),
            None => Term::atom(atom::UNDEFINED),
        },
        "current_stacktrace" => {
            let frames: Vec<Term> = p.stack_locations(8).iter().map(|l| location(p, l)).collect();
            build::list(p, &frames)
        }
        "backtrace" => {
            let text = super::backtrace::text(p);
            build::binary(p, text.as_bytes())
        }
        "initial_call" => {
            let m = p.initial_call;
            build::tuple(p, &[Term::atom(m.module), Term::atom(m.function), number(m.arity as usize)])
        }
        "status" => status(p, asks_itself),
        "message_queue_len" => number(p.mailbox.len()),
        "messages" => {
            let terms: Vec<Term> = p.mailbox.iter().map(|m| m.term).collect();
            let copies: Vec<Term> = terms.into_iter().map(|t| joist_vm::heap::copy(p, t)).collect();
            build::list(p, &copies)
        }
        "message_queue_data" => Term::atom(if p.flags.message_queue_off_heap { atom::OFF_HEAP } else { atom::ON_HEAP }),
        "links" => {
            let links = p.links.processes.iter().map(|l| Term::pid(*l));
            let all: Vec<Term> = links.chain(p.links.ports.iter().map(|l| Term::port(*l))).collect();
            build::list(p, &all)
        }
        "monitors" => monitors(p),
        "monitored_by" => {
            let by: Vec<Term> = p.links.monitored_by.values().map(|l| Term::pid(*l)).collect();
            build::list(p, &by)
        }
        "suspending" => {
            let all: Vec<_> = p.links.suspending.iter().map(|(k, n)| (Term::pid(*k), *n)).collect();
            let all: Vec<Term> = all
                .iter()
                .map(|(k, n)| build::tuple(p, &[*k, number(n.active as usize), number(n.outstanding as usize)]))
                .collect();
            build::list(p, &all)
        }
        "dictionary" => {
            let pairs: Vec<(Term, Term)> = p.dictionary.iter().collect();
            let pairs: Vec<Term> = pairs.iter().map(|(k, v)| build::tuple(p, &[*k, *v])).collect();
            build::list(p, &pairs)
        }
        "trap_exit" => Term::bool(p.flags.trap_exit),
        "async_dist" => Term::bool(p.flags.async_dist),
        "error_handler" => Term::atom(p.error_handler),
        "priority" => Term::atom(super::spawn::priority_atom(p.priority)),
        "group_leader" => p.group_leader,
        // Packed, there is but one generation.
        "heap_size" | "total_heap_size" if p.flags.hibernating => number(p.heap.packed_size()),
        "total_heap_size" => number(p.heap.total_size() + p.mailbox.words()),
        "heap_size" => number(p.heap.heap_size()),
        "stack_size" => number(p.heap.stack_size()),
        "memory" => number((p.heap.total_size() + p.mailbox.words()) * 8 + size_of::<Process>()),
        "reductions" => number(p.reductions() as usize),
        "min_heap_size" => number(p.heap.policy().min_heap_size),
        "min_bin_vheap_size" => number(p.heap.policy().min_bin_vheap_size),
        "fullsweep_after" => number(p.heap.policy().fullsweep_after as usize),
        "max_heap_size" => {
            let policy = *p.heap.policy();
            super::process_flag::max_heap_size_map(p, policy)
        }
        "garbage_collection" => garbage_collection(p),
        "garbage_collection_info" => garbage_collection_info(p),
        "catchlevel" => number(p.catch_level()),
        "sequential_trace_token" => p.seq_token,
        "trace" => number(p.slot().traced.of(&joist_vm::trace::session::first()).map_or(0, |t| t.flags as usize)),
        "parent" => p.parent,
        "label" => p.label,
        "last_calls" => p.last_calls(),
        "priority_messages" => Term::bool(p.links.expect_priority()),
        "binary" => {
            let all: Vec<Term> = p
                .heap
                .binaries()
                .into_iter()
                .map(|(id, size, references)| {
                    let id = build::unsigned(p, id as u64);
                    build::tuple(p, &[id, number(size), number(references)])
                })
                .collect();
            build::list(p, &all)
        }
        // `magic_ref`: objects of natives are counted, not listed one by one.
        _ => Term::NIL,
    }
}

fn status(p: &Process, asks_itself: bool) -> Term {
    if asks_itself {
        return Term::atom(atom::RUNNING);
    }
    let inbox = p.slot().inbox.lock();
    let name = if inbox.suspended > 0 || p.flags.waits_for_port {
        atom::SUSPENDED
    } else if p.was_waiting() {
        atom::WAITING
    } else {
        match inbox.state {
            RunState::Exiting => atom::EXITING,
            RunState::Runnable | RunState::Running | RunState::Waiting | RunState::Free => atom::RUNNABLE,
        }
    };
    Term::atom(name)
}

fn mfa(p: &mut Process, l: &Location) -> Term {
    build::tuple(p, &[Term::atom(l.mfa.module), Term::atom(l.mfa.function), Term::small(i64::from(l.mfa.arity))])
}

/// `{M, F, A, [{file, F}, {line, L}]}`.
fn location(p: &mut Process, l: &Location) -> Term {
    let mut rest = Term::NIL;
    if let Some((file, line)) = l.line {
        let line = build::tuple(p, &[Term::atom(atom::LINE), Term::small(i64::from(line))]);
        rest = build::cons(p, line, rest);
        let file = build::tuple(p, &[Term::atom(atom::FILE), file]);
        rest = build::cons(p, file, rest);
    }
    let m = l.mfa;
    build::tuple(p, &[Term::atom(m.module), Term::atom(m.function), Term::small(i64::from(m.arity)), rest])
}

fn monitors(p: &mut Process) -> Term {
    use joist_vm::process::MonitorKind;
    let items: Vec<(Atom, joist_vm::heap::OwnedTerm)> = p
        .links
        .monitors
        .values()
        .filter_map(|m| match m.kind {
            MonitorKind::Process(_) => Some((atom::PROCESS, m.object.clone())),
            MonitorKind::Port(_) => Some((atom::PORT, m.object.clone())),
            MonitorKind::TimeOffset => Some((atom::TIME_OFFSET, m.object.clone())),
            MonitorKind::None => None,
        })
        .collect();
    let mut list = Vec::new();
    for (kind, object) in items {
        let object = joist_vm::heap::copy(p, object.get());
        list.push(build::tuple(p, &[Term::atom(kind), object]));
    }
    build::list(p, &list)
}

fn garbage_collection(p: &mut Process) -> Term {
    let policy = *p.heap.policy();
    let limit = super::process_flag::max_heap_size_map(p, policy);
    let minor = p.heap.stats().minor;
    let pairs = [
        (atom::MAX_HEAP_SIZE, limit),
        (atom::MIN_BIN_VHEAP_SIZE, Term::small(policy.min_bin_vheap_size as i64)),
        (atom::MIN_HEAP_SIZE, Term::small(policy.min_heap_size as i64)),
        (atom::FULLSWEEP_AFTER, Term::small(i64::from(policy.fullsweep_after))),
        (Atom::new("minor_gcs"), Term::small(i64::from(minor))),
    ];
    let items: Vec<Term> = pairs.iter().map(|(k, v)| build::tuple(p, &[Term::atom(*k), *v])).collect();
    build::list(p, &items)
}

fn garbage_collection_info(p: &mut Process) -> Term {
    let pairs: Vec<(&str, usize)> = p.gc_info().collect();
    let items: Vec<Term> =
        pairs.iter().map(|(k, v)| build::tuple(p, &[Term::atom(Atom::new(k)), Term::small(*v as i64)])).collect();
    build::list(p, &items)
}
