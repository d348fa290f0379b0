//! Crash dumps: why the node ends, and what was there when it did, in the format that OTP's `crashdump_viewer` reads
//! (`erl_crash_dump_v` in `break.c`, `erl_process_dump.c`; the guide "How to Interpret the Erlang Crash Dumps").
//!
//! A dump goes to the file that `ERL_CRASH_DUMP` names, else to the platform's; where there is none, it goes to the
//! console, and then a short one: no heaps, no dictionaries, no atoms, since a serial line takes a while for these.
//! `ERL_CRASH_DUMP_BYTES` and `ERL_CRASH_DUMP_SECONDS` bound it as in stock Erlang; 0 means no dump at all.

mod output;
pub(crate) mod processes;
pub(crate) mod tables;
mod terms;

use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use joist_vm::platform::{OpenFlags, platform};
use joist_vm::process::Process;
use joist_vm::term::Term;
use joist_vm::{atom, code, sched};

use output::{Output, Target};

/// How much a dump tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    Short,
    Full,
}

/// Says why the node ends and writes the dump, while nothing else runs; `p` is the process that ends it, if it is one.
pub(crate) fn write(p: Option<&Process>, slogan: &str) {
    write_as(p, slogan, None);
}

/// The same for a node that can't go on. What moves when it ends is not looked at: only stacks are.
pub(crate) fn of_the_dying(p: Option<&Process>, slogan: &str, moving: bool) {
    write_as(p, slogan, moving.then_some(Detail::Short));
}

fn write_as(p: Option<&Process>, slogan: &str, of_running: Option<Detail>) {
    let work = || {
        crate::console::lend_terminal(true);
        // Nobody is left to be told if the console is gone; the slogan is in the dump as well.
        let _ = platform().console_write(2, format!("{slogan}\r\n").as_bytes());
        write_stopped(p, slogan, of_running);
    };
    match p {
        Some(_) => sched::stop_the_world(work),
        None => sched::stop_the_world_between_slices(work),
    }
}

/// The number that an environment variable holds.
fn limit(name: &[u8]) -> Option<i64> {
    core::str::from_utf8(&platform().getenv(name)?).ok()?.trim().parse().ok()
}

fn write_stopped(p: Option<&Process>, slogan: &str, of_running: Option<Detail>) {
    let (bytes, seconds) = (limit(b"ERL_CRASH_DUMP_BYTES"), limit(b"ERL_CRASH_DUMP_SECONDS"));
    if bytes == Some(0) || seconds == Some(0) {
        return;
    }
    let named = platform().getenv(b"ERL_CRASH_DUMP").filter(|f| !f.is_empty());
    let file = named.or(platform().crash_dump_file().map(<[u8]>::to_vec));
    let (target, detail) = match &file {
        Some(name) => {
            let note = format!("\r\nCrash dump is being written to: {}...", String::from_utf8_lossy(name));
            let _ = platform().console_write(2, note.as_bytes());
            let flags = OpenFlags { write: true, create: true, truncate: true, ..OpenFlags::default() };
            let Ok(handle) = platform().open(name, flags, 0o640) else { return };
            (Target::File(handle), Detail::Full)
        }
        None => (Target::Console, Detail::Short),
    };
    let mut out = Output::new(target, bytes, seconds);
    // It fails when a limit is reached or the file can't be written: then the dump ends there.
    let complete = render(&mut out, p, slogan, detail, of_running.unwrap_or(detail)).is_ok();
    if out.close() && file.is_some() {
        let _ = platform().console_write(2, if complete { b"done\r\n" } else { b"cut off\r\n" });
    }
}

fn render(
    out: &mut dyn Write,
    p: Option<&Process>,
    slogan: &str,
    detail: Detail,
    of_running: Detail,
) -> core::fmt::Result {
    writeln!(out, "=erl_crash_dump:0.5\n{}", now())?;
    // A line is a field: a slogan of several would end the header.
    writeln!(out, "Slogan: {}", slogan.trim_end().replace('\n', " "))?;
    write!(out, "System version: {}", crate::erlang::system_info::system_version())?;
    writeln!(out, "Taints: \nAtoms: {}", atom::count())?;
    let calling = p.map(Process::scheduler).or(platform().current_scheduler());
    writeln!(out, "Calling Thread: scheduler:{}", calling.unwrap_or(0) + 1)?;
    tables::schedulers(out, p)?;
    memory(out)?;
    processes::all(out, p)?;
    tables::ports(out)?;
    if detail == Detail::Full {
        tables::ets(out)?;
        crate::erlang::timers::dump(out)?;
    }
    distribution(out)?;
    if detail == Detail::Full {
        loaded(out)?;
    }
    processes::deep(out, p, detail, of_running)?;
    if detail == Detail::Full {
        writeln!(out, "=atoms")?;
        atom::newest_first().try_for_each(|a| writeln!(out, "{}", Term::atom(a)))?;
    }
    writeln!(out, "=end")
}

/// As C's `ctime` writes it.
fn now() -> String {
    let seconds = platform().system_time_ns().div_euclid(1_000_000_000);
    let seconds = seconds + i64::from(platform().local_offset(seconds).0);
    let ([year, month, day], [hour, minute, second]) = crate::erlang::time::split(seconds);
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][seconds.div_euclid(86_400).rem_euclid(7) as usize];
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months[month as usize - 1];
    format!("{weekday} {month} {day:>2} {hour:02}:{minute:02}:{second:02} {year}")
}

/// `=memory`: what is known of the node as a whole.
pub(crate) fn memory(out: &mut dyn Write) -> core::fmt::Result {
    let m = crate::erlang::memory::Memory::now();
    writeln!(out, "=memory\ntotal: {}\nprocesses: {}\nprocesses_used: {}", m.total, m.processes, m.processes)?;
    writeln!(out, "system: {}\natom: {}\natom_used: {}", m.total - m.processes, m.atoms(), m.atoms())?;
    writeln!(out, "binary: {}\ncode: {}\nets: {}", m.binaries, m.code + m.literals, m.tables)
}

/// `system_info(info)`: memory, and the tables of names and code.
pub(crate) fn info(out: &mut dyn Write) -> core::fmt::Result {
    memory(out)?;
    writeln!(out, "=index_table:atom_tab\nlimit: {}\nentries: {}", atom::limit(), atom::count())?;
    writeln!(out, "=index_table:module_code\nentries: {}", code::loaded().len())
}

/// `system_info(dist)`: the node, and that it is connected to no other.
pub(crate) fn distribution(out: &mut dyn Write) -> core::fmt::Result {
    writeln!(out, "=node:{}\n=no_distribution", Term::atom(joist_vm::node::this().name))
}

/// `=loaded_modules` and `=mod`: code and literals in bytes.
pub(crate) fn loaded(out: &mut dyn Write) -> core::fmt::Result {
    let size = |m: alloc::sync::Arc<code::Module>| m.range().1 - m.range().0 + m.literals.words() * 8;
    let mut names = code::loaded();
    names.sort_by_key(|m| m.text());
    let sum = |of: fn(atom::Atom) -> Option<alloc::sync::Arc<code::Module>>| -> usize {
        names.iter().filter_map(|n| of(*n)).map(size).sum()
    };
    writeln!(out, "=loaded_modules\nCurrent code: {}\nOld code: {}", sum(code::current), sum(code::old))?;
    for name in names {
        let term = Term::atom(name);
        writeln!(out, "=mod:{term}\nCurrent size: {}", code::current(name).map_or(0, size))?;
        if let Some(old) = code::old(name) {
            writeln!(out, "Old size: {}", size(old))?;
        }
    }
    Ok(())
}
