//! A release's files in memory, wherever they came from: a directory, a tar file, or an image.

mod dir;
mod image;
mod tar;

pub use dir::from_dir;
pub use image::from_archive;
pub use tar::from_tar;

use std::collections::BTreeMap;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    File(Vec<u8>),
    Directory,
    /// Points to another place in the tree.
    Symlink(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub mode: u32,
    pub mtime: i64,
    pub what: What,
}

/// How many links a path may lead through, as on Linux.
const MAX_LINKS: usize = 40;

enum Step<'a> {
    Found(&'a Entry),
    Elsewhere(String),
    Nowhere,
}

/// Files by path; paths are relative to the release's root, without `.` or `..`.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
    /// What was left out on reading, and why.
    pub notes: Vec<String>,
}

impl Tree {
    pub fn insert(&mut self, path: &str, entry: Entry) {
        self.entries.insert(path.to_owned(), entry);
    }

    pub fn remove(&mut self, path: &str) -> Option<Entry> {
        self.entries.remove(path)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Entry)> {
        self.entries.iter_mut().map(|(path, entry)| (path.as_str(), entry))
    }

    /// The entry itself, links not followed.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// A file, links followed.
    pub fn file(&self, path: &str) -> Option<&Entry> {
        let mut at = path.to_owned();
        for _ in 0..MAX_LINKS {
            match self.step(&at) {
                Step::Found(entry) => return matches!(entry.what, What::File(_)).then_some(entry),
                Step::Elsewhere(there) => at = there,
                Step::Nowhere => return None,
            }
        }
        None
    }

    /// Follows the first link on a path.
    fn step(&self, path: &str) -> Step<'_> {
        let ends = path.match_indices('/').map(|(i, _)| i).chain([path.len()]);
        for end in ends {
            let Some(entry) = self.entries.get(&path[..end]) else { continue };
            match &entry.what {
                What::Symlink(target) => {
                    let there = join(parent(&path[..end]), target).map(|t| format!("{t}{}", &path[end..]));
                    return there.map_or(Step::Nowhere, Step::Elsewhere);
                }
                _ if end == path.len() => return Step::Found(entry),
                _ => {}
            }
        }
        Step::Nowhere
    }

    /// A file's contents.
    pub fn read(&self, path: &str) -> Option<&[u8]> {
        match &self.file(path)?.what {
            What::File(data) => Some(data),
            _ => None,
        }
    }

    /// A file's contents, if it is text.
    pub fn text(&self, path: &str) -> Option<String> {
        self.read(path).map(|data| String::from_utf8_lossy(data).into_owned())
    }

    pub fn has(&self, path: &str) -> bool {
        self.file(path).is_some()
    }

    /// Is there anything below that path?
    pub fn has_dir(&self, path: &str) -> bool {
        let prefix = format!("{path}/");
        self.entries.range(prefix.clone()..).next().is_some_and(|(p, _)| p.starts_with(&prefix))
            || matches!(self.entries.get(path), Some(Entry { what: What::Directory, .. }))
    }

    /// The names in a directory.
    pub fn names(&self, dir: &str) -> Vec<String> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let mut names: Vec<String> = Vec::new();
        for (path, _) in self.entries.range(prefix.clone()..).take_while(|(p, _)| p.starts_with(&prefix)) {
            let name = path[prefix.len()..].split('/').next().unwrap_or_default();
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}

/// The directory that a path lies in.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

/// A relative path taken from a directory of the tree; `None` where it leaves the tree.
pub fn join(dir: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut out: Vec<&str> = dir.split('/').filter(|n| !n.is_empty()).collect();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(out.pop()?),
            _ => out.push(name),
        }
    }
    Some(out.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(what: What) -> Entry {
        Entry { mode: 0o644, mtime: 0, what }
    }

    #[test]
    fn paths() {
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("a", "../../c"), None);
        assert_eq!(join("a", "/c"), None);
        assert_eq!(parent("a/b/c"), "a/b");
    }

    #[test]
    fn links() {
        let mut tree = Tree::default();
        tree.insert("a/f", entry(What::File(b"x".to_vec())));
        tree.insert("b", entry(What::Symlink("a".into())));
        tree.insert("c", entry(What::Symlink("b/f".into())));
        tree.insert("loop", entry(What::Symlink("loop".into())));
        tree.insert("p", entry(What::Symlink("q".into())));
        tree.insert("q", entry(What::Symlink("p".into())));
        assert_eq!(tree.read("c"), Some(&b"x"[..]));
        assert_eq!(tree.read("b/f"), Some(&b"x"[..]));
        assert_eq!(tree.read("loop/x"), None);
        assert_eq!(tree.read("p"), None);
        assert_eq!(tree.names(""), ["a", "b", "c", "loop", "p", "q"]);
        assert!(tree.has_dir("a") && !tree.has_dir("z"));
    }
}
