//! Crash dumps: why the node ends, its processes with their stacks and mailboxes, in the format that OTP's
//! `crashdump_viewer` reads (`erl_bif_info.c`, `break.c`).

use alloc::string::String;
use core::fmt::Write;

use joist_vm::platform::platform;
use joist_vm::process::{self, Process};
use joist_vm::{atom, release};

/// Writes a dump to the file that `ERL_CRASH_DUMP` names, or else to the console.
pub(crate) fn write(p: &mut Process, slogan: &str) {
    let dump = render(p, slogan);
    let to_file = platform().getenv(b"ERL_CRASH_DUMP").filter(|f| !f.is_empty());
    let written = to_file.is_some_and(|name| {
        let flags = joist_vm::platform::OpenFlags { write: true, create: true, truncate: true, ..Default::default() };
        platform().open(&name, flags, 0o644).is_ok_and(|h| {
            let ok = platform().write(h, dump.as_bytes()).is_ok();
            platform().close(h).is_ok() && ok
        })
    });
    if written {
        let _ =
            platform().console_write(2, b"\r\nCrash dump is being written to the file of ERL_CRASH_DUMP...done\r\n");
    } else {
        let _ = platform().console_write(2, dump.replace('\n', "\r\n").as_bytes());
    }
}

fn render(p: &Process, slogan: &str) -> String {
    let mut s = String::new();
    let _ = writeln!(s, "=erl_crash_dump:0.5");
    let _ = writeln!(s, "Slogan: {slogan}");
    let _ = writeln!(s, "System version: Joist {} (Erlang/OTP {})", env!("CARGO_PKG_VERSION"), release::current());
    let _ = writeln!(s, "Atoms: {}", atom::count());
    let _ = writeln!(s, "=memory\ntotal: {}", platform().memory().0);
    let _ = writeln!(s, "=proc:{}", joist_vm::term::Term::pid(p.pid()));
    let _ = writeln!(s, "State: Running");
    if let Some(name) = p.registered_name() {
        let _ = writeln!(s, "Name: {}", name.text());
    }
    let m = p.initial_call;
    let _ = writeln!(s, "Spawned as: {}:{}/{}", m.module.text(), m.function.text(), m.arity);
    let _ = writeln!(s, "Message queue length: {}", p.mailbox.len());
    for l in p.stack_locations(50) {
        let _ = writeln!(s, "Current call: {}:{}/{}", l.mfa.module.text(), l.mfa.function.text(), l.mfa.arity);
    }
    for pid in process::pids() {
        let Some(slot) = process::lookup(pid) else { continue };
        if pid == p.pid() {
            continue;
        }
        let _ = writeln!(s, "=proc:{}", joist_vm::term::Term::pid(pid));
        let inbox = slot.inbox.lock();
        let _ = writeln!(s, "State: {:?}", inbox.state);
        if let Some(name) = slot.registered_name() {
            let _ = writeln!(s, "Name: {}", name.text());
        }
        let _ = writeln!(s, "Signals waiting: {}", inbox.signals.len());
    }
    let _ = writeln!(s, "=end");
    s
}
