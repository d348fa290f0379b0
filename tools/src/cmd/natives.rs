//! `joist natives`: how many of the C emulator's natives are there, for each OTP release, and which are not.

use std::collections::BTreeMap;
use std::fmt::Write;

use joist_bif::table::{declarations, exempt};

use crate::error::Result;

/// How many natives of each OTP release are there, and which are missing.
///
/// Not counted are those of `bif/exempt.tab`: libraries' own native code, and what only the C emulator can answer.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name the missing ones and those that are not counted too.
    #[arg(long)]
    missing: bool,
    /// As docs/natives.md.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    #[arg(long)]
    json: bool,
}

/// The releases that are counted.
const RELEASES: [u32; 3] = [25, 27, 29];

/// A release's natives.
struct Count {
    release: u32,
    total: usize,
    there: usize,
    missing: Vec<String>,
    /// By reason.
    exempt: BTreeMap<&'static str, Vec<String>>,
}

fn count(release: u32) -> Count {
    let mut c = Count { release, total: 0, there: 0, missing: Vec::new(), exempt: BTreeMap::new() };
    for d in declarations().iter().filter(|d| (d.since..=d.until).contains(&release)) {
        let name = format!("{}:{}/{}", d.module, d.function, d.arity);
        match (d.native.is_some(), exempt(d.module, d.function)) {
            (true, _) => c.there += 1,
            (false, None) => c.missing.push(name),
            (false, Some(reason)) => {
                c.exempt.entry(reason).or_default().push(name);
                continue;
            }
        }
        c.total += 1;
    }
    c
}

impl Count {
    fn exempt_count(&self) -> usize {
        self.exempt.values().map(Vec::len).sum()
    }

    fn text(&self, names: bool) -> String {
        let (release, there, total) = (self.release, self.there, self.total);
        let mut t = format!("OTP {release}: {there} of {total} natives ({} not counted)\n", self.exempt_count());
        if names {
            for m in &self.missing {
                let _ = writeln!(t, "  {m}");
            }
            for (reason, all) in &self.exempt {
                let _ = writeln!(t, "  not counted: {reason}");
                for m in all {
                    let _ = writeln!(t, "    {m}");
                }
            }
        }
        t
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "implemented": self.there,
            "total": self.total,
            "missing": self.missing,
            "not_counted": self.exempt,
        })
    }
}

fn markdown(counts: &[Count]) -> String {
    let mut t = String::from(
        "# Natives\n\nWhat the C emulator supplies natively, and what of it Joist does. `joist natives --markdown` writes \
         this file.\n\n| OTP | there | to be had | not counted |\n|---|---|---|---|\n",
    );
    for c in counts {
        let _ = writeln!(t, "| {} | {} | {} | {} |", c.release, c.there, c.total, c.exempt_count());
    }
    t += "\n## Missing\n\nThey raise `notsup`.\n\n";
    let list = |names: &dyn Fn(&Count) -> Vec<String>| {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for c in counts {
            names(c).into_iter().for_each(|n| by_name.entry(n).or_default().push(c.release.to_string()));
        }
        let line = |(name, releases): (String, Vec<String>)| format!("- `{name}` ({})\n", releases.join(", "));
        by_name.into_iter().map(line).collect::<String>()
    };
    let missing = list(&|c| c.missing.clone());
    t += if missing.is_empty() { "None.\n" } else { &missing };
    t += "\n## Not counted\n";
    let reasons: std::collections::BTreeSet<&str> = counts.iter().flat_map(|c| c.exempt.keys().copied()).collect();
    for reason in reasons {
        let _ = write!(t, "\n### {}\n\n", reason[..1].to_uppercase() + &reason[1..]);
        t += &list(&|c| c.exempt.get(reason).cloned().unwrap_or_default());
    }
    t
}

pub fn run(args: &Args) -> Result<u8> {
    let counts = RELEASES.map(count);
    if args.json {
        let all: serde_json::Map<_, _> = counts.iter().map(|c| (c.release.to_string(), c.json())).collect();
        super::print_json(&all.into())?;
    } else if args.markdown {
        print!("{}", markdown(&counts));
    } else {
        counts.iter().for_each(|c| print!("{}", c.text(args.missing)));
    }
    Ok(0)
}
