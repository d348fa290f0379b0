//! Running `beam-fixtures/` on some Erlang machine: all in one VM, which is started again behind a fixture that ends it.

use crate::patience::{LIMIT, ended_within};
use crate::{erl_of, root};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each fixture printed.
pub type Outputs = BTreeMap<String, String>;

/// The sources: all, or those that `$JOIST_FIXTURES` names (separated by commas).
pub fn fixture_sources() -> Vec<PathBuf> {
    let chosen = std::env::var("JOIST_FIXTURES").ok();
    let mut all: Vec<PathBuf> = std::fs::read_dir(root().join("beam-fixtures"))
        .expect("beam-fixtures")
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "erl"))
        .filter(|p| chosen.as_ref().is_none_or(|c| c.split(',').any(|name| p.file_stem().is_some_and(|s| s == name))))
        .collect();
    all.sort();
    all
}

/// Compiles all of them, and their runner, into `ebin`: with the OTP at `otp`, else with this machine's.
pub fn compile_fixtures(sources: &[PathBuf], otp: Option<&Path>, options: &[&str], ebin: &Path) {
    let mut erlc = match otp {
        None => Command::new("erlc"),
        Some(otp) => {
            let (erl, bin) = erl_of(otp, ebin);
            let mut erlc = Command::new(bin.join("erlc"));
            erlc.env("ERLC_EMULATOR", erl);
            erlc
        }
    };
    // Paths as they stand in stack traces.
    let sources = sources.iter().map(|p| p.strip_prefix(root()).expect("inside"));
    let runner = Path::new("tests/erlang/fixture_runner.erl");
    erlc.current_dir(root()).arg("+nowarn").args(options).arg("-o").arg(ebin).args(sources).arg(runner);
    let out = erlc.output().expect("erlc");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

/// Runs the compiled modules in the machine that `erl` starts.
pub fn run_fixtures(erl: &dyn Fn() -> Command, ebin: &Path, modules: &[String]) -> Outputs {
    let mut outputs = Outputs::new();
    let mut left = modules;
    while !left.is_empty() {
        let mut command = erl();
        let eval = format!("fixture_runner:main([{}]).", left.join(","));
        let (said, ended) = run(command.args(["-noshell", "-pa"]).arg(ebin).args(["-eval", &eval]));
        let (done, broken) = sections(&said, &mut outputs);
        if done == left.len() {
            break;
        }
        let name = broken.map_or_else(|| left[done].clone(), |b| b.0.to_owned());
        let text = broken.map_or("", |b| b.1);
        outputs.insert(name, format!("{text}\nthe VM ended here: {ended}"));
        left = &left[done + 1..];
    }
    outputs
}

/// Takes the finished sections; answers how many there are, and what the unfinished one printed.
pub fn sections<'a>(said: &'a str, outputs: &mut Outputs) -> (usize, Option<(&'a str, &'a str)>) {
    let mut done = 0;
    let mut rest = said;
    while let Some((_, after)) = rest.split_once("@@ begin ") {
        let Some((name, body)) = after.split_once('\n') else { break };
        let Some((text, behind)) = body.split_once(&format!("@@ end {name}\n")) else {
            return (done, Some((name, body)));
        };
        outputs.insert(name.to_owned(), text.to_owned());
        done += 1;
        rest = behind;
    }
    (done, None)
}

/// Standard output, and how it ended.
pub(crate) fn run(command: &mut Command) -> (String, String) {
    let (status, out, err) = ended_within(command, LIMIT);
    let ended = status.map_or_else(|| format!("after {LIMIT:?} without an end"), |s| s.to_string());
    let [out, err] = [out, err].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let last = err.lines().rev().take(40).collect::<Vec<_>>();
    (out, format!("{ended} {}", last.into_iter().rev().collect::<Vec<_>>().join("\n")))
}

/// The first lines that differ, stock's and ours; `None` if all are equal.
pub fn difference(stock: &str, ours: &str) -> Option<String> {
    if stock == ours {
        return None;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (stock.lines().collect(), ours.lines().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let some = |lines: &[&str], mark: &str| {
        let some = lines[same.min(lines.len())..].iter().take(3);
        some.map(|l| format!("  {mark} {}\n", l.chars().take(300).collect::<String>())).collect::<String>()
    };
    Some(format!("line {}:\n{}{}", same + 1, some(&a, "stock:"), some(&b, "joist:")))
}
