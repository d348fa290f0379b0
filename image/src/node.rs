//! A file, directory or symbolic link of an archive.

use crate::archive::Archive;
use crate::error::Error;
use crate::layout::{HASH, NODE, Section, kind, packing};
use alloc::borrow::Cow;
use core::cmp::Ordering;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Directory,
    File,
    Symlink,
}

/// A node's fields as they lie in the archive; see [`crate::layout`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw {
    pub name_offset: u32,
    pub name_length: u16,
    pub kind: u8,
    pub packing: u8,
    pub mode: u32,
    pub parent: u32,
    pub mtime: i64,
    pub first: u64,
    pub count: u64,
}

impl Raw {
    pub fn read(b: &[u8; NODE]) -> Raw {
        let u32_at = |i: usize| u32::from_le_bytes([b[i], b[i + 1], b[i + 2], b[i + 3]]);
        let u64_at = |i: usize| u64::from(u32_at(i)) | (u64::from(u32_at(i + 4)) << 32);
        Raw {
            name_offset: u32_at(0),
            name_length: u16::from_le_bytes([b[4], b[5]]),
            kind: b[6],
            packing: b[7],
            mode: u32_at(8),
            parent: u32_at(12),
            mtime: u64_at(16).cast_signed(),
            first: u64_at(24),
            count: u64_at(32),
        }
    }
}

/// A view of one node.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub(crate) archive: Archive<'a>,
    pub(crate) index: u32,
}

impl<'a> Node<'a> {
    fn raw(&self) -> Raw {
        self.archive.raw(self.index)
    }

    /// The node's number, the root's is 0: unique in the archive, so it can serve as an inode number.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// The last component of its path; the root's is empty.
    #[must_use]
    pub fn name(&self) -> &'a [u8] {
        let raw = self.raw();
        let at = raw.name_offset as usize;
        self.archive.section(Section::Names).get(at..at + usize::from(raw.name_length)).unwrap_or_default()
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.raw().kind {
            kind::DIRECTORY => Kind::Directory,
            kind::FILE => Kind::File,
            _ => Kind::Symlink,
        }
    }

    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.kind() == Kind::Directory
    }

    /// The permission bits.
    #[must_use]
    pub fn mode(&self) -> u32 {
        self.raw().mode
    }

    /// When it was last modified, in POSIX seconds.
    #[must_use]
    pub fn mtime(&self) -> i64 {
        self.raw().mtime
    }

    /// The length of a file's contents, or of a symbolic link's target.
    #[must_use]
    pub fn len(&self) -> u64 {
        let raw = self.raw();
        if raw.kind == kind::DIRECTORY { 0 } else { raw.count }
    }

    /// Is there nothing in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A file's contents, a symbolic link's target, nothing for a directory: the archive's own bytes, which begin at a
    /// multiple of [`crate::layout::ALIGN`] if they are a file's. None for a file that is packed.
    #[must_use]
    pub fn data(&self) -> Option<&'a [u8]> {
        let raw = self.raw();
        match (raw.kind, raw.packing) {
            (kind::DIRECTORY, _) => Some(&[]),
            (_, packing::NONE) => Some(self.archive.range(raw.first, raw.count)),
            _ => None,
        }
    }

    /// As [`Node::data`], unpacked if need be.
    /// # Errors
    /// [`Error::Packed`]: what is packed is damaged.
    pub fn read(&self) -> Result<Cow<'a, [u8]>, Error> {
        if let Some(data) = self.data() {
            return Ok(Cow::Borrowed(data));
        }
        let raw = self.raw();
        let block = self.archive.packed(&raw).ok_or(Error::Packed)?;
        let length = usize::try_from(raw.count).map_err(|_| Error::Packed)?;
        crate::packing::unpack(block, length).map(Cow::Owned)
    }

    /// The SHA-256 of [`Node::read`], as the packer computed it; zeros for a directory.
    #[must_use]
    pub fn hash(&self) -> [u8; HASH] {
        let at = self.index as usize * HASH;
        let bytes = self.archive.section(Section::Hashes).get(at..at + HASH);
        bytes.and_then(|b| b.try_into().ok()).unwrap_or([0; HASH])
    }

    /// The directory it lies in; the root's is the root.
    #[must_use]
    pub fn parent(&self) -> Node<'a> {
        Node { index: self.raw().parent, ..*self }
    }

    /// What lies in a directory, sorted by name; nothing for a file or link.
    #[must_use]
    pub fn children(&self) -> Children<'a> {
        let raw = self.raw();
        // Checked: node indexes fit in 32 bits.
        let (first, count) = if raw.kind == kind::DIRECTORY { (raw.first as u32, raw.count as u32) } else { (0, 0) };
        Children { archive: self.archive, next: first, end: first + count }
    }

    /// The directory's entry of that name. O(log n).
    #[must_use]
    pub fn child(&self, name: &[u8]) -> Option<Node<'a>> {
        let all = self.children();
        let (mut low, mut high) = (all.next, all.end);
        while low < high {
            let node = Node { index: low + (high - low) / 2, ..*self };
            match node.name().cmp(name) {
                Ordering::Less => low = node.index + 1,
                Ordering::Greater => high = node.index,
                Ordering::Equal => return Some(node),
            }
        }
        None
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl core::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "#{} {:?} {}", self.index, self.kind(), alloc::string::String::from_utf8_lossy(self.name()))
    }
}

/// A directory's entries; see [`Node::children`].
#[derive(Clone)]
pub struct Children<'a> {
    archive: Archive<'a>,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        (self.next < self.end).then(|| {
            self.next += 1;
            Node { archive: self.archive, index: self.next - 1 }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = (self.end - self.next) as usize;
        (n, Some(n))
    }
}

impl ExactSizeIterator for Children<'_> {}
