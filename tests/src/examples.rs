//! The releases under `examples/`, built once by their own stock tools.

use crate::root;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// A release under `examples/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Example {
    Hello,
    ElixirHello,
    SystoolsHello,
}

impl Example {
    pub const ALL: [Example; 3] = [Example::Hello, Example::ElixirHello, Example::SystoolsHello];

    pub fn name(self) -> &'static str {
        match self {
            Example::Hello => "hello",
            Example::ElixirHello => "elixir_hello",
            Example::SystoolsHello => "systools_hello",
        }
    }

    /// The release's directory; the release is built if it isn't there.
    pub fn dir(self) -> PathBuf {
        let below = match self {
            Example::Hello => "hello/_build/prod/rel/hello",
            Example::ElixirHello => "elixir_hello/_build/prod/rel/elixir_hello",
            Example::SystoolsHello => "systools_hello/_build/systools_hello",
        };
        self.make();
        root().join("examples").join(below)
    }

    /// The release as the tar file that its tool makes.
    pub fn tar(self) -> PathBuf {
        let below = match self {
            Example::Hello => "hello/_build/prod/rel/hello/hello-1.0.0.tar.gz",
            Example::ElixirHello => "elixir_hello/_build/prod/elixir_hello-1.0.0.tar.gz",
            Example::SystoolsHello => "systools_hello/_build/systools_hello-1.0.0.tar.gz",
        };
        self.make();
        root().join("examples").join(below)
    }

    fn make(self) {
        static BUILDING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = BUILDING.lock();
        let out =
            Command::new("make").arg("-C").arg(root().join("examples")).arg(self.name()).output().expect("make runs");
        assert!(
            out.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
    }
}

/// A copy of a release that a test may damage. The directory goes when the first part is dropped.
pub fn copy_of(example: Example) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().expect("a directory");
    let to = temp.path().join(example.name());
    copy_tree(&example.dir(), &to);
    (temp, to)
}

/// Copies a directory, links as links.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for item in fs::read_dir(from).expect("a directory") {
        let item = item.expect("an entry");
        let (from, to) = (item.path(), to.join(item.file_name()));
        let kind = item.file_type().expect("a type");
        if kind.is_dir() {
            copy_tree(&from, &to);
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&from).expect("a link"), &to).expect("linked");
        } else {
            fs::copy(&from, &to).expect("copied");
        }
    }
}

/// A release of kernel, stdlib and an application of the modules in `ebin`, made below `temp` by this machine's OTP.
pub fn release_of(name: &str, ebin: &Path, temp: &Path) -> PathBuf {
    release_with(name, ebin, temp, &[])
}

/// With further applications of OTP.
pub fn release_with(name: &str, ebin: &Path, temp: &Path, applications: &[&str]) -> PathBuf {
    let script = root().join("tests/erlang/make_release.escript");
    let out =
        Command::new("escript").arg(script).arg(name).args([ebin, temp]).args(applications).output().expect("escript");
    assert!(out.status.success(), "{out:?}");
    temp.join("release")
}
