//! The container: an IFF form `FOR1 <size> BEAM` of chunks, each with a name, a size and data padded to four bytes.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Why a module can't be loaded; the text says where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub Cow<'static, str>);

impl LoadError {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> LoadError {
        LoadError(text.into())
    }
}

impl core::fmt::Display for LoadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for LoadError {}

/// A checked view of a `.beam` file's chunks.
#[derive(Debug, Clone)]
pub struct BeamFile<'a> {
    chunks: Vec<([u8; 4], &'a [u8])>,
}

impl<'a> BeamFile<'a> {
    /// Checks the container.
    /// # Errors
    /// When the form's or a chunk's size doesn't fit the bytes, or it is no BEAM form.
    pub fn new_checked(bytes: &'a [u8]) -> Result<BeamFile<'a>, LoadError> {
        let bad = || LoadError::new("not a BEAM file");
        let rest = bytes.strip_prefix(b"FOR1").ok_or_else(bad)?;
        let (size, rest) = rest.split_first_chunk::<4>().ok_or_else(bad)?;
        let size = u32::from_be_bytes(*size) as usize;
        if size > rest.len() {
            return Err(LoadError::new("truncated BEAM file"));
        }
        let mut rest = rest[..size].strip_prefix(b"BEAM").ok_or_else(bad)?;
        let mut chunks = Vec::new();
        while let Some((head, data)) = rest.split_first_chunk::<8>() {
            let name = [head[0], head[1], head[2], head[3]];
            let len = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
            if len > data.len() {
                let text = alloc::format!("chunk {} reaches past the end", String::from_utf8_lossy(&name));
                return Err(LoadError::new(text));
            }
            chunks.push((name, &data[..len]));
            rest = &data[data.len().min(len.next_multiple_of(4))..];
        }
        Ok(BeamFile { chunks })
    }

    /// The data of the first chunk with this name.
    #[must_use]
    pub fn chunk(&self, name: &[u8; 4]) -> Option<&'a [u8]> {
        self.chunks.iter().find(|c| c.0 == *name).map(|c| c.1)
    }

    /// As [`BeamFile::chunk`], an error if it is missing.
    pub(crate) fn required(&self, name: &[u8; 4]) -> Result<&'a [u8], LoadError> {
        self.chunk(name).ok_or_else(|| {
            LoadError::new(alloc::format!("mandatory chunk of type '{}' not found", String::from_utf8_lossy(name)))
        })
    }

    /// All chunks in order.
    pub fn chunks(&self) -> impl Iterator<Item = ([u8; 4], &'a [u8])> + '_ {
        self.chunks.iter().copied()
    }
}
