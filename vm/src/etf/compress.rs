//! The compressed form: `131, 80, size:32, zlib data`.

use alloc::vec::Vec;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags as flags};

use super::tags::COMPRESSED;
use super::{DecodeError, VERSION};

/// Deflate makes at most so many bytes of one.
const MAX_RATIO: usize = 1032;

/// The compressed form of encoded bytes (with their version byte), if it is shorter. `level` is 0 to 9.
#[must_use]
pub fn compress(encoded: &[u8], level: u8) -> Option<Vec<u8>> {
    let body = encoded.get(1..)?;
    let size = u32::try_from(body.len()).ok()?;
    if level == 0 {
        return None;
    }
    let data = joist_deflate::compress(body, level.into());
    if data.len() + 5 >= body.len() {
        return None;
    }
    let mut out = Vec::with_capacity(data.len() + 6);
    out.extend([VERSION, COMPRESSED]);
    out.extend(size.to_be_bytes());
    out.extend(data);
    Some(out)
}

/// Unpacks what is behind the tag: the term's bytes, and how many bytes they were packed in.
/// # Errors
/// The data is broken, or not of the size that it claims.
pub fn inflate(packed: &[u8]) -> Result<(Vec<u8>, usize), DecodeError> {
    let (size, data) = packed.split_first_chunk::<4>().ok_or(DecodeError::Badarg)?;
    let size = u32::from_be_bytes(*size) as usize;
    if size > data.len().saturating_mul(MAX_RATIO).saturating_add(64) {
        return Err(DecodeError::Badarg);
    }
    let mut out = alloc::vec![0; size];
    let mut state = alloc::boxed::Box::<DecompressorOxide>::default();
    let mode = flags::TINFL_FLAG_PARSE_ZLIB_HEADER | flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut state, data, &mut out, 0, mode);
    if status != TINFLStatus::Done || written != size {
        return Err(DecodeError::Badarg);
    }
    Ok((out, 4 + read))
}
