//! The view of a whole archive. See [`crate::layout`] for what lies where.

use crate::boot::Boot;
use crate::check;
use crate::error::Error;
use crate::layout::{NODE, Section};
use crate::node::{Node, Raw};
use crate::packing;

/// An archive whose bytes have been checked: a read-only file tree, and what the node is started with.
#[derive(Clone, Copy)]
pub struct Archive<'a> {
    bytes: &'a [u8],
}

impl<'a> Archive<'a> {
    /// Checks the bytes, so that no accessor can fail or panic afterwards. Takes time in proportion to the number of
    /// files, not to their size; hashes are not compared.
    /// # Errors
    /// What is wrong with them.
    pub fn new_checked(bytes: &'a [u8]) -> Result<Archive<'a>, Error> {
        let archive = Archive { bytes: check::header(bytes)? };
        check::sections(&archive)?;
        check::tree(&archive)?;
        check::boot(&archive)?;
        Ok(archive)
    }

    /// The archive's bytes, without what may have come after them.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The root directory.
    #[must_use]
    pub const fn root(&self) -> Node<'a> {
        Node { archive: *self, index: 0 }
    }

    /// The node with that index, if there are so many.
    #[must_use]
    pub fn node(&self, index: u32) -> Option<Node<'a>> {
        ((index as usize) < self.len()).then_some(Node { archive: *self, index })
    }

    /// All nodes, directories before what they hold.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let archive = *self;
        (0..self.len() as u32).map(move |index| Node { archive, index })
    }

    /// How many nodes there are, the root included.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // there is always a root
    pub fn len(&self) -> usize {
        self.section(Section::Nodes).len() / NODE
    }

    /// What the node is started with.
    #[must_use]
    pub const fn boot(&self) -> Boot<'a> {
        Boot::new(*self)
    }

    pub(crate) fn section(&self, section: Section) -> &'a [u8] {
        let at = section.entry();
        self.range(self.u64_at(at), self.u64_at(at + 8))
    }

    pub(crate) fn u64_at(&self, at: usize) -> u64 {
        self.bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
    }

    /// The bytes from `offset`; none where the range leaves the archive (which the check has ruled out).
    pub(crate) fn range(&self, offset: u64, length: u64) -> &'a [u8] {
        self.try_range(offset, length).unwrap_or_default()
    }

    pub(crate) fn try_range(&self, offset: u64, length: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(offset).ok()?;
        let end = usize::try_from(offset.checked_add(length)?).ok()?;
        self.bytes.get(start..end)
    }

    /// The block of a packed file; none where it leaves the archive or can't be that long.
    pub(crate) fn packed(&self, raw: &Raw) -> Option<&'a [u8]> {
        let from = usize::try_from(raw.first).ok()?;
        packing::check(self.bytes.get(from..)?, raw.count)
    }

    pub(crate) fn raw(&self, index: u32) -> Raw {
        let at = index as usize * NODE;
        let bytes = self.section(Section::Nodes).get(at..at + NODE);
        Raw::read(bytes.and_then(|b| b.try_into().ok()).unwrap_or(&[0; NODE]))
    }
}

impl core::fmt::Debug for Archive<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Archive").field("bytes", &self.bytes.len()).field("nodes", &self.len()).finish()
    }
}
