//! Paths, taken apart.

use alloc::vec::Vec;
use joist_vm::platform::Errno;

/// Linux's limits.
const PATH_MAX: usize = 4096;
pub const NAME_MAX: usize = 255;

/// Is it one that a system call takes at all?
pub fn check(path: &[u8]) -> Result<(), Errno> {
    if path.is_empty() {
        return Err(Errno::Enoent);
    }
    if path.contains(&0) {
        return Err(Errno::Einval);
    }
    if path.len() >= PATH_MAX {
        return Err(Errno::Enametoolong);
    }
    Ok(())
}

/// The components, without empty ones and single dots, last first: a stack to walk along.
pub fn components(path: &[u8]) -> Vec<&[u8]> {
    path.split(|&b| b == b'/').rev().filter(|c| !c.is_empty() && *c != b".").collect()
}

/// A path's last component, and what it is in.
#[derive(Debug, PartialEq, Eq)]
pub struct Split<'a> {
    pub parent: &'a [u8],
    pub name: &'a [u8],
    /// The path ended in a slash: only a directory will do.
    pub slash: bool,
}

/// Splits the last component off. `None` for the root.
pub fn split(path: &[u8]) -> Option<Split<'_>> {
    let end = path.iter().rposition(|&b| b != b'/')? + 1;
    let slash = end < path.len();
    let path = &path[..end];
    let (parent, name): (&[u8], _) = match path.iter().rposition(|&b| b == b'/') {
        Some(0) => (b"/", &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (b".", path),
    };
    Some(Split { parent, name, slash })
}
