//! Files that are there whole or not at all: written beside their place under another name, then renamed.

use crate::error::{Error, Result};
use std::io::Write;
use std::path::Path;

/// Writes a file whole. On any failure nothing is left behind, and what was there before is untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    if path.is_dir() {
        return Err(Error::new(format!("{} is a directory", path.display()), "name a file with -o"));
    }
    let failed = |e: std::io::Error| Error::file("write", path, &e);
    let mut file = tempfile::Builder::new().prefix(".joist-").tempfile_in(dir).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    // What a plain create would have given: readable by whom the umask allows.
    let umask = rustix::process::umask(rustix::fs::Mode::empty());
    rustix::process::umask(umask);
    let mode = rustix::fs::Mode::from_raw_mode(0o644) & !umask;
    rustix::fs::fchmod(file.as_file(), mode).map_err(|e| failed(e.into()))?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}
