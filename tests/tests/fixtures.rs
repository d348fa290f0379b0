//! The fixtures: each module of `beam-fixtures/` on stock `erl` and on `joist erl`, both back ends and one and two
//! schedulers, outputs compared byte for byte.

use joist_tests::binary;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Fixtures whose output differs from stock's for a reason that is known.
const KNOWN: [(&str, &str); 3] = [
    ("floats", "exp, log and sin of the pure-Rust libm differ from glibc's in the last digit"),
    ("bits_build", "a failed segment has no error_info of its own yet"),
    ("genserver_1", "a pid is shown, and pids are numbered by how many processes a boot makes"),
];

fn sources() -> Vec<PathBuf> {
    let dir = joist_tests::root().join("beam-fixtures");
    let mut all: Vec<PathBuf> = std::fs::read_dir(dir)
        .expect("beam-fixtures")
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "erl"))
        .collect();
    all.sort();
    all
}

fn output(command: &mut Command, ebin: &Path, module: &str) -> String {
    let eval = format!("{module}:main(), halt().");
    let out = command.args(["-noshell", "-pa"]).arg(ebin).args(["-eval", &eval]).output().expect("it runs");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[test]
fn as_stock_answers() {
    let ebin = tempfile::tempdir().expect("a directory");
    let sources = sources();
    let compiled = Command::new("erlc").args(["+nowarn", "-o"]).arg(ebin.path()).args(&sources).output().expect("erlc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stdout));
    let mut wrong = Vec::new();
    let mut compared = 0;
    for source in &sources {
        let module = source.file_stem().expect("a name").to_string_lossy().into_owned();
        let stock = output(&mut Command::new("erl"), ebin.path(), &module);
        assert!(!stock.is_empty(), "{module} prints nothing on stock");
        for (engine, schedulers) in [("threaded", "1"), ("threaded", "2"), ("match-loop", "2")] {
            let mut joist = Command::new(binary());
            joist.args(["erl", "--engine", engine, "+S", schedulers]);
            let ours = output(&mut joist, ebin.path(), &module);
            compared += 1;
            if (ours == stock) == KNOWN.iter().any(|k| k.0 == module) {
                wrong.push(format!("{module} ({engine}, +S {schedulers})"));
            }
        }
    }
    assert!(compared > 40);
    assert!(wrong.is_empty(), "differ from stock, or are as stock though listed as known: {wrong:#?}");
}
