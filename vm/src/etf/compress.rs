//! The compressed form: `131, 80, size:32, zlib data`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use joist_deflate::{Deflate, Flush, Status, Strategy};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags as flags};

use super::tags::COMPRESSED;
use super::{DecodeError, VERSION};

/// Deflate makes at most so many bytes of one.
const MAX_RATIO: usize = 1032;

/// Encoded bytes being compressed.
pub struct Compressor {
    encoded: Vec<u8>,
    state: Box<Deflate>,
    read: usize,
    out: Vec<u8>,
}

impl Compressor {
    /// For encoded bytes (with their version byte); `level` is 1 to 9. None: too many of them.
    #[must_use]
    pub fn new(encoded: &[u8], level: u8) -> Option<Compressor> {
        let size = u32::try_from(encoded.len().checked_sub(1)?).ok()?;
        let mut out = Vec::with_capacity(encoded.len() / 4 + 64);
        out.extend([VERSION, COMPRESSED]);
        out.extend(size.to_be_bytes());
        Some(Compressor {
            encoded: encoded.to_vec(),
            state: Box::new(Deflate::new(level.into(), 15, 8, Strategy::Default)),
            read: 1,
            out,
        })
    }

    /// Takes up to `n` bytes more; the compressed form at the end, or the bytes as they were if that is no shorter.
    pub fn step(&mut self, n: usize) -> Option<Vec<u8>> {
        let end = self.encoded.len().min(self.read + n);
        let flush = if end == self.encoded.len() { Flush::Finish } else { Flush::None };
        let mut buffer = [0; 4096];
        loop {
            let (used, made, status) = self.state.compress(&self.encoded[self.read..end], &mut buffer, flush);
            self.read += used;
            self.out.extend_from_slice(&buffer[..made]);
            match status {
                Ok(Status::Ok) if made == buffer.len() || self.read < end || flush == Flush::Finish => {}
                Ok(Status::End) if self.out.len() < self.encoded.len() => return Some(core::mem::take(&mut self.out)),
                Ok(Status::Ok | Status::Stuck) if flush == Flush::None => return None,
                _ => return Some(core::mem::take(&mut self.encoded)),
            }
        }
    }
}

/// The compressed form of encoded bytes (with their version byte), if it is shorter. `level` is 0 to 9.
#[must_use]
pub fn compress(encoded: &[u8], level: u8) -> Option<Vec<u8>> {
    if level == 0 {
        return None;
    }
    let mut c = Compressor::new(encoded, level)?;
    loop {
        if let Some(out) = c.step(usize::MAX / 2) {
            return (out.len() < encoded.len()).then_some(out);
        }
    }
}

/// Compressed bytes being unpacked.
pub struct Inflater<'a> {
    packed: &'a [u8],
    state: Box<DecompressorOxide>,
    read: usize,
    out: Vec<u8>,
    written: usize,
}

impl<'a> Inflater<'a> {
    /// For what is behind the tag.
    /// # Errors
    /// The data cannot be of the size that it claims.
    pub fn new(packed: &'a [u8]) -> Result<Inflater<'a>, DecodeError> {
        let size = size_of_term(packed)?;
        Ok(Inflater { packed, state: Box::default(), read: 4, out: alloc::vec![0; size], written: 0 })
    }

    /// Reads up to `n` bytes more; at the end the term's bytes, and how many bytes they were packed in.
    /// # Errors
    /// The data is broken, or not of the size that it claims.
    pub fn step(&mut self, n: usize) -> Result<Option<(Vec<u8>, usize)>, DecodeError> {
        let end = self.packed.len().min(self.read.saturating_add(n));
        let more = if end < self.packed.len() { flags::TINFL_FLAG_HAS_MORE_INPUT } else { 0 };
        let mode = flags::TINFL_FLAG_PARSE_ZLIB_HEADER | flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF | more;
        let input = &self.packed[self.read..end];
        let (status, read, written) = decompress(&mut self.state, input, &mut self.out, self.written, mode);
        self.read += read;
        self.written += written;
        match status {
            TINFLStatus::Done if self.written == self.out.len() => {
                Ok(Some((core::mem::take(&mut self.out), self.read)))
            }
            TINFLStatus::NeedsMoreInput if end < self.packed.len() => Ok(None),
            _ => Err(DecodeError::Badarg),
        }
    }
}

fn size_of_term(packed: &[u8]) -> Result<usize, DecodeError> {
    let (size, data) = packed.split_first_chunk::<4>().ok_or(DecodeError::Badarg)?;
    let size = u32::from_be_bytes(*size) as usize;
    if size > data.len().saturating_mul(MAX_RATIO).saturating_add(64) {
        return Err(DecodeError::Badarg);
    }
    Ok(size)
}

/// Unpacks what is behind the tag: the term's bytes, and how many bytes they were packed in.
/// # Errors
/// The data is broken, or not of the size that it claims.
pub fn inflate(packed: &[u8]) -> Result<(Vec<u8>, usize), DecodeError> {
    Inflater::new(packed)?.step(usize::MAX)?.ok_or(DecodeError::Badarg)
}
