//! Inodes: what a path leads to.

use crate::content::{Content, Device};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use joist_vm::platform::{Access, FileInfo, FileKind};

/// An inode's number in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(pub u32);

/// A directory entry's name; the archive's are borrowed from it.
pub type Name = Cow<'static, [u8]>;

#[derive(Debug)]
pub struct Directory {
    /// The root's is the root.
    pub parent: Id,
    pub entries: BTreeMap<Name, Id>,
    /// The archive's directory whose entries are not among `entries` yet.
    pub archived: Option<u32>,
}

#[derive(Debug)]
pub enum Body {
    Directory(Directory),
    File(Content),
    Symlink(Name),
    Device(Device),
    /// A local socket's name: the socket's number.
    Socket(u64),
}

#[derive(Debug)]
pub struct Inode {
    pub body: Body,
    /// Permission bits only.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub atime: i64,
    pub mtime: i64,
    pub ctime: i64,
    /// Entries that lead here; a directory's own `.` and `..` are not counted.
    pub links: u32,
    /// Open handles, and the working directory.
    pub opens: u32,
}

impl Inode {
    pub fn new(body: Body, mode: u32, now: i64) -> Self {
        let mode = mode & 0o7777;
        Inode { body, mode, uid: 0, gid: 0, atime: now, mtime: now, ctime: now, links: 0, opens: 0 }
    }

    pub fn is_dir(&self) -> bool {
        matches!(self.body, Body::Directory(_))
    }

    pub fn directory(&self) -> Option<&Directory> {
        match &self.body {
            Body::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    /// What `stat` answers. `subdirectories` counts for a directory's links.
    pub fn info(&self, id: Id, subdirectories: u32) -> FileInfo {
        let (kind, format, size) = match &self.body {
            Body::Directory(_) => (FileKind::Directory, 0o040_000, 4096),
            Body::File(content) => (FileKind::Regular, 0o100_000, content.len()),
            Body::Symlink(target) => (FileKind::Symlink, 0o120_000, target.len() as u64),
            Body::Device(_) => (FileKind::Device, 0o020_000, 0),
            Body::Socket(_) => (FileKind::Other, 0o140_000, 0),
        };
        let device = if let Body::Device(device) = self.body { device.number() } else { 0 };
        let links = if self.is_dir() && self.links > 0 { 2 + subdirectories } else { self.links };
        FileInfo {
            size,
            kind,
            // Root may read and write everything.
            access: Access::ReadWrite,
            atime: self.atime,
            mtime: self.mtime,
            ctime: self.ctime,
            mode: format | self.mode,
            links,
            major_device: 1,
            minor_device: device,
            inode: u64::from(id.0) + 1,
            uid: self.uid,
            gid: self.gid,
        }
    }
}
