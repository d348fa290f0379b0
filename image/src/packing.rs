//! Files that are packed: modules, which are read once and as a whole. An LZ4 block (the LZ4 project's
//! `lz4_Block_format.md`) behind its length as a u64; LZ4, because unpacking takes hardly longer than copying.

use crate::error::Error;
use alloc::vec::Vec;

/// Bytes of the length in front.
pub(crate) const LENGTH: usize = 8;
/// No block grows more than by this factor.
const MOST: u64 = 255;

/// The bytes of something packed, if they can be that many unpacked.
pub(crate) fn check(stored: &[u8], length: u64) -> Option<&[u8]> {
    let (packed, block) = stored.split_first_chunk::<LENGTH>()?;
    let packed = u64::from_le_bytes(*packed);
    let block = block.get(..usize::try_from(packed).ok()?)?;
    (length <= packed.saturating_mul(MOST)).then_some(block)
}

/// Unpacks a block to that many bytes.
/// # Errors
/// [`Error::Packed`]: it is no such block.
pub(crate) fn unpack(block: &[u8], length: usize) -> Result<Vec<u8>, Error> {
    let mut out = alloc::vec![0; length];
    match lz4_flex::block::decompress_into(block, &mut out) {
        Ok(n) if n == length => Ok(out),
        _ => Err(Error::Packed),
    }
}

/// What is stored for a file; none if that would save less than an eighth.
#[cfg(feature = "write")]
pub(crate) fn pack(data: &[u8]) -> Option<Vec<u8>> {
    let block = lz4_flex::block::compress(data);
    (block.len() + LENGTH <= data.len() - data.len() / 8).then(|| {
        let mut stored = (block.len() as u64).to_le_bytes().to_vec();
        stored.extend(block);
        stored
    })
}
