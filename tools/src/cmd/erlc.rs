//! `joist erlc`: the stock compiler on Joist, with erlc's own options, which the stock module `erl_compile` reads.
//! Read beside it: OTP's `erts/etc/common/erlc.c`.

use super::erl::{Own, start};
use crate::error::{Error, Result};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Compile as erlc does: erlc's own options and files follow.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// erlc's options and files, after `--otp DIR` and `--engine threaded|match-loop`, if at all.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, num_args = 0..)]
    words: Vec<OsString>,
}

/// Becomes the compiler; the exit status is its.
pub fn run(args: &Args) -> Result<u8> {
    let mut words = args.words.clone();
    let own = Own::take(&mut words)?;
    start(&own, &flags(&words)?, Some(OsStr::new("erlc")))
}

/// erl's flags for erlc's words: a few are erl's business, the rest goes to the compiler.
fn flags(words: &[OsString]) -> Result<Vec<OsString>> {
    let (mut erl, mut compiler) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_bytes() {
            // There is no compile server; the node that is started compiles.
            b"-server" | b"-no-server" => {}
            b"-smp" => erl.push(word.clone()),
            option @ ([b'-', b'p', b'a', path @ ..] | [b'-', b'p', b'z', path @ ..]) => {
                erl.push(OsString::from_vec(option[..3].to_vec()));
                let path =
                    if path.is_empty() { words.next().cloned() } else { Some(OsString::from_vec(path.to_vec())) };
                let missing = || Error::new(format!("{} has no directory", word.display()), "write -pa DIRECTORY");
                erl.push(path.ok_or_else(missing)?);
            }
            _ => compiler.push(word.clone()),
        }
    }
    // One scheduler: compilers are run side by side by make.
    let head = ["+S1"].map(OsString::from).into_iter();
    let fixed = "+sbtu +A0 -noinput -mode minimal -boot no_dot_erlang -s erl_compile compile_cmdline -extra";
    Ok(head.chain(erl).chain(fixed.split(' ').map(OsString::from)).chain(compiler).collect())
}
