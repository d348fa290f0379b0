//! `joist path`: a directory with `erl`, `erlc` and `escript` that are Joist, to be put in front of `$PATH`: then what
//! finds OTP's programs there (rebar3, mix, makefiles) runs on Joist.

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Make a directory with erl, erlc and escript that run on Joist, for the front of $PATH.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The directory; made if it isn't there.
    dir: PathBuf,
}

/// The programs that this executable is when it is called by their names.
const PROGRAMS: [&str; 3] = ["erl", "erlc", "escript"];

pub fn run(args: &Args) -> Result<u8> {
    let failed = |e: std::io::Error| {
        Error::new(format!("{} can't be filled: {e}", args.dir.display()), "name a directory that can be written")
    };
    let this = std::env::current_exe().map_err(failed)?;
    std::fs::create_dir_all(&args.dir).map_err(failed)?;
    for program in PROGRAMS {
        let link = args.dir.join(program);
        match std::fs::read_link(&link) {
            Ok(to) if to == this => {}
            // One that an earlier Joist has left.
            Ok(_) => {
                std::fs::remove_file(&link).map_err(failed)?;
                std::os::unix::fs::symlink(&this, &link).map_err(failed)?;
            }
            Err(_) => std::os::unix::fs::symlink(&this, &link).map_err(failed)?,
        }
    }
    println!("{}", args.dir.display());
    Ok(0)
}

/// The command line; when the executable is called by a program's name, with that as its subcommand.
pub fn words() -> Vec<OsString> {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    let called = words.first().and_then(|w| Path::new(w).file_name());
    if let Some(program) = PROGRAMS.iter().find(|p| called.is_some_and(|c| c.as_bytes() == p.as_bytes())) {
        words.insert(1, program.into());
    }
    words
}
