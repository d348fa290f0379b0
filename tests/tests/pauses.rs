//! No native keeps other processes waiting for long: those that work on large terms pause.

use joist_tests::{binary, compile_fixtures, difference, root, run_fixtures};
use std::collections::BTreeMap;
use std::process::Command;

/// A gap so short is none, however short the call was (µs): processes of the host take turns too.
const NOTHING: u64 = 10_000;

#[test]
fn long_natives_let_others_run() {
    let ebin = tempfile::tempdir().expect("a directory");
    compile_fixtures(&[root().join("tests/erlang/pauses.erl")], None, &[], ebin.path());
    let mut joist = Command::new(binary());
    joist
        .args(["erl", "+S", "1", "-noshell", "-pa"])
        .arg(ebin.path())
        .args(["-s", "pauses", "main", "-s", "init", "stop"]);
    let out = joist_tests::output(&mut joist);
    let text = String::from_utf8_lossy(&out.stdout);
    // The best of each call's runs: the others were disturbed from outside.
    let mut best: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, took, gap] = words[..] else { panic!("{line}") };
        let (took, gap): (u64, u64) = (took.parse().expect("µs"), gap.parse().expect("µs"));
        let known = best.entry(name).or_insert((took, gap));
        if gap * known.0 < known.1 * took {
            *known = (took, gap);
        }
    }
    assert!(best.len() >= 23, "{text}{}", String::from_utf8_lossy(&out.stderr));
    let long: Vec<_> = best.iter().filter(|(_, (took, gap))| *gap > NOTHING && gap * 2 > *took).collect();
    assert!(long.is_empty(), "these held the scheduler for most of their time (took, worst gap): {long:?}\n{text}");
}

/// What natives answer and raise that pause, and what others may do meanwhile: as on stock. (These are no fixtures, since
/// the machine that collects all the time would take too long for such data.)
#[test]
fn paused_natives_answer_as_stock_does() {
    let ebin = tempfile::tempdir().expect("a directory");
    let modules = ["long_natives", "unicode_large"].map(String::from);
    let sources = modules.each_ref().map(|m| root().join("tests/erlang").join(m).with_extension("erl"));
    compile_fixtures(&sources, None, &[], ebin.path());
    let stock = run_fixtures(&|| Command::new("erl"), ebin.path(), &modules);
    let joist = || {
        let mut joist = Command::new(binary());
        joist.args(["erl", "+S", "2"]);
        joist
    };
    let ours = run_fixtures(&joist, ebin.path(), &modules);
    for module in &modules {
        assert_eq!(difference(&stock[module], &ours[module]), None, "{module}");
    }
}
