//! The two sides of a comparison: how each is started, and what it prints.

use super::Sample;
use super::programs::{Program, sources};
use crate::error::{Error, Result};
use crate::otp::Otp;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An `erl`, stock or ours.
#[derive(Debug)]
pub struct Node {
    name: &'static str,
    program: PathBuf,
    first: Vec<OsString>,
    env: Vec<(&'static str, OsString)>,
    schedulers: u32,
}

impl Node {
    /// The emulator of an installation. Its `erl` script knows only the place that it was made for, so that script's
    /// work is done here.
    pub fn stock(otp: &Otp, schedulers: u32) -> Result<Node> {
        let missing = || Error::new(format!("no stock erl in {}", otp.root.display()), "name a complete installation");
        let bin = otp.root.join(format!("erts-{}/bin", otp.erts().pop().ok_or_else(missing)?));
        let program = bin.join("erlexec");
        if !program.is_file() {
            return Err(missing());
        }
        let env = vec![
            ("ROOTDIR", otp.root.clone().into()),
            ("BINDIR", bin.into()),
            ("EMU", "beam".into()),
            ("PROGNAME", "erl".into()),
        ];
        Ok(Node { name: "stock erl", program, first: Vec::new(), env, schedulers })
    }

    /// This very program, as `joist erl`, with the same installation.
    pub fn joist(otp: &Otp, schedulers: u32) -> Result<Node> {
        let program = std::env::current_exe().map_err(|e| Error::file("find", Path::new("joist itself"), &e))?;
        let first = vec!["erl".into(), "--otp".into(), otp.root.clone().into()];
        Ok(Node { name: "joist erl", program, first, env: Vec::new(), schedulers })
    }

    fn start(&self, args: &[OsString]) -> Result<Output> {
        let schedulers = format!("{0}:{0}", self.schedulers);
        let mut command = Command::new(&self.program);
        command.args(&self.first).args(["-noinput", "+S", &schedulers]).args(args);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.output().map_err(|e| Error::file("start", &self.program, &e))
    }

    /// Runs a program once.
    pub fn run(&self, program: &Program, ebin: &Path) -> Result<Sample> {
        let eval = format!("{}:run(), halt().", program.module);
        let out = self.start(&["-pa".into(), ebin.into(), "-eval".into(), eval.into()])?;
        let text = String::from_utf8_lossy(&out.stdout);
        text.lines().find_map(|line| sample(line, program.name)).ok_or_else(|| {
            let said = text.lines().chain([""]).find(|l| !l.trim().is_empty()).unwrap_or("nothing").to_owned();
            Error::new(format!("{} does not run on {}", program.name, self.name), format!("it says {said}"))
        })
    }
}

/// A row that a program prints: name, N, value, checksum.
fn sample(line: &str, name: &str) -> Option<Sample> {
    let words: Vec<&str> = line.split(' ').collect();
    let &[first, _, value, checksum] = &words[..] else { return None };
    (first == name).then_some(())?;
    Some(Sample { value: value.parse().ok()?, checksum: checksum.to_owned() })
}

/// Compiles all programs into a directory, with stock's own compiler.
pub fn compile(stock: &Node, dir: &Path) -> Result<()> {
    const EVAL: &str = "[Out | Files] = init:get_plain_arguments(), \
        [{ok, _} = compile:file(F, [{outdir, Out}]) || F <- Files], halt().";
    let mut args: Vec<OsString> = vec!["-eval".into(), EVAL.into(), "-extra".into(), dir.into()];
    for (module, source) in sources() {
        let path = dir.join(module).with_extension("erl");
        std::fs::write(&path, source).map_err(|e| Error::file("write", &path, &e))?;
        args.push(path.into());
    }
    if stock.start(&args)?.status.success() {
        return Ok(());
    }
    Err(Error::new("the programs can't be compiled by the stock erl", "is its compiler application installed?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let found = Some(Sample { value: 17, checksum: "99".into() });
        assert_eq!(sample("fib 30 17 99", "fib"), found);
        assert_eq!(sample("fib 30 17", "fib"), None);
        assert_eq!(sample("fibs 30 17 99", "fib"), None);
    }
}
