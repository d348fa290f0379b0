//! Everything at once, on both engines, with one scheduler and two: nothing goes wrong, nothing is left, memory does not
//! grow. `$JOIST_SOAK_MINUTES` says for how long, for each of the four (`make soak`); as a mere test it is short.

use joist_tests::{binary, compile_fixtures, output_within, root};
use std::fs;
use std::process::Command;
use std::time::Duration;

const SHORT: &str = "0.2";

#[test]
fn nothing_is_left_and_nothing_grows() {
    let minutes = std::env::var("JOIST_SOAK_MINUTES").unwrap_or_else(|_| SHORT.into());
    // On a busy machine what ends and is settled takes its time.
    let limit = Duration::from_secs_f64(minutes.parse::<f64>().expect("minutes") * 60.0) + Duration::from_secs(240);
    let ebin = tempfile::tempdir().expect("a directory");
    let sources = ["soak", "soak_loads"].map(|m| root().join("tests/erlang/soak").join(m).with_extension("erl"));
    compile_fixtures(&sources, None, &[], ebin.path());
    for (engine, schedulers) in [("threaded", "2"), ("threaded", "1"), ("match-loop", "2"), ("match-loop", "1")] {
        println!("--engine {engine} +S {schedulers}");
        let files = tempfile::tempdir().expect("a directory");
        let mut command = Command::new(binary());
        command.args(["erl", "--engine", engine, "+S", schedulers, "-noshell", "-pa"]).arg(ebin.path());
        command.args(["-run", "soak", "main", &minutes]).arg(files.path());
        let out = output_within(&mut command, limit);
        let said = String::from_utf8_lossy(&out.stdout);
        println!("{said}");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        assert!(said.ends_with("nothing left, nothing grown\n"));
        assert_eq!(fs::read_dir(files.path()).expect("there").count(), 0, "files are left");
    }
}
