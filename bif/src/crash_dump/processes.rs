//! `=proc` and its companions: a process's state, then its messages, dictionary, stack and heap.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{Result, Write};

use joist_vm::code;
use joist_vm::process::{self, MonitorKind, Process, Signal, Slot, StackWord};
use joist_vm::term::{Pid, Term};

use super::Detail;
use super::terms::{self, Heap};

/// Calls `show` for each process that stands still: `current` does, since it is what looks.
fn each(current: Option<&Process>, mut show: impl FnMut(&Slot, &Process, &VecDeque<Signal>) -> Result) -> Result {
    for pid in process::pids() {
        match (current.filter(|c| c.pid() == pid), process::lookup(pid)) {
            (Some(current), _) => show(current.slot(), current, &VecDeque::new())?,
            (None, Some(slot)) => slot.peek(|p, inbox| show(slot, p, &inbox.signals)).unwrap_or(Ok(()))?,
            (None, None) => {}
        }
    }
    Ok(())
}

/// `=proc` for each.
pub(crate) fn all(out: &mut dyn Write, current: Option<&Process>) -> Result {
    each(current, |slot, p, signals| {
        let running = current.is_some_and(|c| c.pid() == p.pid());
        // The slot's lock is held unless the process is the caller.
        let state = if running { "Running" } else { state(p) };
        summary(out, slot, p, signals, state)
    })
}

/// As [`all`], with stacks, as `system_info(procs)` and process dumps show them.
pub(crate) fn with_stacks(out: &mut dyn Write, current: Option<&Process>) -> Result {
    each(current, |slot, p, signals| dump(out, slot, p, signals, current.is_some_and(|c| c.pid() == p.pid())))
}

/// The process that runs, with its stack.
pub(crate) fn described(p: &Process) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = dump(&mut text, p.slot(), p, &VecDeque::new(), true);
    text
}

fn dump(out: &mut dyn Write, slot: &Slot, p: &Process, signals: &VecDeque<Signal>, running: bool) -> Result {
    summary(out, slot, p, signals, if running { "Running" } else { state(p) })?;
    write!(out, "Stack dump:\n{}", crate::erlang::backtrace::text(p))
}

/// What a process that stands still does otherwise.
fn state(p: &Process) -> &'static str {
    if p.was_waiting() { "Waiting" } else { "Scheduled" }
}

/// Code as `Module:Function/Arity`, with the distance from where the function's line stands, as far as it is known.
fn place(address: usize) -> String {
    match code::locate(address as *const u64) {
        Some(l) => {
            let (m, f) = (Term::atom(l.mfa.module), Term::atom(l.mfa.function));
            let line = l.line.map_or_else(String::new, |(_, line)| format!(" line {line}"));
            format!("{m}:{f}/{}{line}", l.mfa.arity)
        }
        None => "unknown function".into(),
    }
}

fn messages<'a>(p: &'a Process, signals: &'a VecDeque<Signal>) -> impl Iterator<Item = (Term, Term)> + 'a {
    let waiting = signals.iter().filter_map(|s| match s {
        Signal::Message(m) | Signal::AliasMessage(_, m, _) => Some(m),
        _ => None,
    });
    p.mailbox.iter().chain(waiting).map(|m| (m.term, m.token))
}

fn summary(out: &mut dyn Write, slot: &Slot, p: &Process, signals: &VecDeque<Signal>, state: &str) -> Result {
    writeln!(out, "=proc:{}\nState: {state}", Term::pid(p.pid()))?;
    if let Some(name) = slot.registered_name() {
        writeln!(out, "Name: {}", Term::atom(name))?;
    }
    let m = p.initial_call;
    writeln!(out, "Spawned as: {}:{}/{}", Term::atom(m.module), Term::atom(m.function), m.arity)?;
    if let Some(l) = code::locate(p.program_counter() as *const u64) {
        let head = if state == "Running" { "Last scheduled in for" } else { "Current call" };
        writeln!(out, "{head}: {}:{}/{}", Term::atom(l.mfa.module), Term::atom(l.mfa.function), l.mfa.arity)?;
    }
    let parent = if p.parent.is_pid() { p.parent } else { Term::NIL };
    writeln!(out, "Spawned by: {parent}\nMessage queue length: {}", messages(p, signals).count())?;
    writeln!(out, "Number of heap fragments: 0\nHeap fragment data: 0")?;
    let links = p.links.processes.iter().map(|l| format!("{}", Term::pid(*l)));
    let ports = p.links.ports.iter().map(|l| format!("{}", Term::port(*l)));
    let monitors = p.links.monitors.values().filter_map(|m| match m.kind {
        MonitorKind::Process(to) => Some(format!("{{to,{},#Ref<0.0.0.0>}}", Term::pid(to))),
        _ => None,
    });
    let monitored = p.links.monitored_by.values().map(|by| format!("{{from,{},#Ref<0.0.0.0>}}", Term::pid(*by)));
    let links: Vec<String> = links.chain(ports).chain(monitors).chain(monitored).collect();
    if !links.is_empty() {
        writeln!(out, "Link list: [{}]", links.join(", "))?;
    }
    let heap = &p.heap;
    writeln!(out, "Reductions: {}\nStack+heap: {}", p.reductions(), heap.heap_size())?;
    writeln!(out, "OldHeap: {}\nHeap unused: {}", heap.old_size(), heap.free())?;
    writeln!(out, "OldHeap unused: {}", heap.old_size().saturating_sub(heap.old_used()))?;
    writeln!(out, "BinVHeap: {}\nOldBinVHeap: 0\nBinVHeap unused: 0\nOldBinVHeap unused: 0", heap.binary_words())?;
    writeln!(out, "Memory: {}", (heap.total_size() + p.mailbox.words()) * 8 + size_of::<Process>())?;
    let pc = p.program_counter();
    writeln!(out, "Program counter: 0x{pc:016x} ({})", place(pc))
}

/// How many frames the short form has of each stack.
const SHORT_STACK: usize = 32;

/// Messages, dictionary, stack and heap of each; the short form has the stacks only, without what lies on them.
pub(super) fn deep(out: &mut dyn Write, current: Option<&Process>, detail: Detail, of_running: Detail) -> Result {
    each(current, |_, p, signals| {
        let pid = Term::pid(p.pid());
        let detail = if current.is_some_and(|c| c.pid() == p.pid()) { of_running } else { detail };
        let stack = p.stack_words();
        if detail == Detail::Short {
            writeln!(out, "=proc_stack:{pid}")?;
            return newest_frames(out, &stack);
        }
        let mut heap = Heap::default();
        if messages(p, signals).next().is_some() {
            writeln!(out, "=proc_messages:{pid}")?;
            for (term, token) in messages(p, signals) {
                writeln!(out, "{}:{}", terms::element(term), terms::element(token))?;
                heap.roots.extend([term, token]);
            }
        }
        if !p.dictionary.is_empty() {
            writeln!(out, "=proc_dictionary:{pid}")?;
            for (key, value) in p.dictionary.iter() {
                writeln!(out, "H{:X}", heap.pair(key, value))?;
            }
        }
        writeln!(out, "=proc_stack:{pid}")?;
        let mut y = 0;
        for word in &stack {
            match word {
                StackWord::Return { .. } => {
                    frame(out, word)?;
                    y = 0;
                    continue;
                }
                StackWord::Catch => writeln!(out, "y{y}:SCatch 0x0 (catch)")?,
                StackWord::Term(t) => {
                    writeln!(out, "y{y}:{}", terms::element(*t))?;
                    heap.roots.push(*t);
                }
            }
            y += 1;
        }
        writeln!(out, "=proc_heap:{pid}")?;
        heap.dump(out)
    })
}

/// The end of a stack: a recursion may have left a million frames that say the same.
fn newest_frames(out: &mut dyn Write, stack: &[StackWord]) -> Result {
    let mut frames = stack.iter().filter(|w| matches!(w, StackWord::Return { .. }));
    frames.by_ref().take(SHORT_STACK).try_for_each(|w| frame(out, w))?;
    match frames.next() {
        Some(StackWord::Return { at, .. }) => {
            writeln!(out, "0x{at:016x}:SReturn addr 0x0 ({} more)", frames.count() + 1)
        }
        _ => Ok(()),
    }
}

/// A return address; what else is on the stack is left out.
fn frame(out: &mut dyn Write, word: &StackWord) -> Result {
    match word {
        StackWord::Return { at, address: 0 } => writeln!(out, "0x{at:016x}:SReturn addr 0x0 (<terminate process>)"),
        // It points behind the call: one word back lies in it.
        StackWord::Return { at, address } => {
            writeln!(out, "0x{at:016x}:SReturn addr 0x{address:X} ({})", place(address - 8))
        }
        _ => Ok(()),
    }
}

/// One process, as the menu of Ctrl-C shows it.
pub(crate) fn shown(out: &mut dyn Write, pid: Pid) -> Result {
    let Some(slot) = process::lookup(pid) else { return Ok(()) };
    slot.peek(|p, inbox| {
        let signals = &inbox.signals;
        summary(out, slot, p, signals, state(p))?;
        p.stack_words().iter().try_for_each(|w| frame(out, w))
    })
    .unwrap_or(Ok(()))
}
