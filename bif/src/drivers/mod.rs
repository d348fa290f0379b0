//! Port drivers, by the name that `open_port/2` gives (`open_port` in `erl_bif_port.c`, `erts_open_driver` in `io.c`).

mod fd;
mod gethost;
mod inet;
mod nowhere;
mod options;
mod packets;
mod program;
mod ram_file;
mod stream;
mod trace_file;
mod tty_sl;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::{Channel, Errno, platform};
use joist_vm::port::{self, Driver, Settings};
use joist_vm::process::Process;
use joist_vm::term::{PortId, Term};

use crate::prim_file;
use options::Options;
use program::Run;
use stream::Stream;

/// The drivers that `open_port/2` finds by their names, as `erl_ddll` lists them.
pub(crate) const NAMES: [&str; 4] = ["tcp_inet", "udp_inet", "ram_file_drv", "tty_sl"];

/// A driver of `udp_inet` or `tcp_inet`, for fuzzing.
#[must_use]
pub fn inet(udp: bool) -> Box<dyn Driver> {
    if udp { inet::udp() } else { inet::tcp() }
}

pub(crate) fn init() {
    fd::init();
    inet::init();
    stream::init();
    tty_sl::init();
}

/// A driver, and what has to be known of it once its port is there.
struct Chosen {
    driver: Box<dyn Driver>,
    name: Vec<u8>,
    after: After,
}

enum After {
    Nothing,
    Console(Option<Channel>),
    Terminal(Option<Channel>),
    Channel(Channel),
    /// The input is no descriptor; the output may be a channel.
    NoInput(u32, Option<Channel>),
}

/// Opens a port; the error is the reason that `open_port/2` raises, or `badopt`.
pub(crate) fn open(p: &mut Process, name: Term, options: Term) -> Result<PortId, Atom> {
    let options = options::read(options).ok_or_else(|| Atom::new("badopt"))?;
    if port::count() >= crate::flags::PORTS.load(Ordering::Relaxed) {
        return Err(atom::SYSTEM_LIMIT);
    }
    let Chosen { driver, name, after } = choose(name, &options)?;
    let settings = Settings {
        binary: options.binary,
        eof: options.eof,
        line: options.line,
        binary_control: name.starts_with(b"ram_file_drv"),
        parallelism: options.parallelism,
    };
    let port = port::open(p.pid(), &name, settings, driver);
    p.links.ports.insert(port.id);
    match after {
        After::Nothing => {}
        After::Console(channel) => fd::opened(&port, options.input, channel),
        After::Terminal(channel) => tty_sl::opened(&port, channel),
        After::Channel(channel) => stream::opened(&port, channel),
        After::NoInput(descriptor, output) => {
            nowhere::no_input(p, &port, descriptor, &name);
            if let Some(channel) = output {
                stream::opened(&port, channel);
            }
        }
    }
    Ok(port.id)
}

/// The driver for a port's name.
fn choose(name: Term, options: &Options) -> Result<Chosen, Atom> {
    let badarg = atom::BADARG;
    let directory_is_bad = options.directory.is_some_and(|d| name_bytes(d).is_none());
    let has_args = options.args.is_some() || options.arg0.is_some();
    let other = |reason_for_no: bool| if reason_for_no { Err(badarg) } else { Ok(()) };
    match name.as_tuple() {
        Some([kind, line]) if is_spawn(*kind) => {
            let line = name_bytes(*line).ok_or(badarg)?;
            let executable = kind.as_atom().is_some_and(|k| k.text() == "spawn_executable");
            other((has_args && !executable) || directory_is_bad)?;
            spawn(kind.as_atom(), line, options)
        }
        Some([kind, input, output]) if kind.is(atom::FD) => {
            let (Some(i), Some(o)) = (input.as_small(), output.as_small()) else { return Err(badarg) };
            other(has_args || directory_is_bad || options.exit_status)?;
            descriptors(i, o, options)
        }
        Some(_) => Err(badarg),
        None => {
            let path = match name.as_atom() {
                Some(a) => Some(a.text().as_bytes().to_vec()),
                None if name.is_nil() => None,
                None => name.list_to_vec().and_then(|l| l.into_iter().map(Term::as_byte).collect()),
            };
            let path = path.ok_or(badarg)?;
            other(has_args || directory_is_bad || options.exit_status)?;
            let channel = platform().open_device(&path, options.input, options.output);
            let channel = channel.map_err(|_| atom::EINVAL)?;
            Ok(over(channel, None, path, options))
        }
    }
}

/// A name that is not empty.
fn name_bytes(t: Term) -> Option<Vec<u8>> {
    prim_file::name_bytes(t, true).filter(|name| !name.is_empty())
}

fn is_spawn(kind: Term) -> bool {
    kind.as_atom().is_some_and(|k| matches!(k.text(), "spawn" | "spawn_driver" | "spawn_executable"))
}

/// A driver of ours by its name, or a program.
fn spawn(kind: Option<Atom>, line: Vec<u8>, options: &Options) -> Result<Chosen, Atom> {
    let executable = kind.is_some_and(|k| k.text() == "spawn_executable");
    let first = line.split(|b| *b == b' ').next().unwrap_or_default();
    let found: Option<(Box<dyn Driver>, After)> = match first {
        // The program that looks up names is part of the VM.
        path if executable => {
            (path.rsplit(|b| *b == b'/').next() == Some(b"inet_gethost")).then(|| (gethost::driver(), After::Nothing))
        }
        b"tcp_inet" => Some((inet::tcp(), After::Nothing)),
        b"udp_inet" => Some((inet::udp(), After::Nothing)),
        b"ram_file_drv" => Some((ram_file::driver(), After::Nothing)),
        b"trace_file_drv" => {
            let text = core::str::from_utf8(&line).map_err(|_| atom::BADARG)?;
            Some((trace_file::driver(text)?, After::Nothing))
        }
        b"tty_sl" => {
            let (driver, channel) = tty_sl::driver()?;
            Some((driver, After::Terminal(channel)))
        }
        _ => None,
    };
    if let Some((driver, after)) = found {
        if !executable && (options.exit_status || options.port_limits_set) {
            return Err(atom::BADARG);
        }
        return Ok(Chosen { driver, name: line, after });
    }
    if kind.is_some_and(|k| k.text() == "spawn_driver") {
        return Err(atom::BADARG);
    }
    let run = if executable { Run::File(&line) } else { Run::Line(&line) };
    let (channel, os_pid) = program::start(&run, options)?;
    Ok(over(channel, Some(os_pid), line, options))
}

/// The console's descriptors have a driver of their own; others are channels.
fn descriptors(input: i64, output: i64, options: &Options) -> Result<Chosen, Atom> {
    let name = alloc::format!("{input}/{output}").into_bytes();
    let console = (!options.input || input == 0) && (!options.output || output == 1 || output == 2);
    if console {
        let output = if options.output { output as u32 } else { 1 };
        let (driver, channel) = fd::driver(output, options);
        return Ok(Chosen { driver, name, after: After::Console(channel) });
    }
    let number = |n: i64| u32::try_from(n).map_err(|_| atom::EINVAL);
    let input = if options.input { Some(number(input)?) } else { None };
    let output = if options.output { Some(number(output)?) } else { None };
    let half = |input: Option<u32>, output: Option<u32>| {
        if input.is_none() && output.is_none() { Err(Errno::Ebadf) } else { platform().open_descriptors(input, output) }
    };
    match platform().open_descriptors(input, output) {
        Ok(channel) => Ok(over(channel, None, name, options)),
        Err(Errno::Ebadf) => Ok(match (half(input, None), half(None, output), input) {
            (Ok(channel), _, _) => over(channel, None, name, options),
            (_, Ok(channel), Some(input)) => {
                let options = Options { input: false, ..options.clone() };
                Chosen { after: After::NoInput(input, Some(channel)), ..over(channel, None, name, &options) }
            }
            (_, _, input) => {
                let after = input.map_or(After::Nothing, |input| After::NoInput(input, None));
                Chosen { driver: Box::new(nowhere::Nowhere), name, after }
            }
        }),
        Err(e) => Err(Atom::new(e.name())),
    }
}

fn over(channel: Channel, os_pid: Option<u32>, name: Vec<u8>, options: &Options) -> Chosen {
    Chosen { driver: Box::new(Stream::new(channel, os_pid, options)), name, after: After::Channel(channel) }
}
