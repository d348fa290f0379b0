//! `joist doctor`: what is there, what is missing, and how to get it.

use crate::error::Result;
use crate::otp::Otp;
use crate::qemu::accel::{self, Kvm};
use crate::{qemu, style};
use serde_json::json;
use std::process::Command;

/// Look at what this machine has for building and running images
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

struct Line {
    name: &'static str,
    good: bool,
    /// Without it `joist run` or `joist build` can't do their work at all.
    needed: bool,
    says: String,
}

pub fn run(args: &Args) -> Result<u8> {
    let lines = look();
    let sick = lines.iter().any(|l| l.needed && !l.good);
    if args.json {
        let found: serde_json::Map<_, _> = lines
            .iter()
            .map(|l| (l.name.to_owned(), json!({"good": l.good, "needed": l.needed, "says": l.says})))
            .collect();
        super::print_json(&json!({"healthy": !sick, "found": found}))?;
        return Ok(u8::from(sick));
    }
    for line in &lines {
        let mark = match (line.good, line.needed) {
            (true, _) => style::good("yes"),
            (false, true) => style::bad("no "),
            (false, false) => style::warning("no "),
        };
        println!("{mark}  {:<9} {}", line.name, line.says);
    }
    Ok(u8::from(sick))
}

fn look() -> Vec<Line> {
    let mut lines = Vec::new();
    let found = qemu::find();
    match &found {
        Ok(path) => {
            let out = Command::new(path).arg("--version").output().ok();
            let text = out.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
            let version = text.lines().next().unwrap_or("it does not start").to_owned();
            let good = version.contains("version");
            lines.push(Line { name: "qemu", good, needed: true, says: format!("{}: {version}", path.display()) });
        }
        Err(error) => lines.push(Line { name: "qemu", good: false, needed: true, says: error.to_string() }),
    }
    let (good, says) = match found.as_deref().map(accel::probe) {
        Ok(Kvm::Works(time)) => (true, format!("it boots a kernel in {} ms", time.as_millis())),
        Ok(Kvm::Useless(why)) => (false, format!("{why}; images run with TCG")),
        Err(_) => (false, "there is no QEMU to use it".to_owned()),
    };
    lines.push(Line { name: "kvm", good, needed: false, says });
    let (good, says) = match Otp::find(None) {
        Ok(Some(otp)) => (true, format!("{}: erts {}", otp.root.display(), otp.erts().join(", "))),
        Ok(None) => (false, "there is none: releases must bring their own erts (apt install erlang-base)".to_owned()),
        Err(error) => (false, error.to_string()),
    };
    lines.push(Line { name: "otp", good, needed: false, says });
    lines
}
