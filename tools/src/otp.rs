//! An Erlang/OTP installation on this machine, for what a release leaves out: emulator (with the preloaded modules)
//! and applications.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// An installation: the directory that `code:root_dir()` names, with `lib/` and `erts-VSN/` in it.
#[derive(Debug, Clone)]
pub struct Otp {
    pub root: PathBuf,
}

impl Otp {
    /// The one named by `--otp`, else by `$JOIST_OTP`, else that of the `erl` on the path.
    /// # Errors
    /// When a named one is none. `Ok(None)`: nothing was named and there is no `erl`.
    pub fn find(named: Option<&Path>) -> Result<Option<Otp>> {
        let variable = std::env::var_os("JOIST_OTP").map(PathBuf::from);
        if let Some(dir) = named.map(Path::to_path_buf).or(variable) {
            return match Self::at(&dir) {
                Some(otp) => Ok(Some(otp)),
                None => Err(Error::new(
                    format!("{} is no Erlang/OTP installation", dir.display()),
                    "name the directory that erl's code:root_dir() answers",
                )),
            };
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        // What `joist path` makes is no installation: the one behind it is meant.
        let this = std::env::current_exe().and_then(|exe| exe.canonicalize()).ok();
        Ok(std::env::split_paths(&path)
            .map(|dir| dir.join("erl"))
            .find(|erl| erl.is_file() && (this.is_none() || erl.canonicalize().ok() != this))
            .and_then(|e| Self::of_erl(&e)))
    }

    /// `DIR` itself, `DIR/lib/erlang` or `DIR/usr/lib/erlang`.
    fn at(dir: &Path) -> Option<Otp> {
        ["", "lib/erlang", "usr/lib/erlang"]
            .iter()
            // Joined with nothing, a path would end in a slash.
            .map(|below| Otp { root: if below.is_empty() { dir.to_owned() } else { dir.join(below) } })
            .find(|otp| otp.root.join("lib").is_dir() && !otp.erts().is_empty())
    }

    /// `erl` lies in `ROOT/bin` or `ROOT/erts-VSN/bin`, or is a link or a script that leads there.
    fn of_erl(erl: &Path) -> Option<Otp> {
        let real = erl.canonicalize().ok()?;
        real.ancestors().skip(1).take(4).find_map(Self::at)
    }

    /// The versions of erts that are there.
    pub fn erts(&self) -> Vec<String> {
        let Ok(dir) = std::fs::read_dir(&self.root) else { return Vec::new() };
        let mut found: Vec<String> =
            dir.filter_map(|item| item.ok()?.file_name().to_str()?.strip_prefix("erts-").map(str::to_owned)).collect();
        found.sort();
        found
    }

    /// The emulator of that version of erts.
    pub fn emulator(&self, erts: &str) -> PathBuf {
        self.root.join(format!("erts-{erts}/bin/beam.smp"))
    }

    /// The directory of an application, as `kernel-8.5.3`.
    pub fn application(&self, name: &str) -> Option<PathBuf> {
        let dir = self.root.join("lib").join(name);
        dir.join("ebin").is_dir().then_some(dir)
    }
}

/// The OTP release that a version of erts belongs to: 13 came with 25, 14 with 26, and so on since erts 5.11.
pub fn release_of_erts(erts: &str) -> Option<u32> {
    let major: u32 = erts.split('.').next()?.parse().ok()?;
    (major >= 6).then_some(major + 12)
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions() {
        assert_eq!(super::release_of_erts("13.1.5"), Some(25));
        assert_eq!(super::release_of_erts("17.0"), Some(29));
        assert_eq!(super::release_of_erts("x"), None);
    }
}
