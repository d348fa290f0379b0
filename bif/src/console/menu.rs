//! The menu that Ctrl-C brings up (`break.c`). Stock Erlang stops all schedulers as long as it is there; here the node
//! goes on, and stops only for what looks at all of it.

use alloc::format;
use alloc::string::String;
use core::fmt::{Result, Write};
use core::sync::atomic::{AtomicBool, Ordering};

use joist_vm::platform::{ConsoleRead, Event, Halt, platform};
use joist_vm::process::{self, Signal};
use joist_vm::term::{Pid, Term};
use joist_vm::{atom, code, heap, release, sched};

use crate::crash_dump::{self, processes, tables};

const HELP: &str = "BREAK: (a)bort (A)bort with dump (c)ontinue (p)roc info (i)nfo\n       (l)oaded (v)ersion (k)ill (D)b-tables (d)istribution\n";

static OPEN: AtomicBool = AtomicBool::new(false);
/// `(k)ill` is under way: the process that it asks about.
static ASKED: spin::Mutex<Option<Pid>> = spin::Mutex::new(None);

/// Is the console's input the menu's?
pub(super) fn is_open() -> bool {
    OPEN.load(Ordering::SeqCst)
}

fn print(text: &str) {
    // Nobody is left to hear of an error.
    let _ = platform().console_write(1, text.as_bytes());
}

/// Prints what `show` makes of the node while nothing runs.
fn print_stopped(show: impl FnOnce(&mut String) -> Result) {
    let mut text = String::new();
    // Writing to memory can't fail.
    let _ = sched::stop_the_world_between_slices(|| show(&mut text));
    print(&text);
}

/// Shows the menu; a second Ctrl-C is its answer `a`.
pub(super) fn open() {
    if OPEN.swap(true, Ordering::SeqCst) {
        platform().halt(Halt::Status(0));
    }
    super::lend_terminal(true);
    // Since OTP 26 what stands below the cursor is erased first.
    let erase = if release::at_least(26) && platform().is_terminal(1) { "\x1b[J" } else { "" };
    print(&format!("\n{erase}{HELP}"));
    input();
}

/// Takes what was typed: of each read the first byte counts, as a line in the terminal's own editing is one answer.
pub(super) fn input() {
    let mut buf = [0; 64];
    while is_open() {
        match platform().console_read(&mut buf) {
            ConsoleRead::Data(_) => answer(buf[0]),
            ConsoleRead::WouldBlock => return,
            ConsoleRead::Eof => platform().halt(Halt::Status(0)),
        }
    }
}

fn answer(key: u8) {
    let asked = ASKED.lock().take();
    if let Some(pid) = asked {
        return kill(pid, key);
    }
    match key {
        b'a' | b'q' | b'*' => platform().halt(Halt::Status(0)),
        b'A' => {
            print("\n");
            crash_dump::write(None, "Crash dump requested by user");
            platform().halt(Halt::Status(1));
        }
        b'\n' => return,
        b'c' | b'm' => {}
        b'p' => print_stopped(|out| {
            writeln!(out, "\nProcess Information\n")?;
            for pid in process::pids() {
                writeln!(out, "--------------------------------------------------")?;
                processes::shown(out, pid)?;
            }
            tables::ports(out)
        }),
        b'i' => print_stopped(summary),
        b'l' => print(&loaded()),
        b'v' => print(&format!(
            "Erlang (Joist {}) emulator version {}\n",
            env!("CARGO_PKG_VERSION"),
            crate::boot::erts_version()
        )),
        b'o' => print_stopped(|out| tables::ports(out)),
        b'D' => print_stopped(|out| tables::ets(out)),
        b'd' => print("=node:'nonode@nohost'\n=no_distribution\n"),
        b'k' => {
            print("\n\nProcess Information\n\n--------------------------------------------------\n");
            return ask(process::pids().into_iter().min());
        }
        other => {
            let other = char::from(other);
            print(&format!("Invalid option '{other}'. Please enter one of the following:\n{HELP}"));
            return;
        }
    }
    close();
}

fn close() {
    OPEN.store(false, Ordering::SeqCst);
    super::lend_terminal(false);
    // What came in behind the answer is for whoever reads otherwise.
    super::tell(Event::ConsoleInput);
}

/// Shows a process and asks what to do with it; without one the menu is over.
fn ask(pid: Option<Pid>) {
    let Some(pid) = pid else { return close() };
    print_stopped(|out| processes::shown(out, pid));
    print("(k)ill (n)ext (r)eturn:\n");
    *ASKED.lock() = Some(pid);
}

/// The answer to [`ask`].
fn kill(pid: Pid, key: u8) {
    match key {
        b'k' => {
            let reason = heap::OwnedTerm::new(Term::atom(atom::KILL));
            process::deliver(pid, Signal::Exit { from: Term::pid(pid), reason, way: process::ExitWay::Signal });
        }
        b'n' => {}
        b'r' => return close(),
        _ => return ask(Some(pid)),
    }
    ask(process::pids().into_iter().filter(|p| *p > pid).min());
}

fn summary(out: &mut String) -> Result {
    crash_dump::memory(out)?;
    writeln!(out, "=processes\nnumber: {} of {}", process::count(), process::limit())?;
    writeln!(out, "=atoms\nnumber: {} of {}", atom::count(), atom::limit())
}

fn loaded() -> String {
    let mut names = code::loaded();
    names.sort_by_key(|m| m.text());
    names.iter().fold(String::new(), |s, m| s + m.text() + "\n")
}
