//! `=port`, `=scheduler` and `=ets`.

use alloc::format;
use alloc::string::String;
use core::fmt::{Result, Write};

use joist_vm::ets::{self, Kind, Protection};
use joist_vm::port;
use joist_vm::process::Process;
use joist_vm::sched;
use joist_vm::term::Term;

/// `=port` for each.
pub(crate) fn ports(out: &mut dyn Write) -> Result {
    for id in port::all() {
        let Some(port) = port::lookup(id) else { continue };
        let (os_pid, queued) = port.driver_facts();
        let suspended = port.waiting();
        let state = port.state.lock();
        writeln!(out, "=port:{}\nState: CONNECTED\nSlot: {}", Term::port(id), id.0)?;
        writeln!(out, "Connected: {}", Term::pid(state.owner))?;
        if !state.links.is_empty() {
            write!(out, "Links: ")?;
            state.links.iter().try_for_each(|l| write!(out, "{}", Term::pid(*l)))?;
            writeln!(out)?;
        }
        if let Some(name) = state.name {
            writeln!(out, "Registered as: {}", Term::atom(name))?;
        }
        if !state.monitored_by.is_empty() {
            write!(out, "Monitors: ")?;
            state.monitored_by.iter().try_for_each(|(numbers, by)| {
                let reference = format!("#Ref<0.{}.{}.{}>", numbers[2], numbers[1], numbers[0]);
                write!(out, "(from,{},{reference}) ", Term::pid(*by))
            })?;
            writeln!(out)?;
        }
        if !suspended.is_empty() {
            write!(out, "Suspended:")?;
            suspended.iter().try_for_each(|p| write!(out, " {}", Term::pid(*p)))?;
            writeln!(out)?;
        }
        let name = String::from_utf8_lossy(&port.command);
        let kind = match os_pid {
            Some(_) => "Port controls external process",
            None if name.contains('/') => "Port is UNIX fd not opened by emulator",
            None => "Port controls linked-in driver",
        };
        writeln!(out, "{kind}: {name}\nInput: {}\nOutput: {}\nQueue: {queued}", state.input, state.output)?;
    }
    Ok(())
}

/// `=scheduler` for each: how many wait for it, and what it runs, if that is known.
pub(crate) fn schedulers(out: &mut dyn Write, running: Option<&Process>) -> Result {
    for (i, waiting) in sched::run_queue_lengths().into_iter().enumerate() {
        writeln!(out, "=scheduler:{}\nScheduler Sleep Info Flags: \nScheduler Sleep Info Aux Work: ", i + 1)?;
        writeln!(out, "Current Port: \nRun Queue Max Length: 0\nRun Queue High Length: 0")?;
        writeln!(out, "Run Queue Normal Length: {waiting}\nRun Queue Low Length: 0\nRun Queue Port Length: 0")?;
        match running.filter(|p| p.scheduler() == i) {
            Some(p) => {
                writeln!(out, "Current Process: {}\nCurrent Process State: Running", Term::pid(p.pid()))?;
                writeln!(out, "Current Process Program counter: 0x{:016x}", p.current_address())?;
            }
            None => writeln!(out, "Current Process: ")?,
        }
    }
    Ok(())
}

/// `=ets` for each, without the objects, as stock Erlang has it.
pub(crate) fn ets(out: &mut dyn Write) -> Result {
    for t in ets::all() {
        let (o, name) = (&t.options, Term::atom(t.name()));
        writeln!(out, "=ets:{}\nSlot: {}\nTable: {name}\nName: {name}", Term::pid(t.owner()), t.number)?;
        match o.kind {
            Kind::OrderedSet => writeln!(out, "Ordered set (AVL tree), Elements: {}", t.len())?,
            _ => writeln!(out, "Buckets: {}", t.slots())?,
        }
        let kind = match o.kind {
            Kind::Set => "set",
            Kind::OrderedSet => "ordered_set",
            Kind::Bag => "bag",
            Kind::DuplicateBag => "duplicate_bag",
        };
        let protection = match t.protection() {
            Protection::Private => "private",
            Protection::Protected => "protected",
            Protection::Public => "public",
        };
        writeln!(out, "Fixed: {}\nObjects: {}\nWords: {}", t.is_fixed(), t.len(), t.memory())?;
        writeln!(out, "Type: {kind}\nProtection: {protection}\nCompressed: {}", o.compressed)?;
        let concurrent = o.write_concurrency != ets::WriteConcurrency::No;
        writeln!(out, "Write Concurrency: {concurrent}\nRead Concurrency: {}", o.read_concurrency)?;
    }
    Ok(())
}
