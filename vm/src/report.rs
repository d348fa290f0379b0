//! Reports that the emulator itself sends to the logger: a process that died of an error, a heap over its limit
//! (`erts_send_error_term_to_logger` in `utils.c`).

use alloc::string::String;

use crate::atom::{self, Atom};
use crate::map;
use crate::platform::platform;
use crate::process::{Process, names};
use crate::sync::Mutex;
use crate::term::{Alloc, Pid, Term, build};

/// Who gets reports: `logger` (the process of that name) unless `system_flag(system_logger, …)` says otherwise.
#[derive(Clone, Copy)]
enum SystemLogger {
    Logger,
    Process(Pid),
    Nobody,
}

static SYSTEM_LOGGER: Mutex<SystemLogger> = Mutex::new(SystemLogger::Logger);

/// The system logger now; one that has exited gives way to `logger`.
fn current() -> SystemLogger {
    let mut now = SYSTEM_LOGGER.lock();
    if let SystemLogger::Process(pid) = *now
        && crate::process::lookup(pid).is_none()
    {
        *now = SystemLogger::Logger;
    }
    *now
}

/// As a term: `logger`, a pid, or `undefined`.
pub fn system_logger() -> Term {
    match current() {
        SystemLogger::Logger => Term::atom(atom::LOGGER),
        SystemLogger::Process(pid) => Term::pid(pid),
        SystemLogger::Nobody => Term::atom(atom::UNDEFINED),
    }
}

/// Sets it; answers the one before, or nothing if that is none.
pub fn set_system_logger(to: Term) -> Option<Term> {
    let new = match to.as_pid() {
        Some(pid) if crate::process::lookup(pid).is_some() => SystemLogger::Process(pid),
        _ if to.is(atom::LOGGER) => SystemLogger::Logger,
        _ if to.is(atom::UNDEFINED) => SystemLogger::Nobody,
        _ => return None,
    };
    let before = system_logger();
    *SYSTEM_LOGGER.lock() = new;
    Some(before)
}

/// Sends `{log, Level, Format, Args, Metadata}` to the process named `logger`, as on behalf of `p`; prints the report
/// if there is none yet.
pub fn log(p: &mut Process, level: Atom, format: &str, args: &[Term]) {
    let logger = match (current(), names::whereis(atom::LOGGER)) {
        (SystemLogger::Process(pid), _) => pid,
        (SystemLogger::Nobody, _) => return,
        (SystemLogger::Logger, Some(names::Registered::Process(logger))) => logger,
        (SystemLogger::Logger, _) => {
            print(format, args);
            return;
        }
    };
    let (pid, leader) = (Term::pid(p.pid()), p.group_leader);
    let message = crate::process::Message::build(|h| {
        let args: alloc::vec::Vec<Term> = args.iter().map(|t| crate::heap::copy(h, *t)).collect();
        let args = build::list(h, &args);
        let format = build::string(h, format.as_bytes());
        let meta = metadata(h, pid, leader, level);
        build::tuple(h, &[Term::atom(Atom::new("log")), Term::atom(level), format, args, meta])
    });
    crate::process::deliver(logger, crate::process::Signal::Message(message));
}

fn metadata<A: Alloc>(h: &mut A, pid: Term, leader: Term, level: Atom) -> Term {
    let pair = |name| Term::atom(Atom::new(name));
    let tag = map::from_pairs(h, &[(pair("tag"), Term::atom(level)), (pair("emulator"), Term::bool(true))]);
    let leader = crate::heap::copy(h, leader);
    let time = build::integer(h, platform().system_time_ns() / 1000);
    map::from_pairs(h, &[(pair("error_logger"), tag), (pair("gl"), leader), (pair("pid"), pid), (pair("time"), time)])
}

fn print(format: &str, args: &[Term]) {
    use core::fmt::Write;
    let mut text = String::new();
    let _ = write!(text, "{}", format.lines().next().unwrap_or_default());
    for a in args {
        let _ = write!(text, " {a:?}");
    }
    text.push_str("\r\n");
    // Nobody is left to be told if the console is gone too.
    let _ = platform().console_write(2, text.as_bytes());
}

/// A process has died of an error that it did not catch.
pub(crate) fn process_died(p: &mut Process, reason: Term) {
    let (pid, node) = (Term::pid(p.pid()), crate::node::this().name);
    if node.text() == "nonode@nohost" {
        log(p, atom::ERROR, "Error in process ~p with exit value:~n~p~n", &[pid, reason]);
    } else {
        let node = Term::atom(node);
        log(p, atom::ERROR, "Error in process ~p on node ~p with exit value:~n~p~n", &[pid, node, reason]);
    }
}

/// A process's memory has outgrown `max_heap_size`.
pub(crate) fn max_heap_size(p: &mut Process, total: usize) {
    let pid = Term::pid(p.pid());
    let limit = Term::small(p.heap.policy.max_heap_size as i64);
    let (total, kill) = (Term::small(total as i64), Term::bool(p.heap.policy.max_heap_kill));
    let text = "     Process:          ~p ~n     Context:          maximum heap size reached~n     Max Heap Size:    ~p~n     Total Heap Size:  ~p~n     Kill:             ~p~n";
    log(p, atom::ERROR, text, &[pid, limit, total, kill]);
}
