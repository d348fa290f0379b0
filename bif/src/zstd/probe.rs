//! Frames without a process, for fuzzing.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::compress::Compressor;
use super::decompress::Decompressor;
use super::dictionary::Dictionary;

/// What a stream goes by.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// Parameters by their number, and values; those that are out of bounds are left out.
    pub parameters: &'a [(u8, i32)],
    pub dictionary: &'a [u8],
    /// Is the size known beforehand?
    pub whole: bool,
    /// So much is given at a time, and flushed now and then.
    pub piece: usize,
}

/// Compresses; answers what comes back. None if the dictionary is none.
pub fn there_and_back(bytes: &[u8], settings: Settings) -> Option<Result<Vec<u8>, &'static str>> {
    let dictionary = Dictionary::new(settings.dictionary.to_vec()).ok()?.map(Arc::new);
    let (mut c, mut d) = (Compressor::new(), Decompressor::new());
    c.set_dictionary(dictionary.clone(), None).ok()?;
    d.set_dictionary(dictionary).ok()?;
    for (index, value) in settings.parameters {
        let _ = c.parameters.set(usize::from(*index), *value);
    }
    c.begin(settings.whole.then_some(bytes.len()));
    let packed = compress(&mut c, bytes, settings.piece.max(1));
    Some(packed.and_then(|packed| decompress(&mut d, &packed, settings.piece.max(1))).map_err(super::Failure::text))
}

fn compress(c: &mut Compressor, bytes: &[u8], piece: usize) -> Result<Vec<u8>, super::Failure> {
    for (i, mut part) in bytes.chunks(piece).enumerate() {
        while !part.is_empty() {
            part = &part[c.consume(part)?.0..];
        }
        while i % 8 == 3 && c.flush()?.is_some() {}
    }
    while c.finish()?.is_some() {}
    Ok(c.out.take(usize::MAX))
}

fn decompress(d: &mut Decompressor, packed: &[u8], piece: usize) -> Result<Vec<u8>, super::Failure> {
    for mut part in packed.chunks(piece) {
        while !part.is_empty() {
            part = &part[d.consume(part)?..];
        }
        d.flush()?;
    }
    Ok(d.out.take(usize::MAX))
}
