//! Hot upgrade and downgrade by OTP's `release_handler`: a system of version 1 is told to unpack, install and keep
//! version 2 while it runs, is started anew from it, and goes back; on Joist and on stock, which say the same.

use joist_tests::{binary, copy_tree, root};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a node of the system in `root` says that is told to do this.
fn node(mut erl: Command, dir: &Path, root: &Path, version: &str, does: &str) -> String {
    let at = root.join("releases").join(version);
    erl.arg("-boot").arg(at.join("start")).arg("-config").arg(at.join("sys"));
    erl.arg("-noinput").arg("-pa").arg(dir).args(["-s", "driver", does]);
    let out = erl.stdin(Stdio::null()).output().expect("erl starts");
    assert!(out.status.success(), "{out:?}");
    String::from_utf8(out.stdout).expect("text")
}

/// The system of stock's own emulator, as its start scripts call it.
fn stock(root: &Path) -> Command {
    let erts = std::fs::read_dir(root).expect("the system").filter_map(Result::ok).map(|e| e.path());
    let erts = erts.into_iter().find(|p| p.to_string_lossy().contains("/erts-")).expect("its erts");
    let mut command = Command::new(erts.join("bin/erlexec"));
    command.env("ROOTDIR", root).env("BINDIR", erts.join("bin")).env("EMU", "beam").env("PROGNAME", "erl");
    command
}

fn ours(root: &Path) -> Command {
    let mut command = Command::new(binary());
    command.args(["erl", "--otp"]).arg(root);
    command
}

#[test]
fn a_running_system_is_upgraded_and_downgraded() {
    let temp = tempfile::tempdir().expect("a directory");
    let dir = temp.path().canonicalize().expect("a directory");
    let script = root().join("tests/erlang/hot_upgrade/build.escript");
    let made = Command::new("escript").arg(script).arg(&dir).output().expect("escript");
    assert!(made.status.success(), "{made:?}");

    let said = [stock, ours].map(|erl| {
        let system = dir.join("system");
        copy_tree(&dir.join("root"), &system);
        let said = ["1.0.0 up", "2.0.0 down"].map(|call| {
            let (version, does) = call.split_once(' ').expect("two words");
            node(erl(&system), &dir, &system, version, does)
        });
        std::fs::remove_dir_all(&system).expect("removed");
        said
    });
    assert_eq!(said[0], said[1]);
    let [up, down] = &said[1];
    // What is compared is an upgrade, and not two nodes that fail alike.
    for (said, wanted) in [
        (up, "counter up {2,upgraded}"),
        (up, "install {ok,\"1.0.0\",[]}\nsame_processes true\nclient two\n"),
        (up, "[counter,journal,light]"),
        (down, "counter down {#{count => 20,since => start},downgraded}"),
        (down, "remove ok\nleft {[\"counter-1.0.0\"],[{\"1.0.0\",permanent,[\"counter-1.0.0\"]}]}\n"),
    ] {
        assert!(said.contains(wanted), "no {wanted:?} in {said}");
    }
}
