//! The command line on the developer's machine. Each subcommand has a file in `cmd/`.
#![deny(unsafe_code)]

#[macro_use]
mod stdout;

mod beam;
mod bench;
mod check;
mod cmd;
mod elf;
mod error;
mod hosted;
mod kernel;
mod natives;
mod otp;
mod output;
mod pack;
mod preloaded;
mod progress;
mod qemu;
mod release;
mod report;
mod style;
mod tree;

use clap::Parser;
use joist_vm::fatal::Watched;
use std::process::ExitCode;

#[global_allocator]
static MEMORY: Watched<std::alloc::System> = Watched(std::alloc::System);

fn main() -> ExitCode {
    hosted::become_program();
    let cli = match cmd::Cli::try_parse_from(cmd::words()) {
        Ok(cli) => cli,
        Err(error) => return cmd::usage(&error),
    };
    match cli.run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("{} {error}", style::error("error:"));
            ExitCode::from(1)
        }
    }
}
