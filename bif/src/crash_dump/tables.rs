//! `=port` and `=ets`.

use core::fmt::{Result, Write};

use joist_vm::ets::{self, Kind, Protection};
use joist_vm::port;
use joist_vm::term::Term;

/// `=port` for each.
pub(crate) fn ports(out: &mut dyn Write) -> Result {
    for id in port::all() {
        let Some(port) = port::lookup(id) else { continue };
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
        let driver = alloc::string::String::from_utf8_lossy(&port.command);
        writeln!(out, "Port controls linked-in driver: {driver}")?;
        writeln!(out, "Input: {}\nOutput: {}\nQueue: 0", state.input, state.output)?;
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
