//! The writing side: a [`Builder`] takes files in any order and gives the archive's bytes. The same calls in whatever
//! order give the same bytes.

use crate::check::is_name;
use crate::layout::{ALIGN, HASH, HEADER, MAGIC, NODE, SECTIONS, Section, VERSION, kind, packing};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use sha2::{Digest, Sha256};

/// Why a file can't be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildError {
    /// The path is empty, holds `.`, `..` or a NUL, or a component longer than 65,535 bytes.
    BadPath(Vec<u8>),
    /// Something else is there already.
    Exists(Vec<u8>),
    /// More than 2^32 nodes or bytes of names.
    TooLarge,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::BadPath(p) => write!(f, "{}: no path for an archive", String::from_utf8_lossy(p)),
            BuildError::Exists(p) => write!(f, "{}: there twice", String::from_utf8_lossy(p)),
            BuildError::TooLarge => write!(f, "too large for an archive"),
        }
    }
}

impl core::error::Error for BuildError {}

#[derive(Debug, Clone)]
struct Entry {
    mode: u32,
    mtime: i64,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Directory(BTreeMap<Vec<u8>, Entry>),
    File(Vec<u8>),
    Symlink(Vec<u8>),
}

/// Gathers what an archive is to hold.
#[derive(Debug, Clone)]
pub struct Builder {
    root: Entry,
    args: Vec<Vec<u8>>,
    env: BTreeMap<Vec<u8>, Vec<u8>>,
    preloaded: BTreeMap<String, Vec<u8>>,
    meta: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Default for Builder {
    fn default() -> Self {
        let root = Entry { mode: 0o755, mtime: 0, what: What::Directory(BTreeMap::new()) };
        Builder { root, args: Vec::new(), env: BTreeMap::new(), preloaded: BTreeMap::new(), meta: Vec::new() }
    }
}

impl Builder {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a file; directories on its way that are missing are made.
    /// # Errors
    /// When the path is no good or taken.
    pub fn file(&mut self, path: &[u8], mode: u32, mtime: i64, data: Vec<u8>) -> Result<(), BuildError> {
        self.add(path, Entry { mode, mtime, what: What::File(data) })
    }

    /// Takes in a symbolic link.
    /// # Errors
    /// As [`Builder::file`].
    pub fn symlink(&mut self, path: &[u8], mtime: i64, target: Vec<u8>) -> Result<(), BuildError> {
        self.add(path, Entry { mode: 0o777, mtime, what: What::Symlink(target) })
    }

    /// Takes in a directory; one that has been made on the way to a file gets this mode.
    /// # Errors
    /// As [`Builder::file`].
    pub fn directory(&mut self, path: &[u8], mode: u32) -> Result<(), BuildError> {
        self.add(path, Entry { mode, mtime: 0, what: What::Directory(BTreeMap::new()) })
    }

    /// The emulator's arguments.
    pub fn args(&mut self, args: Vec<Vec<u8>>) {
        self.args = args;
    }

    /// Sets an environment variable.
    pub fn env(&mut self, name: &[u8], value: &[u8]) {
        self.env.insert(name.to_vec(), value.to_vec());
    }

    /// Adds a preloaded module.
    pub fn preloaded(&mut self, name: &str, beam: Vec<u8>) {
        self.preloaded.insert(name.into(), beam);
    }

    /// Adds a note; for the keys see [`crate::layout::meta`].
    pub fn meta(&mut self, key: &[u8], value: &[u8]) {
        self.meta.push((key.to_vec(), value.to_vec()));
    }

    fn add(&mut self, path: &[u8], entry: Entry) -> Result<(), BuildError> {
        let mut names = path.split(|&b| b == b'/').filter(|n| !n.is_empty()).peekable();
        if names.peek().is_none() {
            return Err(BuildError::BadPath(path.to_vec()));
        }
        let mut at = &mut self.root;
        while let Some(name) = names.next() {
            if !is_name(name) || name.len() > usize::from(u16::MAX) {
                return Err(BuildError::BadPath(path.to_vec()));
            }
            let What::Directory(children) = &mut at.what else {
                return Err(BuildError::Exists(path.to_vec()));
            };
            if names.peek().is_some() {
                let missing = || Entry { mode: 0o755, mtime: 0, what: What::Directory(BTreeMap::new()) };
                at = children.entry(name.to_vec()).or_insert_with(missing);
                continue;
            }
            match (children.get_mut(name), &entry.what) {
                (None, _) => drop(children.insert(name.to_vec(), entry)),
                (Some(Entry { mode, what: What::Directory(_), .. }), What::Directory(_)) => *mode = entry.mode,
                (Some(_), _) => return Err(BuildError::Exists(path.to_vec())),
            }
            return Ok(());
        }
        Ok(())
    }

    /// The archive's bytes.
    /// # Errors
    /// [`BuildError::TooLarge`].
    pub fn build(&self) -> Result<Vec<u8>, BuildError> {
        let mut out = Output::default();
        out.tree(&self.root)?;
        for arg in &self.args {
            string(&mut out.args, arg)?;
        }
        for (name, value) in &self.env {
            string(&mut out.env, name)?;
            string(&mut out.env, value)?;
        }
        for (key, value) in &self.meta {
            string(&mut out.meta, key)?;
            string(&mut out.meta, value)?;
        }
        for (name, beam) in &self.preloaded {
            let (offset, hash) = out.data.put(beam);
            out.preloaded.push((name, offset, beam.len() as u64, hash));
        }
        out.finish()
    }
}

/// A directory's time is that of the youngest thing in it: what the input's file system noted is no property of it.
fn mtime(entry: &Entry) -> i64 {
    match &entry.what {
        What::Directory(children) => children.values().map(mtime).max().unwrap_or(entry.mtime),
        _ => entry.mtime,
    }
}

fn string(to: &mut Vec<u8>, bytes: &[u8]) -> Result<(), BuildError> {
    let length = u32::try_from(bytes.len()).map_err(|_| BuildError::TooLarge)?;
    to.extend_from_slice(&length.to_le_bytes());
    to.extend_from_slice(bytes);
    Ok(())
}

/// The files' data; equal contents are stored once. Offsets count from the first piece until all sizes are known.
#[derive(Default)]
struct Data {
    bytes: Vec<u8>,
    known: BTreeMap<([u8; HASH], u8), u64>,
}

impl Data {
    fn put(&mut self, data: &[u8]) -> (u64, [u8; HASH]) {
        let hash: [u8; HASH] = Sha256::digest(data).into();
        (self.store(hash, packing::NONE, data), hash)
    }

    /// As [`Data::put`], packed if that is worth it.
    fn put_packed(&mut self, data: &[u8]) -> (u64, [u8; HASH], u8) {
        let hash: [u8; HASH] = Sha256::digest(data).into();
        match crate::packing::pack(data) {
            Some(stored) => (self.store(hash, packing::LZ4, &stored), hash, packing::LZ4),
            None => (self.store(hash, packing::NONE, data), hash, packing::NONE),
        }
    }

    fn store(&mut self, hash: [u8; HASH], packing: u8, stored: &[u8]) -> u64 {
        *self.known.entry((hash, packing)).or_insert_with(|| {
            self.bytes.resize(self.bytes.len().next_multiple_of(ALIGN), 0);
            self.bytes.extend_from_slice(stored);
            (self.bytes.len() - stored.len()) as u64
        })
    }
}

#[derive(Default)]
struct Output<'a> {
    nodes: Vec<Row>,
    hashes: Vec<u8>,
    names: Vec<u8>,
    args: Vec<u8>,
    env: Vec<u8>,
    meta: Vec<u8>,
    preloaded: Vec<(&'a str, u64, u64, [u8; HASH])>,
    data: Data,
}

/// A node before its data's place is known.
struct Row {
    name: (u32, u16),
    kind: u8,
    packing: u8,
    mode: u32,
    parent: u32,
    mtime: i64,
    first: u64,
    count: u64,
}

impl Output<'_> {
    /// Breadth first, as the format wants it.
    fn tree(&mut self, root: &Entry) -> Result<(), BuildError> {
        let mut queue: VecDeque<(&[u8], &Entry, u32)> = VecDeque::from([(&b""[..], root, 0)]);
        let mut claimed: u64 = 1;
        while let Some((name, entry, parent)) = queue.pop_front() {
            let index = u32::try_from(self.nodes.len()).map_err(|_| BuildError::TooLarge)?;
            let at = u32::try_from(self.names.len()).map_err(|_| BuildError::TooLarge)?;
            self.names.extend_from_slice(name);
            let (number, first, count, hash, packing) = match &entry.what {
                What::Directory(children) => {
                    queue.extend(children.iter().map(|(n, e)| (n.as_slice(), e, index)));
                    (kind::DIRECTORY, claimed, children.len() as u64, [0; HASH], packing::NONE)
                }
                // A module is read once and as a whole; other files can be read, and sent, from where they lie.
                What::File(data) if name.ends_with(b".beam") => {
                    let (offset, hash, packing) = self.data.put_packed(data);
                    (kind::FILE, offset, data.len() as u64, hash, packing)
                }
                What::File(data) | What::Symlink(data) => {
                    let (offset, hash) = self.data.put(data);
                    let file = matches!(entry.what, What::File(_));
                    (if file { kind::FILE } else { kind::SYMLINK }, offset, data.len() as u64, hash, packing::NONE)
                }
            };
            if number == kind::DIRECTORY {
                claimed += count;
            }
            let (mode, mtime) = (entry.mode & 0o7777, mtime(entry));
            self.hashes.extend_from_slice(&hash);
            self.nodes.push(Row {
                name: (at, name.len() as u16),
                kind: number,
                packing,
                mode,
                parent,
                mtime,
                first,
                count,
            });
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, BuildError> {
        let preloaded: usize = self.preloaded.iter().map(|(name, ..)| 4 + name.len() + 16 + HASH).sum();
        let lengths = [
            self.nodes.len() * NODE,
            self.hashes.len(),
            self.names.len(),
            self.args.len(),
            self.env.len(),
            preloaded,
            self.meta.len(),
        ];
        let mut offsets = [0; SECTIONS];
        let mut at = HEADER;
        for (offset, length) in offsets.iter_mut().zip(lengths) {
            *offset = at;
            at = (at + length).next_multiple_of(ALIGN);
        }
        let data = at as u64;

        let mut out = Vec::with_capacity(at + self.data.bytes.len());
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&(self.nodes.len() as u32).to_le_bytes());
        out.extend_from_slice(&(data + self.data.bytes.len() as u64).to_le_bytes());
        for (offset, length) in offsets.into_iter().zip(lengths) {
            out.extend_from_slice(&(offset as u64).to_le_bytes());
            out.extend_from_slice(&(length as u64).to_le_bytes());
        }
        let start = |out: &mut Vec<u8>, section: Section| out.resize(offsets[section as usize], 0);
        start(&mut out, Section::Nodes);
        for row in &self.nodes {
            let first = if row.kind == kind::DIRECTORY { row.first } else { data + row.first };
            out.extend_from_slice(&row.name.0.to_le_bytes());
            out.extend_from_slice(&row.name.1.to_le_bytes());
            out.extend_from_slice(&[row.kind, row.packing]);
            out.extend_from_slice(&row.mode.to_le_bytes());
            out.extend_from_slice(&row.parent.to_le_bytes());
            out.extend_from_slice(&row.mtime.to_le_bytes());
            out.extend_from_slice(&first.to_le_bytes());
            out.extend_from_slice(&row.count.to_le_bytes());
        }
        for (section, bytes) in [
            (Section::Hashes, &self.hashes),
            (Section::Names, &self.names),
            (Section::Args, &self.args),
            (Section::Env, &self.env),
        ] {
            start(&mut out, section);
            out.extend_from_slice(bytes);
        }
        start(&mut out, Section::Preloaded);
        for (name, offset, length, hash) in &self.preloaded {
            string(&mut out, name.as_bytes())?;
            out.extend_from_slice(&(data + offset).to_le_bytes());
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(hash);
        }
        start(&mut out, Section::Meta);
        out.extend_from_slice(&self.meta);
        out.resize(at, 0);
        out.extend_from_slice(&self.data.bytes);
        Ok(out)
    }
}
