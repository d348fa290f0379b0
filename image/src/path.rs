//! Looking up paths. Paths are bytes with `/` between the components; all are taken from the root, `.` and `..` mean
//! what they mean everywhere.

use crate::archive::Archive;
use crate::node::{Kind, Node};
use alloc::vec::Vec;

/// How many symbolic links a path may lead through, as on Linux.
const MAX_LINKS: usize = 40;

/// Why a path names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathError {
    /// There is no such entry: ENOENT.
    NotFound,
    /// What should be a directory is none: ENOTDIR.
    NotADirectory,
    /// Too many symbolic links: ELOOP.
    Loop,
}

impl<'a> Archive<'a> {
    /// The node that a path names. Symbolic links on the way are followed; one at the end only if `follow`.
    /// # Errors
    /// As `open(2)` would fail.
    pub fn lookup(&self, path: &[u8], follow: bool) -> Result<Node<'a>, PathError> {
        let mut links = 0;
        let mut at = self.root();
        // What is still to be walked, the next component last.
        let mut todo: Vec<&[u8]> = path.split(|&b| b == b'/').rev().collect();
        while let Some(name) = todo.pop() {
            if !at.is_dir() {
                return Err(PathError::NotADirectory);
            }
            match name {
                b"" | b"." => continue,
                b".." => {
                    at = at.parent();
                    continue;
                }
                _ => {}
            }
            let child = at.child(name).ok_or(PathError::NotFound)?;
            if child.kind() != Kind::Symlink || (todo.is_empty() && !follow) {
                at = child;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(PathError::Loop);
            }
            let target = child.data().unwrap_or_default();
            if target.is_empty() {
                return Err(PathError::NotFound);
            }
            if target.starts_with(b"/") {
                at = self.root();
            }
            todo.extend(target.split(|&b| b == b'/').rev());
        }
        Ok(at)
    }

    /// The file of that path. Links are followed.
    #[must_use]
    pub fn file(&self, path: &[u8]) -> Option<Node<'a>> {
        self.lookup(path, true).ok().filter(|n| n.kind() == Kind::File)
    }

    /// A directory's entries, sorted by name. Links are followed.
    /// # Errors
    /// As `opendir(3)` would fail.
    pub fn list_dir(&self, path: &[u8]) -> Result<crate::Children<'a>, PathError> {
        let node = self.lookup(path, true)?;
        if node.is_dir() { Ok(node.children()) } else { Err(PathError::NotADirectory) }
    }
}
