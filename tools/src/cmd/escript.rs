//! `joist escript`: a script (its source, its beam, or an archive) on Joist, as escript runs it: the stock module
//! `escript` reads the file. Read beside it: OTP's `erts/etc/common/escript.c`.

use super::erl::{Own, start};
use crate::error::{Error, Result};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Run a script as escript does: its options (-s, -c, -i, -n), the script and the script's arguments follow.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// escript's options, the script, its arguments, after `--otp DIR` and `--engine threaded|match-loop`, if at all.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, num_args = 0..)]
    words: Vec<OsString>,
}

/// Becomes the script; the exit status is its.
pub fn run(args: &Args) -> Result<u8> {
    let mut words = args.words.clone();
    let own = Own::take(&mut words)?;
    let options = words.iter().take_while(|w| w.as_bytes().starts_with(b"-")).count();
    let [script, rest @ ..] = &words[options..] else {
        return Err(Error::new("there is no script", "write joist escript SCRIPT [ARGUMENT]..."));
    };
    let flags = ["+B", "-boot", "no_dot_erlang", "-noshell"].map(OsString::from).into_iter();
    let run = ["-run", "escript", "start"].map(OsString::from);
    let options = words[..options].iter().map(|o| OsString::from_vec(o.as_bytes()[1..].to_vec()));
    let extra = [OsString::from("-extra"), script.clone()];
    let flags = flags.chain(flags_of(script)?).chain(run).chain(options).chain(extra).chain(rest.iter().cloned());
    start(&own, &flags.collect::<Vec<_>>(), Some(script))
}

/// The erl flags that the script's second or third line gives (`%%! -smp disable`).
fn flags_of(script: &OsStr) -> Result<Vec<OsString>> {
    /// Of a line, so much is read: an archive need not have lines at all.
    const LINE: u64 = 4096;
    let unreadable =
        |e: std::io::Error| Error::new(format!("script {} can't be read: {e}", script.display()), "check the path");
    let mut file = BufReader::new(File::open(script).map_err(unreadable)?);
    for number in 1..=3 {
        let mut line = Vec::new();
        file.by_ref().take(LINE).read_until(b'\n', &mut line).map_err(unreadable)?;
        if let (2 | 3, Some(flags)) = (number, line.strip_prefix(b"%%!")) {
            let end = flags.iter().position(|b| *b == b'\n').unwrap_or(flags.len());
            let words = flags[..end].split(|b| *b == b' ').filter(|w| !w.is_empty());
            return Ok(words.map(|w| OsString::from_vec(w.to_vec())).collect());
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(text: &str) -> Vec<String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let found = flags_of(file.path().as_os_str()).expect("readable");
        found.into_iter().map(|f| f.into_string().expect("text")).collect()
    }

    #[test]
    fn the_line_with_flags() {
        assert_eq!(flags("#!/usr/bin/env escript\n%%! +S 2  -pa x\nmain(_) -> ok.\n"), ["+S", "2", "-pa", "x"]);
        assert_eq!(flags("#!/usr/bin/env escript\n%% -*- erlang -*-\n%%! -hidden"), ["-hidden"]);
        assert!(flags("%%! -first\nmain(_) -> ok.\n").is_empty());
        assert!(flags("").is_empty());
    }
}
