//! No native keeps other processes waiting for long: those that work on large terms pause.

use joist_tests::{binary, compile_fixtures, root};
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
    let out = joist.output().expect("joist erl");
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
    assert!(best.len() >= 18, "{text}{}", String::from_utf8_lossy(&out.stderr));
    let long: Vec<_> = best.iter().filter(|(_, (took, gap))| *gap > NOTHING && gap * 2 > *took).collect();
    assert!(long.is_empty(), "these held the scheduler for most of their time (took, worst gap): {long:?}\n{text}");
}
