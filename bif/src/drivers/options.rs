//! The options of `open_port/2` (`open_port` in `erl_bif_port.c`).

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::platform;
use joist_vm::term::Term;

use super::packets::Header;
use crate::prim_file;

/// A variable's name and its new value; none takes it out.
type Change = (Vec<u8>, Option<Vec<u8>>);

/// What the options ask for.
#[derive(Debug, Default, Clone)]
pub(super) struct Options {
    pub binary: bool,
    pub eof: bool,
    pub input: bool,
    pub output: bool,
    pub packet: Header,
    pub line: Option<usize>,
    pub exit_status: bool,
    pub nouse_stdio: bool,
    pub stderr_to_stdout: bool,
    pub parallelism: bool,
    /// The directory, as it was given: it is read once the name is known to be one that has a directory.
    pub directory: Option<Term>,
    /// The environment's changes.
    pub env: Option<Vec<Change>>,
    pub arg0: Option<Vec<u8>>,
    pub args: Option<Vec<Vec<u8>>>,
    pub limits: Limits,
    pub port_limits_set: bool,
}

/// From how much queued output on a port is busy, and until it has come down to what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub low: usize,
    pub high: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { low: 4096, high: 8192 }
    }
}

/// Reads the options; none if one is wrong, or two don't go together.
pub(super) fn read(list: Term) -> Option<Options> {
    let mut o = Options::default();
    for t in list.list_to_vec()? {
        match (t.as_atom(), t.as_tuple_of::<2>()) {
            (Some(flag), _) => o.flag(flag)?,
            (None, Some([key, value])) => o.pair(key.as_atom()?, *value)?,
            _ => return None,
        }
    }
    if !o.input && !o.output {
        (o.input, o.output) = (true, true);
    }
    let clash = (o.line.is_some() && o.packet.0 > 0) || (o.stderr_to_stdout && o.nouse_stdio);
    (!clash).then_some(o)
}

impl Options {
    fn flag(&mut self, flag: Atom) -> Option<()> {
        match flag {
            atom::BINARY => self.binary = true,
            atom::EOF => self.eof = true,
            atom::IN => self.input = true,
            atom::OUT => self.output = true,
            atom::STREAM => self.packet = Header(0),
            atom::LINE => self.line = Some(512),
            atom::EXIT_STATUS => self.exit_status = true,
            atom::USE_STDIO => self.nouse_stdio = false,
            atom::NOUSE_STDIO => self.nouse_stdio = true,
            atom::STDERR_TO_STDOUT => self.stderr_to_stdout = true,
            // Both are for Windows; elsewhere stock takes them and does nothing.
            atom::HIDE => {}
            other if other.text() == "overlapped_io" => {}
            _ => return None,
        }
        Some(())
    }

    fn pair(&mut self, key: Atom, value: Term) -> Option<()> {
        match key {
            atom::PACKET => self.packet = Header(value.as_usize().filter(|n| matches!(n, 1 | 2 | 4))?),
            atom::LINE => self.line = Some(value.as_usize().filter(|n| *n > 0)?),
            atom::ENV => self.env = Some(changes(value)?),
            atom::ARGS => {
                self.args = Some(
                    value.list_to_vec()?.into_iter().map(|t| prim_file::name_bytes(t, true)).collect::<Option<_>>()?,
                );
            }
            atom::ARG0 => self.arg0 = Some(prim_file::name_bytes(value, true)?),
            // As stock: the empty list is no directory.
            atom::CD => self.directory = Some(value).filter(|v| !v.is_nil()),
            atom::PARALLELISM => self.parallelism = value.as_bool()?,
            other => match other.text() {
                "busy_limits_port" => (self.limits, self.port_limits_set) = (limits(value)?, true),
                // Signals to ports are handled at once, so that none ever wait.
                "busy_limits_msgq" => drop(limits(value)?),
                _ => return None,
            },
        }
        Some(())
    }

    /// The environment of a program: the node's with the changes.
    pub fn environment(&self) -> Vec<Vec<u8>> {
        let mut env = platform().env();
        for (name, value) in self.env.iter().flatten() {
            env.retain(|e| e.strip_prefix(&name[..]).is_none_or(|rest| rest.first() != Some(&b'=')));
            if let Some(value) = value {
                env.push([name, &b"="[..], value].concat());
            }
        }
        env
    }
}

/// `[{Name, Value | false}]`.
fn changes(list: Term) -> Option<Vec<Change>> {
    let change = |t: Term| {
        let [name, value] = t.as_tuple_of::<2>()?;
        let name = prim_file::name_bytes(*name, false).filter(|n| !n.is_empty() && !n[1..].contains(&b'='))?;
        // The empty list is what stock takes for `false`, too.
        let unset = value.is_nil() || value.is(atom::FALSE);
        Some((name, if unset { None } else { Some(prim_file::name_bytes(*value, false)?) }))
    };
    list.list_to_vec()?.into_iter().map(change).collect()
}

/// `{Low, High}`, or `disabled` (`ERL_DRV_BUSY_MSGQ_LIM_MIN`, `_MAX`).
fn limits(value: Term) -> Option<Limits> {
    if value.as_atom().is_some_and(|a| a.text() == "disabled") {
        return Some(Limits { low: usize::MAX, high: usize::MAX });
    }
    let [low, high] = value.as_tuple_of::<2>()?;
    let (low, high) = (low.as_u64()?, high.as_u64()?);
    let allowed = 1..u64::MAX - 1;
    if !allowed.contains(&low) || !allowed.contains(&high) {
        return None;
    }
    Some(Limits { low: low.min(high) as usize, high: high as usize })
}
