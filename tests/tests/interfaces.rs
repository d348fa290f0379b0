//! Interfaces of Linux that programs change: in a network namespace of their own stock `erl` and `joist erl` do the same. It
//! needs root; where there is none it says that it was not run.

use joist_tests::{binary, compile_fixtures, difference, output, root};
use std::io::Write;
use std::process::Command;

/// A pair of links, and a program beside them.
const SETUP: &str = "ip link add dm0 address 02:00:00:00:00:01 type veth peer name dm1 && ip link set lo up && \
                     ip link set dm1 up && exec \"$0\" \"$@\"";

#[test]
fn as_stock_changes_them() {
    let try_it = Command::new("unshare").args(["--net", "sh", "-c", SETUP, "true"]).output();
    if !try_it.is_ok_and(|out| out.status.success()) {
        // Past the test harness, which shows nothing of tests that are well.
        let _ =
            writeln!(std::io::stderr(), "as_stock_changes_them: NOT RUN: it needs root, and links of the kind veth");
        return;
    }
    let ebin = tempfile::tempdir().expect("a directory");
    compile_fixtures(&[root().join("tests/erlang/interfaces.erl")], None, &[], ebin.path());
    let run = |program: &[&std::ffi::OsStr]| {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", SETUP]).args(program).args(["-noshell", "-pa"]).arg(ebin.path());
        let out = output(command.args(["-run", "interfaces", "main", "-run", "init", "stop"]));
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let (stock, ours) = (run(&["erl".as_ref()]), run(&[binary().as_os_str(), "erl".as_ref()]));
    let part = |text: &str| text.split("\nhardware ").map(str::to_owned).collect::<Vec<_>>();
    let (stock, ours) = (part(&stock), part(&ours));
    if let Some(difference) = difference(&stock[0], &ours[0]) {
        panic!("{difference}");
    }
    assert_eq!(ours[1].trim(), "[2,3,4,5,6,7]");
}
