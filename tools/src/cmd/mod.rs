//! The subcommands: one file each, with its arguments and what it does.

mod bench;
mod build;
mod check;
mod doctor;
mod erl;
mod erlc;
mod escript;
mod inspect;
mod natives;
mod path;
mod run;

pub use path::words;

use crate::error::{Error, Result};
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Unmodified Erlang and Elixir releases as virtual machine images.
#[derive(Debug, Parser)]
#[command(name = "joist", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Args),
    Run(run::Args),
    Inspect(inspect::Args),
    Check(check::Args),
    Doctor(doctor::Args),
    Erl(erl::Args),
    Erlc(erlc::Args),
    Escript(escript::Args),
    Natives(natives::Args),
    Path(path::Args),
    Bench(bench::Args),
}

impl Cli {
    /// Does it; answers the exit status.
    /// # Errors
    /// What went wrong, in one line.
    pub fn run(self) -> Result<u8> {
        match self.command {
            Command::Build(args) => build::run(&args),
            Command::Run(args) => run::run(&args),
            Command::Inspect(args) => inspect::run(&args),
            Command::Check(args) => check::run(&args),
            Command::Doctor(args) => doctor::run(&args),
            Command::Erl(args) => erl::run(&args),
            Command::Erlc(args) => erlc::run(&args),
            Command::Escript(args) => escript::run(&args),
            Command::Natives(args) => natives::run(&args),
            Command::Path(args) => path::run(&args),
            Command::Bench(args) => bench::run(&args),
        }
    }
}

/// A command line that makes no sense: one line, as for every other error. Help goes out as it is.
pub fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print!("{error}");
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{error}");
            return ExitCode::from(2);
        }
        _ => {}
    }
    let text = error.to_string();
    let cause = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    let cause = cause.split_whitespace().collect::<Vec<_>>().join(" ");
    let tip = text.lines().find_map(|l| l.trim().strip_prefix("tip: ")).unwrap_or("see joist --help");
    eprintln!("{} {cause}: {tip}", crate::style::error("error:"));
    ExitCode::from(2)
}

/// `K=V`.
fn variable(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !text.contains('\0') => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

fn print_json(value: &serde_json::Value) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::new(format!("no JSON can be made: {e}"), ""))?;
    println!("{text}");
    Ok(())
}
