//! `joist bench`: what Joist's speed is, relative to stock Erlang on the same machine.

use crate::bench::{self, Node, PROGRAMS, Program, Report};
use crate::error::{Error, Result};
use crate::otp::Otp;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::PathBuf;

/// Run the benchmark programs on stock erl and on joist erl in turns, and compare
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Programs to run; all when none is named
    names: Vec<String>,
    /// Times that each program runs on each side
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Schedulers of both nodes
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    schedulers: u32,
    /// The Erlang/OTP installation to compare with, whose libraries both use
    #[arg(long, value_name = "DIR")]
    otp: Option<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<u8> {
    let programs = chosen(&args.names)?;
    let otp = Otp::find(args.otp.as_deref())?.ok_or_else(|| {
        Error::new("no stock erl to compare with", "install one (apt install erlang-base) or name one with --otp DIR")
    })?;
    let (stock, joist) = (Node::stock(&otp, args.schedulers)?, Node::joist(&otp, args.schedulers)?);
    let dir = tempfile::tempdir().map_err(|e| Error::file("write to", &std::env::temp_dir(), &e))?;
    bench::compile(&stock, dir.path())?;
    let bar = progress(programs.len() as u64 * u64::from(args.rounds) * 2);
    let mut report = Report::default();
    for program in programs {
        let row = bench::measure(program, [&stock, &joist], dir.path(), args.rounds, |round, side| {
            bar.set_message(format!("{}, round {round} on {side}", program.name));
            bar.inc(1);
        })?;
        report.rows.push(row);
    }
    bar.finish_and_clear();
    if args.json {
        super::print_json(&report.json())?;
    } else {
        report.print();
    }
    Ok(u8::from(!report.is_good()))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Program>> {
    if names.is_empty() {
        return Ok(PROGRAMS.iter().collect());
    }
    let known = || PROGRAMS.iter().map(|p| p.name).collect::<Vec<_>>().join(" ");
    let find = |name: &String| {
        let found = PROGRAMS.iter().find(|p| p.name == name || p.module == name);
        found.ok_or_else(|| Error::new(format!("no benchmark program {name}"), format!("there are {}", known())))
    };
    names.iter().map(find).collect()
}

/// On standard error, and only on a terminal.
fn progress(steps: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(steps);
    if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
}
