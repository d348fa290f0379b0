//! Calls of the `joist` under test.

use crate::{Example, root};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What a call of `joist` gave.
#[derive(Debug)]
pub struct Run {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    /// It went well.
    pub fn good(self) -> Run {
        assert_eq!(self.status, Some(0), "{}\n{}", self.out, self.err);
        self
    }

    /// It failed as every failure should: nothing on standard output, one line on standard error, not a panic.
    pub fn one_line(self) -> String {
        assert!(matches!(self.status, Some(1 | 2)), "status {:?}: {}", self.status, self.err);
        assert_eq!(self.out, "");
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
        assert!(self.err.starts_with("error: "), "{}", self.err);
        self.err.trim_end().to_owned()
    }
}

/// The binary: `$JOIST`, else that of the release build, which is made if it isn't there.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("JOIST") {
            return PathBuf::from(path);
        }
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo).args(["build", "--release", "--quiet"]).current_dir(root()).status();
        assert!(built.is_ok_and(|s| s.success()), "cargo build --release");
        target.join("release/joist")
    })
}

/// Calls it, with an environment that holds nothing of the caller's but the path.
pub fn joist<S: AsRef<OsStr>>(args: &[S]) -> Run {
    let mut command = Command::new(binary());
    command.args(args).env_clear();
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    let out = crate::output(&mut command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { status: out.status.code(), out: text(&out.stdout), err: text(&out.stderr) }
}

/// Packs a release into a temporary file, with further arguments; answers the image's path.
pub fn packed(release: &Path, more: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().expect("a directory");
    let image = temp.path().join("image.elf");
    let mut args = vec![OsStr::new("build"), release.as_os_str(), OsStr::new("-o"), image.as_os_str()];
    args.extend(more.iter().map(OsStr::new));
    joist(&args).good();
    (temp, image)
}

/// What `joist inspect --json` says of an image.
pub fn inspect(image: &Path) -> Value {
    let run = joist(&[OsStr::new("inspect"), OsStr::new("--json"), image.as_os_str()]).good();
    serde_json::from_str(&run.out).expect("JSON")
}

impl Example {
    /// Packs it.
    pub fn packed(self) -> (tempfile::TempDir, PathBuf) {
        packed(&self.dir(), &[])
    }
}
