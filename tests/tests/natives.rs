//! `docs/natives.md` says what `joist natives` finds, and there are not fewer natives than there were.

use std::fs;
use std::process::Command;

/// Natives that were there for each OTP release when this was last set.
const LEAST: [(&str, u64); 3] = [("25", 558), ("27", 594), ("29", 646)];

fn natives(format: &str) -> String {
    let out = Command::new(joist_tests::binary()).args(["natives", format]).output().expect("joist runs");
    assert!(out.status.success());
    String::from_utf8(out.stdout).expect("text")
}

#[test]
fn the_page_is_not_stale() {
    let page = fs::read_to_string(joist_tests::root().join("docs/natives.md")).expect("docs/natives.md");
    assert!(page == natives("--markdown"), "docs/natives.md is stale: joist natives --markdown > docs/natives.md");
}

#[test]
fn there_are_not_fewer() {
    let counts: serde_json::Value = serde_json::from_str(&natives("--json")).expect("JSON");
    for (release, least) in LEAST {
        let there = counts[release]["implemented"].as_u64().expect("a number");
        assert!(there >= least, "OTP {release}: {there} natives, there were {least}");
    }
}
