//! `joist natives`: how many of the C emulator's natives are there, for each OTP release, and which are not.

use crate::error::Result;
use joist_bif::table::declarations;
use std::fmt::Write;

/// How many natives of each OTP release are there, and which are missing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name the missing ones too.
    #[arg(long)]
    missing: bool,
    #[arg(long)]
    json: bool,
}

/// The releases that are counted.
const RELEASES: [u32; 3] = [25, 27, 29];

pub fn run(args: &Args) -> Result<u8> {
    let all = declarations();
    let mut text = String::new();
    let mut json = serde_json::Map::new();
    for release in RELEASES {
        let of_release: Vec<_> = all.iter().filter(|d| (d.since..=d.until).contains(&release)).collect();
        let there = of_release.iter().filter(|d| d.native.is_some()).count();
        let missing: Vec<String> = of_release
            .iter()
            .filter(|d| d.native.is_none())
            .map(|d| format!("{}:{}/{}", d.module, d.function, d.arity))
            .collect();
        let _ = writeln!(text, "OTP {release}: {there} of {} natives", of_release.len());
        if args.missing {
            missing.iter().for_each(|m| {
                let _ = writeln!(text, "  {m}");
            });
        }
        let entry = serde_json::json!({ "implemented": there, "total": of_release.len(), "missing": missing });
        json.insert(release.to_string(), entry);
    }
    if args.json {
        super::print_json(&json.into())?;
    } else {
        print!("{text}");
    }
    Ok(0)
}
