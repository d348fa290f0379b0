//! The menu that Ctrl-C brings up (`break.c`). Stock Erlang stops all schedulers meanwhile; here the node goes on.

use alloc::format;
use alloc::string::String;
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, Ordering};

use joist_vm::platform::{ConsoleRead, Event, Halt, platform};
use joist_vm::term::Term;
use joist_vm::{atom, code, process, release};

const HELP: &str = "BREAK: (a)bort (A)bort with dump (c)ontinue (p)roc info (i)nfo\n       (l)oaded (v)ersion (k)ill (D)b-tables (d)istribution\n";

static OPEN: AtomicBool = AtomicBool::new(false);

/// Is the console's input the menu's?
pub(super) fn is_open() -> bool {
    OPEN.load(Ordering::SeqCst)
}

fn print(text: &str) {
    // Nobody is left to hear of an error.
    let _ = platform().console_write(1, text.as_bytes());
}

/// Shows the menu; a second Ctrl-C is its answer `a`.
pub(super) fn open() {
    if OPEN.swap(true, Ordering::SeqCst) {
        platform().halt(Halt::Status(0));
    }
    super::lend_terminal(true);
    print(&format!("\n{HELP}"));
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
    match key {
        b'a' | b'q' | b'*' => platform().halt(Halt::Status(0)),
        b'A' => {
            print("\nCrash dump requested by user\n");
            platform().halt(Halt::Status(1));
        }
        b'\n' => return,
        b'c' | b'm' => {}
        b'p' => print(&processes()),
        b'i' => print(&summary()),
        b'l' => print(&loaded()),
        b'v' => {
            print(&format!("Erlang (Joist {}) emulator of OTP {}\n", env!("CARGO_PKG_VERSION"), release::current()))
        }
        b'o' | b'k' | b'D' | b'd' => print("Joist's menu doesn't have this\n"),
        other => {
            let other = char::from(other);
            print(&format!("Invalid option '{other}'. Please enter one of the following:\n{HELP}"));
            return;
        }
    }
    OPEN.store(false, Ordering::SeqCst);
    super::lend_terminal(false);
    // What came in behind the answer is for whoever reads otherwise.
    super::tell(Event::ConsoleInput);
}

fn processes() -> String {
    let mut s = String::from("\nProcess Information\n\n");
    for pid in process::pids() {
        let Some(slot) = process::lookup(pid) else { continue };
        let _ = writeln!(s, "--------------------------------------------------\n=proc:{}", Term::pid(pid));
        let _ = writeln!(s, "State: {:?}", slot.inbox.lock().state);
        if let Some(name) = slot.registered_name() {
            let _ = writeln!(s, "Name: {}", name.text());
        }
    }
    s
}

fn summary() -> String {
    let (used, _) = platform().memory();
    format!(
        "=memory\ntotal: {used}\n=processes\nnumber: {} of {}\n=atoms\nnumber: {}\n",
        process::count(),
        process::limit(),
        atom::count()
    )
}

fn loaded() -> String {
    let mut names = code::loaded();
    names.sort_by_key(|m| m.text());
    names.iter().fold(String::new(), |s, m| s + m.text() + "\n")
}
