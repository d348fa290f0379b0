//! `zstd` (OTP 28): stock reads what Joist has compressed, and Joist what stock has; compression
//! lets others run. Among `$JOIST_TEST_OTPS` there must be
//! a release that has it.

use joist_tests::{binary, installations};
use std::path::Path;
use std::process::Command;

const MODULE: &str = include_str!("../erlang/zstd_frames.erl");

fn call(mut command: Command, beams: &Path, function: &str, files: &Path) {
    let expression = format!("zstd_frames:{function}([{:?}]), halt().", files.display().to_string());
    command.args(["-noshell", "-pa"]).arg(beams).args(["-eval", &expression]);
    let out = joist_tests::output(&mut command);
    assert_eq!(String::from_utf8_lossy(&out.stdout), "done\n", "{function}: {out:?}");
}

#[test]
fn each_reads_the_other() {
    for otp in installations().iter().filter(|otp| otp.root.join("lib").read_dir().is_ok_and(has_zstd)) {
        let beams = tempfile::tempdir().expect("a directory");
        std::fs::write(beams.path().join("zstd_frames.erl"), MODULE).expect("the module");
        let compiled = otp.program("erlc").arg("zstd_frames.erl").current_dir(beams.path()).status().expect("erlc");
        assert!(compiled.success());
        let stock = || Command::new(&otp.erl);
        let ours = || {
            let mut command = Command::new(binary());
            command.args(["erl", "--otp"]).arg(&otp.root);
            command
        };
        let (by_stock, by_us) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        call(stock(), beams.path(), "pack", by_stock.path());
        call(ours(), beams.path(), "check", by_stock.path());
        call(ours(), beams.path(), "pack", by_us.path());
        call(stock(), beams.path(), "check", by_us.path());
        let mut one_scheduler = ours();
        one_scheduler.args(["+S", "1"]);
        call(one_scheduler, beams.path(), "pause", by_us.path());
    }
}

fn has_zstd(libraries: std::fs::ReadDir) -> bool {
    let mut paths = libraries.filter_map(|e| Some(e.ok()?.path()));
    paths.any(|p| p.join("ebin/zstd.beam").exists())
}
