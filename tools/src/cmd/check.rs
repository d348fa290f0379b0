//! `joist check REL`: what a release needs that Joist lacks, before it is booted.

use crate::check::{self, Severity};
use crate::error::Result;
use crate::progress::Progress;
use crate::release::{self, Release};
use crate::{report, style};
use serde_json::json;
use std::path::PathBuf;

/// Name what a release needs that Joist lacks; exit status 1 if it can't work
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A release directory (rebar3, mix, systools) or its .tar.gz
    release: PathBuf,
    /// The Erlang/OTP that a release without erts was made with
    #[arg(long, value_name = "DIR")]
    otp: Option<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<u8> {
    let mut progress = Progress::new();
    let mut release = Release::open(&args.release, &mut progress)?;
    release::complete(&mut release, args.otp.as_deref(), &mut progress)?;
    let findings = check::check(&release);
    drop(progress);
    let missing = findings.iter().filter(|f| f.severity == Severity::Missing).count();
    if args.json {
        let found: Vec<_> = findings.iter().map(report::finding_json).collect();
        super::print_json(
            &json!({"release": release.name, "version": release.version, "missing": missing, "findings": found}),
        )?;
    } else {
        report::findings(&findings, true);
        let verdict = match missing {
            0 => style::good("has all it needs"),
            1 => style::bad("lacks one thing that it needs"),
            n => style::bad(&format!("lacks {n} things that it needs")),
        };
        println!("{} {} {verdict}", release.name, release.version);
    }
    Ok(u8::from(missing > 0))
}
