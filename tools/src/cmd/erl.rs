//! `joist erl`: the VM as a process of this machine; takes erl's own flags.

use crate::error::{Error, Result};
use crate::hosted::{self, CtrlC, Hosted};
use crate::otp::{Otp, release_of_erts};
use crate::preloaded;
use joist_bif::boot::{self, Boot};
use joist_image::erlexec;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// Run Erlang on this machine, as erl does: erl's own flags follow.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// erl's flags, after `--otp DIR` (an Erlang/OTP installation), `--engine threaded|match-loop` and
    /// `--gc normal|stress`, if at all.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, num_args = 0..)]
    flags: Vec<OsString>,
}

/// What comes before erl's flags.
struct Own {
    otp: Option<PathBuf>,
    engine: Option<joist_vm::engine::Backend>,
    /// Collect garbage at every chance.
    stress: bool,
}

/// Becomes the node; the exit status is `halt/1`'s.
pub fn run(args: &Args) -> Result<u8> {
    let mut flags = args.flags.clone();
    let own = take_own(&mut flags)?;
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
    let emulator = otp.emulator(&erts);
    let image = std::fs::read(&emulator).map_err(|e| {
        Error::new(format!("{} can't be read: {e}", emulator.display()), "name a complete installation")
    })?;
    let preloaded = preloaded::find(&image).into_iter().map(|(n, b)| (n, b.into())).collect();
    let arguments = arguments(&otp, &erts, release, &flags)?;
    if let Some(engine) = own.engine {
        joist_vm::engine::set_backend(engine);
    }
    if own.stress {
        joist_vm::heap::stress::start();
    }
    let hosted = Hosted::install(ctrl_c(&arguments));
    hosted.set_roots(&otp.root, &erts);
    hosted::enter_first();
    let boot = Boot {
        args: arguments,
        preloaded,
        schedulers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        otp_release: release,
    };
    match boot::start(boot) {
        Ok(never) => match never {},
        Err(e) => Err(Error::new(e.to_string(), "is the installation complete?")),
    }
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

/// Takes Joist's own options off the front.
fn take_own(flags: &mut Vec<OsString>) -> Result<Own> {
    let mut own = Own { otp: None, engine: None, stress: false };
    while let [name, value, ..] = &flags[..] {
        match name.to_str() {
            Some("--otp") => own.otp = Some(value.into()),
            Some("--engine") => {
                own.engine = Some(match value.to_str() {
                    Some("threaded") => joist_vm::engine::Backend::Threaded,
                    Some("match-loop") => joist_vm::engine::Backend::MatchLoop,
                    _ => return Err(Error::new("no such engine", "use --engine threaded or --engine match-loop")),
                });
            }
            Some("--gc") => {
                own.stress = match value.to_str() {
                    Some("normal") => false,
                    Some("stress") => true,
                    _ => return Err(Error::new("no such policy", "use --gc normal or --gc stress")),
                };
            }
            _ => break,
        }
        flags.drain(..2);
    }
    Ok(own)
}

/// The emulator's arguments, as `erlexec` makes them of the command line and of `ERL_FLAGS` and its like.
fn arguments(otp: &Otp, erts: &str, release: u32, flags: &[OsString]) -> Result<Vec<Vec<u8>>> {
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
    let expanded = erlexec::expand(release, &sources, read)?;
    let sorted = erlexec::sort(release, &expanded).map_err(Error::from)?;
    let place = erlexec::Place {
        rootdir: otp.root.as_os_str().as_bytes().to_vec(),
        bindir: otp.root.join(format!("erts-{erts}/bin")).into_os_string().into_vec(),
        progname: b"erl".to_vec(),
        home: std::env::var_os("HOME").map(OsString::into_vec),
        ..erlexec::Place::default()
    };
    Ok(erlexec::assemble(&place, &sorted))
}
