//! From `erl`'s arguments to the emulator's, as `erlexec` makes them. Read beside it: OTP's
//! `erts/etc/common/erlexec.c` (`main`, `initial_argv_massage`).
//!
//! `erlexec` sorts the arguments into two heaps: emulator flags (`+S 2`, handed over as `-S 2`) and everything else,
//! which `init` reads. The emulator gets
//! `PROGRAM emulator-flags… -- -root R -bindir B -progname P -- -home H -- everything-else…`.

mod flags;
mod split;
#[cfg(test)]
mod tests;

pub use split::split as split_line;

use alloc::vec::Vec;

/// Where `erl` lives, as the environment variables of these names tell `erlexec`.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub rootdir: Vec<u8>,
    pub bindir: Vec<u8>,
    pub progname: Vec<u8>,
    pub home: Option<Vec<u8>>,
    /// `EMU`: the emulator's name within `bindir`; `beam` if empty.
    pub emu: Vec<u8>,
    /// `ESCRIPT_NAME`: stands in for the program's name.
    pub escript: Option<Vec<u8>>,
    /// `ERL_EPMD_PORT`.
    pub epmd_port: Option<Vec<u8>>,
}

/// Arguments in `erlexec`'s two heaps, and what it does besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sorted {
    /// For the emulator itself.
    pub emulator: Vec<Vec<u8>>,
    /// For `init`.
    pub init: Vec<Vec<u8>>,
    /// `-env NAME VALUE`.
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    /// A `-sname` or `-name` is among them.
    pub distributed: bool,
    /// `-detached`.
    pub detached: bool,
    /// `-emu_args_exit`: print the emulator's arguments, don't start it.
    pub print_args: bool,
    /// `-emu_args`: print the emulator's arguments before it is started.
    pub show_args: bool,
}

/// What is wrong with the arguments; the messages are `erlexec`'s own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A flag without its argument.
    Missing(Vec<u8>),
    /// A flag that erl no longer knows, such as `-smp disable`.
    Unsupported(&'static str),
    /// A flag whose argument must be `true` or `false`.
    Boolean(&'static str),
    /// Arguments files that name each other without end.
    Nested(Vec<u8>),
}

/// How deep arguments files may name each other. erlexec has no bound and never ends on a circle.
const MAX_NESTED: usize = 64;

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Error::Missing(flag) => {
                write!(f, "Missing argument(s) for '{}'.", alloc::string::String::from_utf8_lossy(flag))
            }
            Error::Unsupported(what) => write!(f, "Argument '{what}' not supported. Use \"+S 1\" instead."),
            Error::Boolean(flag) => write!(f, "Expected boolean argument for '{flag}'."),
            Error::Nested(file) => {
                write!(f, "The arguments file '{}' takes itself in.", alloc::string::String::from_utf8_lossy(file))
            }
        }
    }
}

impl core::error::Error for Error {}

/// The places that arguments come from, in `erlexec`'s order. The variables are split by [`split_line`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `ERL_AFLAGS`.
    pub before: Vec<Vec<u8>>,
    /// `erl`'s own arguments, without the program name.
    pub command: Vec<Vec<u8>>,
    /// `ERL_FLAGS`, then `ERL_ZFLAGS`.
    pub after: [Vec<Vec<u8>>; 2],
}

/// Takes `-args_file`s in (`read` gives a file's contents), moves all `-extra` arguments to the end and joins the
/// sources, as OTP release `otp` does it.
/// # Errors
/// `read`'s, or that a file's name is missing.
pub fn expand<E: From<Error>>(
    otp: u32,
    sources: &Sources,
    read: impl FnMut(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<Vec<u8>>, E> {
    let lone = sources.before.is_empty() && sources.after.iter().all(Vec::is_empty);
    let mut until_extra = sources.command.iter().take_while(|a| *a != b"-extra");
    if otp <= 25 && lone && !until_extra.any(|a| a == b"-args_file") {
        return Ok(sources.command.clone());
    }
    let mut out = Expansion { otp, read, args: Vec::new(), extra: Vec::new(), shell: Vec::new() };
    out.line(&sources.before, false)?;
    if !sources.command.is_empty() {
        out.line(&sources.command, true)?;
        out.args.push(b"--".to_vec());
    }
    for line in &sources.after {
        out.line(line, false)?;
    }
    if !out.extra.is_empty() {
        out.args.push(b"-extra".to_vec());
        out.args.append(&mut out.extra);
    }
    out.args.append(&mut out.shell);
    Ok(out.args)
}

struct Expansion<R> {
    otp: u32,
    read: R,
    args: Vec<Vec<u8>>,
    extra: Vec<Vec<u8>>,
    /// `-S` and what follows it on the command line.
    shell: Vec<Vec<u8>>,
}

impl<R> Expansion<R> {
    fn line<E: From<Error>>(&mut self, line: &[Vec<u8>], command: bool) -> Result<(), E>
    where
        R: FnMut(&[u8]) -> Result<Vec<u8>, E>,
    {
        let mut line = line.iter();
        while let Some(arg) = line.next() {
            match arg.as_slice() {
                b"-args_file" => {
                    let name = line.next().ok_or_else(|| Error::Missing(arg.clone()))?;
                    self.file(name, MAX_NESTED)?;
                }
                b"-extra" => {
                    self.extra.extend(line.by_ref().cloned());
                    if self.otp >= 26 {
                        self.args.push(b"--".to_vec());
                    }
                }
                b"-S" if command && self.otp >= 26 => {
                    // `++S` tells it from a `-S` of the environment; `\--` from a `--` of erlexec's own.
                    self.shell.push(b"++S".to_vec());
                    let escape = |a: &Vec<u8>| if a == b"--" { b"\\--".to_vec() } else { a.clone() };
                    self.shell.extend(line.by_ref().map(escape));
                    self.args.push(b"--".to_vec());
                }
                _ => self.args.push(arg.clone()),
            }
        }
        Ok(())
    }

    fn file<E: From<Error>>(&mut self, name: &[u8], depth: usize) -> Result<(), E>
    where
        R: FnMut(&[u8]) -> Result<Vec<u8>, E>,
    {
        if depth == 0 {
            return Err(Error::Nested(name.to_vec()).into());
        }
        let mut line = split_line(&(self.read)(name)?, true, self.otp).into_iter();
        while let Some(arg) = line.next() {
            match arg.as_slice() {
                b"-args_file" => {
                    let name = line.next().ok_or(Error::Missing(arg))?;
                    self.file(&name, depth - 1)?;
                }
                b"-extra" => self.extra.extend(line.by_ref()),
                _ => self.args.push(arg),
            }
        }
        Ok(())
    }
}

/// Sorts expanded arguments into the two heaps, as OTP release `otp` does it.
/// # Errors
/// As `erlexec` refuses them.
pub fn sort(otp: u32, args: &[Vec<u8>]) -> Result<Sorted, Error> {
    flags::choose_emulator(otp, args)?;
    let mut out = Sorted::default();
    let mut i = 0;
    while let Some(arg) = args.get(i) {
        i += match arg.as_slice() {
            b"-extra" => {
                out.init.extend_from_slice(&args[i..]);
                break;
            }
            b"++S" if otp >= 26 => {
                out.init.extend([b"-noshell".to_vec(), b"-S".to_vec()]);
                out.init.extend_from_slice(&args[i + 1..]);
                break;
            }
            [b'+', ..] => flags::emulator(otp, &args[i..], &mut out.emulator)?,
            [b'-', ..] => flags::plain(otp, &args[i..], &mut out)?,
            _ => {
                out.init.push(arg.clone());
                1
            }
        };
    }
    Ok(out)
}

/// The emulator's arguments, program name first.
#[must_use]
pub fn assemble(place: &Place, sorted: &Sorted) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    out.push(place.escript.clone().unwrap_or_else(|| {
        let mut path = place.bindir.clone();
        path.push(b'/');
        path.extend_from_slice(if place.emu.is_empty() { b"beam" } else { &place.emu });
        path.extend_from_slice(b".smp");
        path
    }));
    out.extend_from_slice(&sorted.emulator);
    let mut words = |w: &[&[u8]]| out.extend(w.iter().map(|w| w.to_vec()));
    words(&[b"--", b"-root", &place.rootdir, b"-bindir", &place.bindir, b"-progname", &place.progname, b"--"]);
    if let Some(home) = &place.home {
        words(&[b"-home", home]);
    }
    if let Some(port) = &place.epmd_port {
        words(&[b"-epmd_port", port]);
    }
    words(&[b"--"]);
    out.extend_from_slice(&sorted.init);
    out
}

/// Adds `erl` arguments to a finished vector, as if they had stood at the end of the command line: emulator flags go
/// before the first `--`, the others before `-extra`. What `erlexec` would refuse is handed to `init` as it is, since
/// a booting node has nobody to complain to.
#[must_use]
pub fn extend(otp: u32, mut args: Vec<Vec<u8>>, more: &[Vec<u8>]) -> Vec<Vec<u8>> {
    if more.is_empty() {
        return args;
    }
    let sorted = sort(otp, more).unwrap_or_else(|_| Sorted { init: more.to_vec(), ..Sorted::default() });
    let head = args.iter().position(|a| a == b"--").unwrap_or(args.len());
    args.splice(head..head, sorted.emulator);
    // Both may have an `-extra`: what follows it comes last, once.
    let tail = args.iter().position(|a| a == b"-extra").unwrap_or(args.len());
    let extra = args.split_off(tail);
    let cut = sorted.init.iter().position(|a| a == b"-extra").unwrap_or(sorted.init.len());
    args.extend_from_slice(&sorted.init[..cut]);
    let added = sorted.init.get(cut + 1..).unwrap_or_default();
    if extra.is_empty() && cut < sorted.init.len() {
        args.push(b"-extra".to_vec());
    }
    args.extend(extra);
    args.extend_from_slice(added);
    args
}
