//! `prim_tty`: the terminal of OTP 26 and later, whose line editing is Erlang code (`prim_tty_nif.c`, `prim_tty.erl`).
//! OTP 28 and 29 changed several natives' arguments: both forms are here.

mod capabilities;
mod reader;

use alloc::boxed::Box;
use alloc::sync::Arc;

use joist_vm::atom::{self, Atom};
use joist_vm::map;
use joist_vm::platform::{Errno, Event, platform};
use joist_vm::process::{Bail, NativeResult, OnExit, Process, make_reference};
use joist_vm::term::{Term, build};

use crate::console::{self, terminal};
use crate::erlang::iolist;
use crate::prim_file::posix;
use crate::table::Binding;

pub(crate) use capabilities::BINDINGS as CAPABILITIES;

pub(crate) const BINDINGS: &[Binding] = &[
    ("isatty", 1, |p, a| {
        let fd = descriptor(p, a[0])?;
        Ok(Term::bool(platform().is_terminal(fd)))
    }),
    ("tty_create", 0, |p, _| create(p, 1)),
    ("tty_create", 1, |p, a| match descriptor(p, a[0])? {
        0 => Err(p.badarg()),
        fd => create(p, fd),
    }),
    ("tty_init", 3, |p, a| {
        let fd = descriptor(p, a[1])?;
        tty(p, a[0])?;
        if !platform().is_terminal(fd) {
            return failure(p, "tcgetattr", Errno::Enotty);
        }
        Ok(Term::atom(atom::OK))
    }),
    ("tty_init", 2, init_28),
    ("tty_set", 1, |p, a| {
        tty(p, a[0])?;
        raw(p, true)
    }),
    ("tty_is_open", 2, |p, a| {
        tty(p, a[0])?;
        let fd = descriptor(p, a[1])?;
        Ok(Term::bool(fd != 0 || !reader::at_end()))
    }),
    ("setlocale", 1, |_, _| Ok(Term::bool(terminal::is_utf8()))),
    ("tty_select", 2, |p, a| {
        tty(p, a[0])?;
        reader::select(p, a[0], None, a[1])
    }),
    ("tty_select", 3, |p, a| {
        tty(p, a[0])?;
        reader::select(p, a[0], Some(a[1]), a[2])
    }),
    ("tty_read_signal", 2, |p, a| {
        tty(p, a[0])?;
        reader::read_signal(p)
    }),
    ("read_nif", 2, |p, a| {
        tty(p, a[0])?;
        reader::read(p, READ_MOST)
    }),
    ("read_nif", 3, |p, a| {
        tty(p, a[0])?;
        let n = a[2].as_usize().ok_or_else(|| p.badarg())?;
        reader::read(p, n.min(READ_MOST))
    }),
    ("write_nif", 2, |p, a| {
        let fd = tty(p, a[0])?.output;
        let bytes = iolist::to_bytes(a[1]).ok_or_else(|| p.badarg())?;
        console::output::write(p, fd, &bytes)
    }),
    ("tty_window_size", 1, |p, a| {
        tty(p, a[0])?;
        match platform().console_size() {
            Some((columns, rows)) => {
                let size = build::tuple(p, &[Term::small(columns.into()), Term::small(rows.into())]);
                Ok(build::tuple(p, &[Term::atom(atom::OK), size]))
            }
            None => posix(p, Errno::Enotsup),
        }
    }),
    ("tty_encoding", 1, |_, _| Ok(Term::atom(Atom::new("utf8")))),
    ("isprint", 1, |p, a| match a[0].as_small() {
        Some(c) => Ok(Term::bool((32..127).contains(&c))),
        None => Err(p.badarg()),
    }),
    ("wcwidth", 1, |p, a| {
        let c = a[0].as_small().and_then(|c| u32::try_from(c).ok()).ok_or_else(|| p.badarg())?;
        match terminal::width(c) {
            Some(n) => Ok(Term::small(n as i64)),
            None => not_printable(p),
        }
    }),
    ("wcswidth", 1, |p, a| {
        let bytes = iolist::to_bytes(a[0]).ok_or_else(|| p.badarg())?;
        let codes = bytes.chunks_exact(WCHAR).map(|c| u32::from_ne_bytes([c[0], c[1], c[2], c[3]]));
        match codes.map(terminal::width).sum::<Option<usize>>() {
            Some(n) => Ok(build::tuple(p, &[Term::atom(atom::OK), Term::small(n as i64)])),
            None => not_printable(p),
        }
    }),
    ("sizeof_wchar", 0, |_, _| Ok(Term::small(WCHAR as i64))),
];

/// A read gives at most so much.
const READ_MOST: usize = 1024;
/// Bytes of C's `wchar_t`.
const WCHAR: usize = 4;

/// A terminal as `tty_create` makes it.
struct Tty {
    output: u32,
}

pub(crate) fn init() {
    console::listen(|event| match event {
        Event::ConsoleInput => reader::input(),
        Event::ConsoleResized => reader::resized(),
        _ => {}
    });
}

fn create(p: &mut Process, output: u32) -> NativeResult {
    let tty: Arc<dyn core::any::Any + Send + Sync> = Arc::new(Tty { output });
    let tty = build::magic_reference(p, make_reference(), tty);
    Ok(build::tuple(p, &[Term::atom(atom::OK), tty]))
}

fn tty(p: &mut Process, t: Term) -> Result<&'static Tty, Bail> {
    t.as_magic().and_then(|m| m.downcast_ref::<Tty>()).ok_or_else(|| p.badarg())
}

fn descriptor(p: &mut Process, t: Term) -> Result<u32, Bail> {
    match t.as_atom().map(Atom::text) {
        Some("stdin") => Ok(0),
        Some("stdout") => Ok(1),
        Some("stderr") => Ok(2),
        _ => Err(p.badarg()),
    }
}

/// `{error, {Function, Reason}}`.
fn failure(p: &mut Process, function: &str, e: Errno) -> NativeResult {
    let reason = build::tuple(p, &[Term::atom(Atom::new(function)), Term::atom(Atom::new(e.name()))]);
    Ok(build::tuple(p, &[Term::atom(atom::ERROR), reason]))
}

fn not_printable(p: &mut Process) -> NativeResult {
    Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(Atom::new("not_printable"))]))
}

/// `tty_init(TTY, Options)`: `#{input := raw | cooked | disabled}`.
fn init_28(p: &mut Process, a: &[Term]) -> NativeResult {
    let fd = tty(p, a[0])?.output;
    let input = if a[1].is_map() { map::get(a[1], Term::atom(Atom::new("input"))) } else { None };
    let wanted = input.ok_or_else(|| p.badarg())?.is(Atom::new("raw"));
    match (platform().is_terminal(fd), wanted) {
        (true, wanted) => raw(p, wanted),
        (false, true) => posix(p, Errno::Enotsup),
        (false, false) => Ok(Term::atom(atom::OK)),
    }
}

/// Switches the terminal's mode; it gets its own back when the caller exits.
fn raw(p: &mut Process, wanted: bool) -> NativeResult {
    if let Err(e) = console::set_raw(wanted) {
        return failure(p, "tcsetattr", e);
    }
    p.remove_on_exit(Restore::KEY);
    if wanted {
        p.add_on_exit(Box::new(Restore));
    }
    Ok(Term::atom(atom::OK))
}

struct Restore;

impl Restore {
    /// Any number that no other dependant of a process has.
    const KEY: u64 = u64::from_be_bytes(*b"prim_tty");
}

impl OnExit for Restore {
    fn exited(self: Box<Self>, _: &mut Process, _: Term) {
        // It was a terminal when this began.
        let _ = console::set_raw(false);
    }

    fn key(&self) -> u64 {
        Restore::KEY
    }
}
