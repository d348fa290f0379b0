//! Port drivers, by the name that `open_port/2` gives.

mod fd;
mod gethost;
mod inet;
mod trace_file;
mod tty_sl;

use alloc::boxed::Box;
use alloc::string::String;

use joist_vm::atom::{self, Atom};
use joist_vm::port::{self, Driver};
use joist_vm::process::Process;
use joist_vm::term::{PortId, Term};

use crate::term_args;

/// What the options of `open_port/2` ask for.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Options {
    pub binary: bool,
    pub eof: bool,
    pub input: bool,
    pub output: bool,
}

pub(crate) fn init() {
    fd::init();
    tty_sl::init();
}

/// Opens a port; the error is the reason that `open_port/2` raises.
pub(crate) fn open(p: &mut Process, name: Term, options: Term) -> Result<PortId, Atom> {
    let options = read_options(options).ok_or(atom::BADARG)?;
    let (command, driver) = choose(name, options)?;
    let port = port::open(p.pid(), command.as_bytes(), options.binary, driver);
    p.links.ports.insert(port.id);
    fd::opened(&port, name);
    if command.split(' ').next() == Some("tty_sl") {
        tty_sl::opened(&port);
    }
    Ok(port.id)
}

fn read_options(list: Term) -> Option<Options> {
    let mut o = Options { input: true, output: true, ..Options::default() };
    for t in list.list_to_vec()? {
        match t.as_atom() {
            Some(atom::BINARY) => o.binary = true,
            Some(atom::EOF) => o.eof = true,
            Some(atom::IN) => o.output = false,
            Some(atom::OUT) => o.input = false,
            Some(_) => {}
            None => {
                t.as_tuple()?;
            }
        }
    }
    Some(o)
}

/// The driver for a port's name, and the name that `port_info` shows.
fn choose(name: Term, options: Options) -> Result<(String, Box<dyn Driver>), Atom> {
    let einval = Atom::new("einval");
    match name.as_tuple() {
        Some([kind, input, output]) if kind.is(atom::FD) => {
            let (Some(i), Some(o)) = (input.as_usize(), output.as_usize()) else { return Err(atom::BADARG) };
            Ok((alloc::format!("{i}/{o}"), fd::driver(i as u32, o as u32, options)?))
        }
        Some([kind, command]) => {
            let text = term_args::text(*command).or_else(|| command.as_atom().map(|a| a.text().into()));
            let text = text.ok_or(atom::BADARG)?;
            let program = text.split(' ').next().unwrap_or_default();
            match (kind.as_atom().map(Atom::text), program) {
                (Some("spawn" | "spawn_driver"), "udp_inet") => Ok((text.clone(), inet::udp())),
                (Some("spawn" | "spawn_driver"), "tty_sl") => Ok((text.clone(), tty_sl::driver()?)),
                (Some("spawn" | "spawn_driver"), "trace_file_drv") => Ok((text.clone(), trace_file::driver(&text)?)),
                (Some("spawn_executable"), p) if p.rsplit('/').next() == Some("inet_gethost") => {
                    Ok((text.clone(), gethost::driver()))
                }
                // No programs here: as on a system whose file can't be run.
                (Some("spawn" | "spawn_executable"), _) => Err(Atom::new("enoent")),
                (Some("spawn_driver"), _) => Err(atom::BADARG),
                _ => Err(einval),
            }
        }
        _ => Err(einval),
    }
}
