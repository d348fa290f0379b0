//! Hot upgrade and downgrade by OTP's `release_handler`: a system of version 1 is told to unpack, install and keep
//! version 2 while it runs, is started anew from it, and goes back; on Joist and on stock, which say the same. In an image the
//! upgrade is in memory: it lasts until the machine stops.

use joist_tests::{binary, boot, copy_tree, packed, root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Makes both versions in `dir`: what tests/erlang/hot_upgrade/build.escript says.
fn build(dir: &Path) {
    let script = root().join("tests/erlang/hot_upgrade/build.escript");
    let made = Command::new("escript").arg(script).arg(dir).output().expect("escript");
    assert!(made.status.success(), "{made:?}");
}

/// A copy of the system of version 1.
fn system(dir: &Path, name: &str) -> PathBuf {
    copy_tree(&dir.join("root"), &dir.join(name));
    dir.join(name)
}

/// What a node of the system in `root` says that is told to do this.
fn node(mut erl: Command, dir: &Path, root: &Path, version: &str, does: &str) -> String {
    let at = root.join("releases").join(version);
    erl.arg("-boot").arg(at.join("start")).arg("-config").arg(at.join("sys"));
    erl.arg("-noinput").arg("-pa").arg(dir).args(["-s", "driver", does]);
    let out = joist_tests::output(&mut erl);
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
    build(&dir);
    let said = [stock, ours].map(|erl| {
        let system = system(&dir, "system");
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

#[test]
fn an_image_upgrades_itself_in_memory() {
    let temp = tempfile::tempdir().expect("a directory");
    let dir = temp.path().canonicalize().expect("a directory");
    build(&dir);
    let counter = system(&dir, "counter");
    std::fs::create_dir(counter.join("bin")).expect("made");
    std::fs::copy(dir.join("driver.beam"), counter.join("lib/counter-1.0.0/ebin/driver.beam")).expect("copied");
    let (_temp, image) = packed(&counter, &[]);
    let stock = node(stock(&counter), &dir, &counter, "1.0.0", "up");
    let done = boot(&image, &["--", "-noinput", "-s", "driver", "up"], Duration::from_secs(300));
    assert_eq!(done.status, Some(0), "{}", done.console);
    let console = done.console.replace("\r\n", "\n");
    assert!(console.contains(&stock), "{console}\nand stock\n{stock}");
}
