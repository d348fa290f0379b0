//! Running `tests/erlang/properties/`: generated cases on some Erlang machine, told as a hash per block of cases.

use crate::fixtures::run;
use crate::{compile_fixtures, difference, root};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A block of cases, as a machine tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub seed: u64,
    pub number: usize,
    /// A hash of all cases and what came of them.
    pub hash: String,
    /// How many went without an exception, of how many.
    pub good: usize,
    pub cases: usize,
}

/// The modules, compiled.
#[derive(Debug)]
pub struct Properties {
    ebin: tempfile::TempDir,
    pub subjects: Vec<String>,
}

impl Properties {
    /// Compiles them, with the OTP at `otp` or this machine's; the subjects are all, or those that `$JOIST_PROPERTIES` names
    /// (separated by commas).
    pub fn compiled(otp: Option<&Path>) -> Properties {
        let ebin = tempfile::tempdir().expect("a directory");
        let mut sources: Vec<PathBuf> = std::fs::read_dir(root().join("tests/erlang/properties"))
            .expect("the modules")
            .filter_map(|e| Some(e.ok()?.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "erl"))
            .collect();
        sources.sort();
        compile_fixtures(&sources, otp, &[], ebin.path());
        let chosen = std::env::var("JOIST_PROPERTIES").ok();
        let names = sources.iter().filter_map(|s| s.file_stem()?.to_str()?.strip_prefix("prop_"));
        let subjects = names.filter(|n| !["gen", "run"].contains(n));
        let subjects = subjects.filter(|n| chosen.as_ref().is_none_or(|c| c.split(',').any(|c| c == *n)));
        let subjects = subjects.map(String::from).collect();
        Properties { ebin, subjects }
    }

    pub fn ebin(&self) -> &Path {
        self.ebin.path()
    }

    /// Runs this many cases for each seed; what the machine said instead, if that is no block.
    pub fn blocks(&self, machine: Command, subject: &str, seeds: &[u64], cases: usize) -> Result<Vec<Block>, String> {
        let (said, ended) = self.eval(machine, &format!("prop_run:main(prop_{subject}, {seeds:?}, {cases})."));
        let blocks: Vec<Block> =
            said.lines().map(|l| block(l).ok_or_else(|| l.to_owned())).collect::<Result<_, _>>()?;
        match blocks.iter().map(|b| b.cases).sum::<usize>() == seeds.len() * cases {
            true => Ok(blocks),
            false => Err(format!("the VM ended behind {} blocks: {ended}", blocks.len())),
        }
    }

    /// The first difference among a block's cases.
    pub fn difference(&self, stock: Command, ours: Command, subject: &str, seed: u64, block: usize) -> String {
        let eval = format!("prop_run:cases(prop_{subject}, {seed}, {block}).");
        let [stock, ours] = [stock, ours].map(|machine| self.eval(machine, &eval).0);
        let found = difference(&stock, &ours).unwrap_or_else(|| "none when it is run alone\n".into());
        // The case's own line stands before that of its result.
        let same = stock.lines().zip(ours.lines()).take_while(|(x, y)| x == y).count();
        let case = stock.lines().nth(same.saturating_sub(1)).unwrap_or_default();
        let case: String = case.chars().take(2000).collect();
        format!(
            "{subject}, seed {seed}, block {block}: {case}\n{found}to see all cases: erl -noshell -pa EBIN -eval '{eval}'\n"
        )
    }

    fn eval(&self, mut machine: Command, eval: &str) -> (String, String) {
        run(machine.args(["-noshell", "-pa"]).arg(self.ebin()).args(["-eval", eval]))
    }
}

fn block(line: &str) -> Option<Block> {
    let words: Vec<&str> = line.split(' ').collect();
    let [seed, number, hash, good, cases] = words[..] else { return None };
    let (seed, number) = (seed.parse().ok()?, number.parse().ok()?);
    Some(Block { seed, number, hash: hash.into(), good: good.parse().ok()?, cases: cases.parse().ok()? })
}
