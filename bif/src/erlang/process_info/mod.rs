//! `process_info/1,2`. A process that stands still is looked at; to one that runs, or has signals to handle first, the
//! question travels as a signal, so that its own scheduler answers.

mod answer;

use alloc::boxed::Box;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::heap::Fragments;
use joist_vm::process::{self, Bail, NativeResult, Process, Signal};
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;
use answer::Way;

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
    } else if items == [Atom::new("message_queue_len")]
        && let Some(n) = process::lookup(pid).and_then(|slot| slot.message_queue_len(pid))
    {
        return Ok(build::tuple(p, &[Term::atom(items[0]), Term::small(n as i64)]));
    }
    let long = items.iter().any(|i| LONG.contains(&i.text()));
    look(p, pid, long, move |q, heap, way| answer::answer(q, heap, way, &items, shape))
}

fn ask_dictionary(p: &mut Process, of: Term, item: Term) -> NativeResult {
    let pid = term_args::local_pid(p, of)?;
    let key = joist_vm::heap::OwnedTerm::new(item);
    look(p, pid, false, move |q, heap, _| {
        let item = joist_vm::heap::copy(heap, key.get());
        let value = item.as_tuple_of::<2>().and_then(|[_, k]| q.dictionary.get(*k));
        let value = joist_vm::heap::copy(heap, value.unwrap_or(Term::atom(atom::UNDEFINED)));
        build::tuple(heap, &[item, value])
    })
}

/// Items that may be long: these are not copied while the process's inbox is locked.
const LONG: &[&str] = &["backtrace", "binary", "messages"];

/// What `work` sees of a process: at once where it stands still, else when it has handled what has been sent to it;
/// `undefined` when it is gone then.
fn look(
    p: &mut Process,
    pid: joist_vm::term::Pid,
    long: bool,
    work: impl Fn(&Process, &mut Fragments, Way) -> Term + Send + 'static,
) -> NativeResult {
    let mut heap = Fragments::new();
    let seen = if pid == p.pid() {
        Some(work(p, &mut heap, Way::AsksItself))
    } else if long {
        None
    } else {
        process::lookup(pid).and_then(|slot| {
            slot.peek(|q, inbox| {
                let way = Way::SeenAtRest { suspended: inbox.suspended > 0 };
                (inbox.pid == pid && inbox.signals.is_empty()).then(|| work(q, &mut heap, way))
            })
            .flatten()
        })
    };
    match seen {
        // Onto the heap, where there is room: fragments would make the process collect its garbage sooner.
        Some(term) => Ok(joist_vm::heap::copy(p, term)),
        None => request(p, pid, move |q, heap| match process::lookup(q.pid()) {
            Some(_) => work(q, heap, Way::Answers),
            None => Term::atom(atom::UNDEFINED),
        }),
    }
}

/// Has another process compute an answer, and waits for it; `undefined` if the process is gone.
pub(crate) fn request(
    p: &mut Process,
    pid: joist_vm::term::Pid,
    work: impl FnOnce(&mut Process, &mut Fragments) -> Term + Send + 'static,
) -> NativeResult {
    if pid == p.pid() {
        let mut heap = Fragments::new();
        let term = work(p, &mut heap);
        return Ok(joist_vm::heap::copy(p, term));
    }
    let r = process::make_reference();
    let asker = p.pid();
    let call = move |q: &mut Process| {
        let m = process::Message::build(|h| {
            let (r, term) = (build::reference(h, r), work(q, h));
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
