//! A release's files from a directory.
//!
//! Links that stay inside are kept. Those that lead out (rebar3's development mode links applications and
//! configuration) are replaced by what they lead to; of a linked application only what a finished release would hold
//! is taken: `ebin` and `priv`.

use super::{Entry, Tree, What};
use crate::error::{Error, Result};
use crate::progress::Progress;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Reads a directory with all that is in it.
/// # Errors
/// When anything in it can't be read.
pub fn from_dir(root: &Path, progress: &mut Progress) -> Result<Tree> {
    let real = root.canonicalize().map_err(|e| Error::file("read", root, &e))?;
    let mut reader = Reader { tree: Tree::default(), root: real.clone(), above: Vec::new(), progress };
    reader.directory(&real, "")?;
    Ok(reader.tree)
}

struct Reader<'a> {
    tree: Tree,
    root: PathBuf,
    /// The directories being read, so that links can't lead round in circles.
    above: Vec<PathBuf>,
    progress: &'a mut Progress,
}

impl Reader<'_> {
    fn directory(&mut self, dir: &Path, path: &str) -> Result<()> {
        let real = dir.canonicalize().map_err(|e| Error::file("read", dir, &e))?;
        if self.above.contains(&real) {
            self.tree.notes.push(format!("{path}: a link to a directory above it, left out"));
            return Ok(());
        }
        self.above.push(real);
        let failed = |e: std::io::Error| Error::file("read", dir, &e);
        for item in fs::read_dir(dir).map_err(failed)? {
            let item = item.map_err(failed)?;
            let Ok(name) = std::str::from_utf8(item.file_name().as_bytes()).map(str::to_owned) else {
                let cause = format!("{}: its name is not UTF-8", item.path().display());
                return Err(Error::new(cause, "rename it"));
            };
            let below = if path.is_empty() { name } else { format!("{path}/{name}") };
            self.item(&item.path(), &below)?;
        }
        self.above.pop();
        Ok(())
    }

    fn item(&mut self, file: &Path, path: &str) -> Result<()> {
        let failed = |e: std::io::Error| Error::file("read", file, &e);
        let link = fs::symlink_metadata(file).map_err(failed)?;
        if link.is_symlink() {
            let Ok(real) = file.canonicalize() else {
                self.tree.notes.push(format!("{path}: a link to nothing, left out"));
                return Ok(());
            };
            let target = fs::read_link(file).map_err(failed)?;
            if let (Some(target), true) = (target.to_str(), real.starts_with(&self.root))
                && super::join(super::parent(path), target).is_some()
            {
                let what = What::Symlink(target.to_owned());
                self.tree.insert(path, Entry { mode: 0o777, mtime: link.mtime(), what });
                return Ok(());
            }
            if real.is_dir() && real.join("ebin").is_dir() {
                for part in ["ebin", "priv"] {
                    if real.join(part).is_dir() {
                        self.found(&real.join(part), &format!("{path}/{part}"))?;
                    }
                }
                return Ok(());
            }
            return self.found(&real, path);
        }
        self.found(file, path)
    }

    /// A file or directory, links already followed.
    fn found(&mut self, file: &Path, path: &str) -> Result<()> {
        let failed = |e: std::io::Error| Error::file("read", file, &e);
        let meta = fs::metadata(file).map_err(failed)?;
        let (mode, mtime) = (meta.mode() & 0o777, meta.mtime());
        if meta.is_dir() {
            self.tree.insert(path, Entry { mode, mtime, what: What::Directory });
            self.directory(file, path)?;
        } else if meta.is_file() {
            self.progress.tick("reading");
            let data = fs::read(file).map_err(failed)?;
            self.tree.insert(path, Entry { mode, mtime, what: What::File(data) });
        } else {
            self.tree.notes.push(format!("{path}: no file, directory or link, left out"));
        }
        Ok(())
    }
}
