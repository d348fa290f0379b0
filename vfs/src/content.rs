//! What a regular file holds: bytes of the archive until the first change, then its own.

use alloc::vec::Vec;
use joist_image::Node;
use joist_vm::platform::Errno;

/// A device file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    Null,
    Zero,
    Random,
}

impl Device {
    /// Linux's device number.
    pub fn number(self) -> u32 {
        match self {
            Device::Null => 0x103,
            Device::Zero => 0x105,
            Device::Random => 0x109,
        }
    }
}

/// A regular file's bytes.
#[derive(Debug, Clone)]
pub enum Content {
    Static(&'static [u8]),
    Owned(Vec<u8>),
    /// Unpacked for each open.
    Packed(Node<'static>),
    /// Made afresh for each open, as Linux's `/proc` does.
    Generated(fn() -> Vec<u8>),
}

impl Content {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Content::Static(bytes) => bytes,
            Content::Owned(bytes) => bytes,
            Content::Packed(_) | Content::Generated(_) => &[],
        }
    }

    /// How many there are; of what is made afresh, none.
    pub fn len(&self) -> u64 {
        match self {
            Content::Packed(node) => node.len(),
            content => content.bytes().len() as u64,
        }
    }

    /// Copies from `offset` on; answers how much.
    pub fn read(&self, offset: u64, buf: &mut [u8]) -> usize {
        read_bytes(self.bytes(), offset, buf)
    }

    /// The bytes as the file's own, with room for `size` of them.
    fn own(&mut self, size: usize) -> Result<&mut Vec<u8>, Errno> {
        if let Content::Packed(node) = *self {
            *self = Content::Owned(unpack(node)?);
        }
        if let Content::Static(bytes) = *self {
            let mut own = Vec::new();
            own.try_reserve(bytes.len().max(size)).map_err(|_| Errno::Enospc)?;
            own.extend_from_slice(bytes);
            *self = Content::Owned(own);
        }
        match self {
            Content::Owned(bytes) => {
                bytes.try_reserve(size.saturating_sub(bytes.len())).map_err(|_| Errno::Enospc)?;
                Ok(bytes)
            }
            _ => Err(Errno::Eacces),
        }
    }

    /// Writes at `offset`; a gap before it reads as zeros.
    pub fn write(&mut self, offset: u64, from: &[u8]) -> Result<(), Errno> {
        let start = usize::try_from(offset).map_err(|_| Errno::Efbig)?;
        let end = start.checked_add(from.len()).filter(|&e| e <= isize::MAX as usize).ok_or(Errno::Efbig)?;
        if from.is_empty() {
            return Ok(());
        }
        let bytes = self.own(end)?;
        if bytes.len() < start {
            bytes.resize(start, 0);
        }
        let over = from.len().min(bytes.len() - start);
        bytes[start..start + over].copy_from_slice(&from[..over]);
        bytes.extend_from_slice(&from[over..]);
        Ok(())
    }

    /// Makes the file so long.
    pub fn set_length(&mut self, length: u64) -> Result<(), Errno> {
        if length == 0 && matches!(self, Content::Static(_) | Content::Packed(_)) {
            *self = Content::Owned(Vec::new());
        }
        let length = usize::try_from(length).map_err(|_| Errno::Efbig)?;
        let bytes = self.own(length)?;
        bytes.resize(length, 0);
        if bytes.capacity() / 4 > length {
            bytes.shrink_to_fit();
        }
        Ok(())
    }

    /// Makes sure that the file can grow so far.
    pub fn reserve(&mut self, length: u64) -> Result<(), Errno> {
        let length = usize::try_from(length).map_err(|_| Errno::Efbig)?;
        self.own(length).map(|_| ())
    }
}

/// What a packed file holds.
/// # Errors
/// [`Errno::Eio`]: it is damaged.
pub fn unpack(node: Node<'static>) -> Result<Vec<u8>, Errno> {
    Ok(node.read().map_err(|_| Errno::Eio)?.into_owned())
}

/// Copies from `offset` of `bytes` on; answers how much.
pub fn read_bytes(bytes: &[u8], offset: u64, buf: &mut [u8]) -> usize {
    let rest = usize::try_from(offset).ok().and_then(|o| bytes.get(o..)).unwrap_or_default();
    let count = rest.len().min(buf.len());
    buf[..count].copy_from_slice(&rest[..count]);
    count
}
