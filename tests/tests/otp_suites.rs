//! OTP 25's own test suites on `joist erl`, of the classes that need nothing but the node itself: see
//! `tests/otp-suites/otp_suites.escript`. `make otp-suites` runs all of them.

use std::path::PathBuf;
use std::process::Command;

/// Where OTP's sources are fetched to: outside of the tree, and kept.
fn cache() -> PathBuf {
    let home = || std::env::home_dir().expect("a home directory").join(".cache");
    std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("joist/otp25")
}

#[test]
fn what_stock_passes_in_pure_and_local_suites_passes() {
    let runner = joist_tests::root().join("tests/otp-suites/otp_suites.escript");
    let mut command = Command::new("escript");
    command.arg(runner).arg(cache()).arg(joist_tests::binary()).args(["pure", "local"]);
    assert!(command.status().expect("escript runs").success());
}
