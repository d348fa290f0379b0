//! `joist erl`: the VM as a process of this machine; takes erl's own flags.

use crate::error::{Error, Result};
use crate::hosted::{self, CtrlC, Hosted};
use crate::otp::{Otp, release_of_erts};
use crate::preloaded;
use joist_bif::boot::{self, Boot, BootError};
use joist_image::erlexec;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Run Erlang on this machine, as erl does: erl's own flags follow.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// erl's flags, after `--otp DIR` (an Erlang/OTP installation), `--engine threaded|match-loop` and
    /// `--gc normal|stress`, if at all.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, num_args = 0..)]
    flags: Vec<OsString>,
}

/// Becomes the node; the exit status is `halt/1`'s.
pub fn run(args: &Args) -> Result<u8> {
    let mut flags = args.flags.clone();
    let own = Own::take(&mut flags)?;
    start(&own, &flags, None)
}

/// What comes before erl's flags (and erlc's and escript's).
#[derive(Debug, Default)]
pub(super) struct Own {
    otp: Option<PathBuf>,
    engine: Option<joist_vm::engine::Backend>,
    /// Collect garbage at every chance.
    stress: bool,
    /// This process is what `-detached` left behind: it is to lead a session of its own.
    detached: bool,
}

/// How a process tells the one that it detaches what it is.
const DETACHED: &str = "--detached-node";

impl Own {
    /// Takes Joist's own options off the front.
    pub(super) fn take(flags: &mut Vec<OsString>) -> Result<Own> {
        let mut own = Own::default();
        loop {
            let mut used = 2;
            match &flags[..] {
                [name, ..] if name == DETACHED => (own.detached, used) = (true, 1),
                [name, value, ..] if name == "--otp" => own.otp = Some(value.into()),
                [name, value, ..] if name == "--engine" => {
                    own.engine = Some(match value.to_str() {
                        Some("threaded") => joist_vm::engine::Backend::Threaded,
                        Some("match-loop") => joist_vm::engine::Backend::MatchLoop,
                        _ => return Err(Error::new("no such engine", "use --engine threaded or --engine match-loop")),
                    });
                }
                [name, value, ..] if name == "--gc" => {
                    own.stress = match value.to_str() {
                        Some("normal") => false,
                        Some("stress") => true,
                        _ => return Err(Error::new("no such policy", "use --gc normal or --gc stress")),
                    };
                }
                [name] if name == "--otp" || name == "--engine" || name == "--gc" => {
                    return Err(Error::new(format!("{} has no value", name.display()), "see joist --help"));
                }
                _ => return Ok(own),
            }
            flags.drain(..used);
        }
    }
}

/// Becomes a node with erl's flags; `program` stands in for the emulator's name, as `ESCRIPT_NAME` does.
pub(super) fn start(own: &Own, flags: &[OsString], program: Option<&OsStr>) -> Result<u8> {
    let otp = Otp::find(own.otp.as_deref())?.ok_or_else(|| {
        Error::new("no Erlang/OTP installation found", "name one: joist erl --otp DIR, or $JOIST_OTP")
    })?;
    let erts = otp
        .erts()
        .pop()
        .ok_or_else(|| Error::new(format!("no erts in {}", otp.root.display()), "name a complete installation"))?;
    let release = release_of_erts(&erts)
        .filter(|r| (25..=29).contains(r))
        .ok_or_else(|| Error::new(format!("erts {erts} is of a release that Joist doesn't run"), "use OTP 25 to 29"))?;
    let sorted = sorted(release, flags)?;
    let arguments = assembled(&otp, &erts, &sorted, program);
    if sorted.print_args {
        // As erlexec: without the program's name.
        let lines = arguments[1..].iter().flat_map(|a| [&a[..], b"\n"]).collect::<Vec<_>>().concat();
        let written = std::io::stdout().write_all(&lines);
        return written
            .map(|()| 0)
            .map_err(|e| Error::new(format!("can't print the arguments: {e}"), "is the reader gone?"));
    }
    if sorted.show_args {
        let words: Vec<String> = arguments.iter().map(|a| String::from_utf8_lossy(a).into_owned()).collect();
        println!("Executing: {}\n", words.join(" "));
    }
    if sorted.distributed {
        return Err(Error::new("-sname and -name need the distribution, which Joist lacks", "start without a name"));
    }
    if sorted.detached && !own.detached {
        return detach();
    }
    let emulator = otp.emulator(&erts);
    let image = std::fs::read(&emulator).map_err(|e| {
        Error::new(format!("{} can't be read: {e}", emulator.display()), "name a complete installation")
    })?;
    let preloaded = preloaded::find(&image).into_iter().map(|(n, b)| (n, b.into())).collect();
    if let Some(engine) = own.engine {
        joist_vm::engine::set_backend(engine);
    }
    if own.stress {
        joist_vm::heap::stress::start();
    }
    if own.detached {
        // It was just started, and so leads no session yet.
        let _ = rustix::process::setsid();
    }
    let hosted = Hosted::install(ctrl_c(&arguments));
    hosted.set_roots(&otp.root, &erts);
    hosted.set_env(&sorted.env);
    if let Some(program) = program {
        hosted.set_env(&[(b"ESCRIPT_NAME".to_vec(), program.as_bytes().to_vec())]);
    }
    hosted::enter_first();
    let boot = Boot {
        args: arguments,
        preloaded,
        schedulers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        otp_release: release,
    };
    match boot::start(boot) {
        Ok(never) => match never {},
        Err(e @ BootError::Flag(_)) => Err(Error::new(e.to_string(), "the flags are those of `man erl`")),
        Err(e) => Err(Error::new(e.to_string(), "is the installation complete?")),
    }
}

/// `-detached`: the node goes on as a process of its own, away from this terminal.
fn detach() -> Result<u8> {
    let failed =
        |e: std::io::Error| Error::new(format!("the node can't be detached: {e}"), "start it without -detached");
    let mut args = super::words().into_iter().skip(1);
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    // The subcommand, then the mark.
    command.args(args.next()).arg(DETACHED).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(failed)?;
    Ok(0)
}

/// What the flag `+B` says of Ctrl-C (`erl_init.c`).
fn ctrl_c(arguments: &[Vec<u8>]) -> CtrlC {
    let mut flags = arguments.iter().take_while(|a| *a != b"--").peekable();
    let mut ctrl_c = CtrlC::Menu;
    while let Some(flag) = flags.next() {
        let [b'-' | b'+', b'B', attached @ ..] = &flag[..] else { continue };
        let letter = attached.first().or_else(|| flags.peek().and_then(|next| next.first()));
        ctrl_c = match letter {
            Some(b'i') => CtrlC::Ignore,
            Some(b'c') => CtrlC::Shell,
            _ => CtrlC::Default,
        };
    }
    ctrl_c
}

/// The flags of the command line and of `ERL_FLAGS` and its like, as `erlexec` sorts them.
fn sorted(release: u32, flags: &[OsString]) -> Result<erlexec::Sorted> {
    let command: Vec<Vec<u8>> = flags.iter().map(|f| f.as_bytes().to_vec()).collect();
    let variable = |name: &str| {
        let text = std::env::var_os(name).map(OsString::into_vec).unwrap_or_default();
        erlexec::split_line(&text, false, release)
    };
    let read = |file: &[u8]| {
        let path = PathBuf::from(OsString::from_vec(file.to_vec()));
        std::fs::read(&path).map_err(|e| {
            Error::new(format!("arguments file {} can't be read: {e}", path.display()), "check -args_file")
        })
    };
    let sources = erlexec::Sources {
        before: variable("ERL_AFLAGS"),
        command,
        after: [variable("ERL_FLAGS"), variable("ERL_ZFLAGS")],
    };
    let refused =
        |e: erlexec::Error| Error::new(e.to_string().trim_end_matches('.'), "the flags are those of `man erl`");
    erlexec::sort(release, &erlexec::expand(release, &sources, read)?).map_err(refused)
}

/// The emulator's arguments.
fn assembled(otp: &Otp, erts: &str, sorted: &erlexec::Sorted, program: Option<&OsStr>) -> Vec<Vec<u8>> {
    let place = erlexec::Place {
        rootdir: otp.root.as_os_str().as_bytes().to_vec(),
        bindir: otp.root.join(format!("erts-{erts}/bin")).into_os_string().into_vec(),
        progname: b"erl".to_vec(),
        home: std::env::var_os("HOME").map(OsString::into_vec),
        escript: program.map(|p| p.as_bytes().to_vec()),
        ..erlexec::Place::default()
    };
    erlexec::assemble(&place, sorted)
}
