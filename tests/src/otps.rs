//! OTP installations: this machine's, and further ones named by `$JOIST_TEST_OTPS` (directories with `erts-VSN` in
//! them, separated by colons).

use crate::{copy_tree, root};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An installation and its stock programs.
#[derive(Debug)]
pub struct Installation {
    pub root: PathBuf,
    pub erl: PathBuf,
    bin: PathBuf,
    /// Holds `erl`, where that had to be made.
    _made: Option<tempfile::TempDir>,
}

impl Installation {
    /// One that may lie elsewhere than it was made for.
    fn moved(root: &Path) -> Installation {
        let made = tempfile::tempdir().expect("a directory");
        let (erl, bin) = erl_of(root, made.path());
        Installation { root: root.to_owned(), erl, bin, _made: Some(made) }
    }

    /// This machine's.
    fn local() -> Installation {
        let ask = ["-noshell", "-eval", "io:put_chars(code:root_dir()), halt()."];
        let out = Command::new("erl").args(ask).output().expect("erl");
        let root = PathBuf::from(String::from_utf8(out.stdout).expect("a path"));
        Installation { erl: "erl".into(), bin: erts(&root).join("bin"), root, _made: None }
    }

    /// One of its stock programs, which finds its emulator.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.env("ESCRIPT_EMULATOR", &self.erl).env("ERLC_EMULATOR", &self.erl);
        command
    }
}

fn erts(root: &Path) -> PathBuf {
    let entries = fs::read_dir(root).expect("an installation").filter_map(|e| Some(e.ok()?.path()));
    entries.into_iter().find(|p| p.to_string_lossy().contains("/erts-")).expect("its erts")
}

/// The further installations' root directories.
pub fn other_otps() -> Vec<PathBuf> {
    let Some(named) = std::env::var_os("JOIST_TEST_OTPS") else {
        eprintln!("JOIST_TEST_OTPS is not set: only the OTP of this machine is used");
        return Vec::new();
    };
    std::env::split_paths(&named).collect()
}

/// All installations.
pub fn installations() -> Vec<Installation> {
    let others = other_otps();
    std::iter::once(Installation::local()).chain(others.iter().map(|root| Installation::moved(root))).collect()
}

/// The systools example, made by that OTP below `temp`; answers the release's directory.
pub fn made_by(otp: &Path, temp: &Path) -> PathBuf {
    let project = temp.join("project");
    let from = root().join("examples/systools_hello");
    fs::create_dir_all(&project).expect("made");
    for part in ["src", "config", "priv"] {
        copy_tree(&from.join(part), &project.join(part));
    }
    fs::copy(from.join("build.escript"), project.join("build.escript")).expect("copied");
    let otp = Installation::moved(otp);
    let out = otp.program("escript").arg("build.escript").current_dir(&project).output().expect("escript");
    assert!(out.status.success(), "{out:?}");
    project.join("_build/systools_hello")
}

/// A script in `temp` that starts this OTP's `erl` wherever the installation lies, and the directory of its programs.
pub fn erl_of(otp: &Path, temp: &Path) -> (PathBuf, PathBuf) {
    let bin = erts(otp).join("bin");
    // Its own scripts know only the place that it was made for.
    let erl = temp.join("erl");
    let script = format!(
        "#!/bin/sh\nROOTDIR={} BINDIR={bin} EMU=beam PROGNAME=erl\nexport ROOTDIR BINDIR EMU PROGNAME\nexec {bin}/erlexec \"$@\"\n",
        otp.display(),
        bin = bin.display()
    );
    fs::write(&erl, script).expect("written");
    fs::set_permissions(&erl, fs::Permissions::from_mode(0o755)).expect("executable");
    (erl, bin)
}
