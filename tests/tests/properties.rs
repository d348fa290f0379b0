//! Thousands of generated cases for each of several modules, on stock `erl` and on `joist erl`: what comes of them is the
//! same. `$JOIST_PROPERTY_SEED` adds a seed to the fixed ones, `$JOIST_PROPERTIES` chooses subjects.

use joist_tests::{Block, Properties, binary, erl_of, other_otps};
use std::path::Path;
use std::process::Command;
use std::thread;

const SEEDS: [u64; 2] = [1, 2026];

/// Cases for each seed, of each subject.
const CASES: usize = 2000;

fn stock() -> Command {
    Command::new("erl")
}

fn joist(otp: Option<&Path>) -> Command {
    let mut command = Command::new(binary());
    command.arg("erl");
    if let Some(otp) = otp {
        command.arg("--otp").arg(otp);
    }
    command.args(["+S", "2"]);
    command
}

fn seeds() -> Vec<u64> {
    let more = std::env::var("JOIST_PROPERTY_SEED").ok().map(|s| s.parse().expect("$JOIST_PROPERTY_SEED is a number"));
    SEEDS.into_iter().chain(more).collect()
}

/// The blocks of both in which they differ.
fn different<'a>(stock: &'a [Block], ours: &'a [Block]) -> impl Iterator<Item = &'a Block> {
    stock.iter().zip(ours).filter(|(x, y)| x != y).map(|(x, _)| x)
}

#[test]
fn generated_cases_go_as_on_stock() {
    let properties = Properties::compiled(None);
    assert!(std::env::var_os("JOIST_PROPERTIES").is_some() || properties.subjects.len() >= 11);
    compare(&properties, &stock, &|| joist(None));
}

/// OTP 28 has another PCRE, whose patterns mean other things.
#[test]
fn patterns_go_as_on_stock_of_other_releases() {
    for otp in other_otps() {
        let mut properties = Properties::compiled(Some(&otp));
        properties.subjects.retain(|s| s == "re");
        let temp = tempfile::tempdir().expect("a directory");
        let (erl, _) = erl_of(&otp, temp.path());
        compare(&properties, &|| Command::new(&erl), &|| joist(Some(&otp)));
    }
}

type Machine<'a> = &'a (dyn Fn() -> Command + Sync);

fn compare(properties: &Properties, stock: Machine<'_>, joist: Machine<'_>) {
    let seeds = seeds();
    let all = |machine: Machine<'_>| {
        let all = properties.subjects.iter().map(|s| properties.blocks(machine(), s, &seeds, CASES));
        all.collect::<Vec<_>>()
    };
    let (theirs, ours) = thread::scope(|s| {
        let ours = s.spawn(|| all(joist));
        (all(stock), ours.join().expect("ours"))
    });
    let mut wrong = String::new();
    for ((subject, theirs), ours) in properties.subjects.iter().zip(theirs).zip(ours) {
        let theirs = theirs.unwrap_or_else(|said| panic!("{subject} doesn't work on stock: {said}"));
        let (good, cases): (usize, usize) = (theirs.iter().map(|b| b.good).sum(), theirs.iter().map(|b| b.cases).sum());
        assert!(good * 2 > cases, "most of {subject}'s cases are errors: {good} of {cases} are none");
        match ours {
            Err(said) => wrong += &format!("{subject}: {said}\n"),
            Ok(ours) => {
                let count = different(&theirs, &ours).count();
                if let Some(first) = different(&theirs, &ours).next() {
                    let first = properties.difference(stock(), joist(), subject, first.seed, first.number);
                    wrong += &format!("{count} of {} blocks differ; the first: {first}", theirs.len());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "with the seeds {seeds:?}:\n{wrong}");
}

/// The comparison bites: no block of another seed has the same hash, a block run again has.
#[test]
fn other_cases_have_other_hashes() {
    let properties = Properties::compiled(None);
    for subject in &properties.subjects {
        let blocks = properties.blocks(stock(), subject, &[1, 2, 1], 200).expect("blocks");
        let (first, others) = blocks.split_at(4);
        let (second, again) = others.split_at(4);
        assert_eq!(different(first, second).count(), 4, "{subject}");
        assert!(first.iter().zip(second).all(|(x, y)| x.hash != y.hash), "{subject}");
        assert_eq!(different(first, again).count(), 0, "{subject}: {first:?} {again:?}");
    }
}
