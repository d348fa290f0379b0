//! What `process_info/1,2` tells of a process, item by item, built apart from the process: who asks need not wake it.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::code::Location;
use joist_vm::heap::{Fragments, copy};
use joist_vm::process::Process;
use joist_vm::term::{Term, build};

use super::Shape;
use crate::erlang::process_flag::max_heap_size_map;

/// How a process comes to tell of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    AsksItself,
    /// It answers another's question.
    Answers,
    /// Another looks at it; its inbox is locked meanwhile.
    SeenAtRest {
        suspended: bool,
    },
}

/// What a process (the one that asks, or another that no scheduler runs or that answers itself) says of these items.
pub(super) fn answer(p: &Process, heap: &mut Fragments, way: Way, items: &[Atom], shape: Shape) -> Term {
    let mut list = Vec::new();
    for item in items {
        let value = value(p, heap, *item, way);
        if *item == atom::REGISTERED_NAME && value.is_nil() {
            match shape {
                Shape::One => return Term::NIL,
                Shape::Default => continue,
                Shape::List => {}
            }
        }
        let pair = build::tuple(heap, &[Term::atom(*item), value]);
        if shape == Shape::One {
            return pair;
        }
        list.push(pair);
    }
    build::list(heap, &list)
}

/// Where a process is that hibernates.
fn hibernate(heap: &mut Fragments, location: Option<Term>) -> Term {
    let mut items = alloc::vec![Term::atom(atom::ERLANG), Term::atom(Atom::new("hibernate")), Term::small(3)];
    items.extend(location);
    build::tuple(heap, &items)
}

fn value(p: &Process, heap: &mut Fragments, item: Atom, way: Way) -> Term {
    let number = |n: usize| Term::small(n as i64);
    match item.text() {
        "registered_name" => p.registered_name().map_or(Term::NIL, Term::atom),
        "current_function" if p.flags.hibernating => hibernate(heap, None),
        "current_location" if p.flags.hibernating => hibernate(heap, Some(Term::NIL)),
        "current_stacktrace" if p.flags.hibernating => Term::NIL,
        "current_function" => match p.stack_locations(1).first() {
            Some(l) => mfa(heap, l),
            None => Term::atom(atom::UNDEFINED),
        },
        "current_location" => match p.stack_locations(1).first() {
            Some(l) => location(heap, l),
            None => Term::atom(atom::UNDEFINED),
        },
        "current_stacktrace" => {
            let frames: Vec<Term> = p.stack_locations(8).iter().map(|l| location(heap, l)).collect();
            build::list(heap, &frames)
        }
        "backtrace" => {
            let text = crate::erlang::backtrace::text(p);
            build::binary(heap, text.as_bytes())
        }
        "initial_call" => {
            let m = p.initial_call;
            build::tuple(heap, &[Term::atom(m.module), Term::atom(m.function), number(m.arity as usize)])
        }
        "status" => status(p, way),
        "message_queue_len" => number(p.mailbox.len()),
        "messages" => {
            let copies: Vec<Term> = p.mailbox.iter().map(|m| copy(heap, m.term)).collect();
            build::list(heap, &copies)
        }
        "message_queue_data" => Term::atom(if p.flags.message_queue_off_heap { atom::OFF_HEAP } else { atom::ON_HEAP }),
        "links" => {
            let links = p.links.processes.iter().map(|l| Term::pid(*l));
            let all: Vec<Term> = links.chain(p.links.ports.iter().map(|l| Term::port(*l))).collect();
            build::list(heap, &all)
        }
        "monitors" => monitors(p, heap),
        "monitored_by" => {
            let by: Vec<Term> = p.links.monitored_by.values().map(|l| Term::pid(*l)).collect();
            build::list(heap, &by)
        }
        "suspending" => {
            let all: Vec<Term> = p
                .links
                .suspending
                .iter()
                .map(|(k, n)| {
                    let counts = [Term::pid(*k), number(n.active as usize), number(n.outstanding as usize)];
                    build::tuple(heap, &counts)
                })
                .collect();
            build::list(heap, &all)
        }
        "dictionary" => {
            let pairs = p.dictionary.iter().map(|(k, v)| {
                let pair = [copy(heap, k), copy(heap, v)];
                build::tuple(heap, &pair)
            });
            let pairs: Vec<Term> = pairs.collect();
            build::list(heap, &pairs)
        }
        "trap_exit" => Term::bool(p.flags.trap_exit),
        "async_dist" => Term::bool(p.flags.async_dist),
        "error_handler" => Term::atom(p.error_handler),
        "priority" => Term::atom(crate::erlang::spawn::priority_atom(p.priority)),
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
            max_heap_size_map(heap, policy)
        }
        "garbage_collection" => garbage_collection(p, heap),
        "garbage_collection_info" => garbage_collection_info(p, heap),
        "catchlevel" => number(p.catch_level()),
        "sequential_trace_token" => copy(heap, p.seq_token),
        "trace" => number(p.slot().traced.of(&joist_vm::trace::session::first()).map_or(0, |t| t.flags as usize)),
        "parent" => p.parent,
        "label" => copy(heap, p.label),
        "last_calls" => p.last_calls(heap),
        "priority_messages" => Term::bool(p.links.expect_priority()),
        "binary" => {
            let all: Vec<Term> = p
                .heap
                .binaries()
                .into_iter()
                .map(|(id, size, references)| {
                    let id = build::unsigned(heap, id as u64);
                    build::tuple(heap, &[id, number(size), number(references)])
                })
                .collect();
            build::list(heap, &all)
        }
        // `magic_ref`: objects of natives are counted, not listed one by one.
        _ => Term::NIL,
    }
}

fn status(p: &Process, way: Way) -> Term {
    let suspended = match way {
        Way::AsksItself => return Term::atom(atom::RUNNING),
        Way::Answers => p.slot().inbox.lock().suspended > 0,
        Way::SeenAtRest { suspended } => suspended,
    };
    Term::atom(if suspended || p.flags.waits_for_port {
        atom::SUSPENDED
    } else if p.was_waiting() {
        atom::WAITING
    } else {
        atom::RUNNABLE
    })
}

fn mfa(heap: &mut Fragments, l: &Location) -> Term {
    build::tuple(heap, &[Term::atom(l.mfa.module), Term::atom(l.mfa.function), Term::small(i64::from(l.mfa.arity))])
}

/// `{M, F, A, [{file, F}, {line, L}]}`.
fn location(heap: &mut Fragments, l: &Location) -> Term {
    let mut rest = Term::NIL;
    if let Some((file, line)) = l.line {
        let line = build::tuple(heap, &[Term::atom(atom::LINE), Term::small(i64::from(line))]);
        rest = build::cons(heap, line, rest);
        let file = copy(heap, file);
        let file = build::tuple(heap, &[Term::atom(atom::FILE), file]);
        rest = build::cons(heap, file, rest);
    }
    let m = l.mfa;
    build::tuple(heap, &[Term::atom(m.module), Term::atom(m.function), Term::small(i64::from(m.arity)), rest])
}

fn monitors(p: &Process, heap: &mut Fragments) -> Term {
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
        let object = copy(heap, object.get());
        list.push(build::tuple(heap, &[Term::atom(kind), object]));
    }
    build::list(heap, &list)
}

fn garbage_collection(p: &Process, heap: &mut Fragments) -> Term {
    let policy = *p.heap.policy();
    let limit = max_heap_size_map(heap, policy);
    let minor = p.heap.stats().minor;
    let pairs = [
        (atom::MAX_HEAP_SIZE, limit),
        (atom::MIN_BIN_VHEAP_SIZE, Term::small(policy.min_bin_vheap_size as i64)),
        (atom::MIN_HEAP_SIZE, Term::small(policy.min_heap_size as i64)),
        (atom::FULLSWEEP_AFTER, Term::small(i64::from(policy.fullsweep_after))),
        (Atom::new("minor_gcs"), Term::small(i64::from(minor))),
    ];
    let items: Vec<Term> = pairs.iter().map(|(k, v)| build::tuple(heap, &[Term::atom(*k), *v])).collect();
    build::list(heap, &items)
}

fn garbage_collection_info(p: &Process, heap: &mut Fragments) -> Term {
    let pairs: Vec<(&str, usize)> = p.gc_info().collect();
    let items: Vec<Term> =
        pairs.iter().map(|(k, v)| build::tuple(heap, &[Term::atom(Atom::new(k)), Term::small(*v as i64)])).collect();
    build::list(heap, &items)
}
