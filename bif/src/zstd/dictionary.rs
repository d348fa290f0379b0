//! Dictionaries: what frames may refer to before their first byte. One that `zstd --train` has made begins with a
//! number and tables of entropy; any other bytes are a dictionary as they are.

use alloc::vec::Vec;

use ruzstd::decoding;

use super::block::Repeats;
use super::frame::Failure;

const MAGIC: [u8; 4] = 0xec30_a437u32.to_le_bytes();

/// A dictionary.
pub(super) struct Dictionary {
    bytes: Vec<u8>,
    /// 0 for one that is bytes alone.
    pub id: u32,
    /// Where the text begins.
    text: usize,
    /// The offsets that have short names at first.
    pub repeats: [u32; 3],
}

impl Dictionary {
    /// Checks a dictionary; none if the bytes are too few to be one.
    pub(super) fn new(bytes: Vec<u8>) -> Result<Option<Dictionary>, Failure> {
        if bytes.len() < 8 {
            return Ok(None);
        }
        if !is_trained(&bytes) {
            return Ok(Some(Dictionary { bytes, id: 0, text: 0, repeats: Repeats::START.0 }));
        }
        let parsed = decoding::Dictionary::decode_dict(&bytes).map_err(|_| Failure::DictionaryCorrupt)?;
        let text = bytes.len() - parsed.dict_content.len();
        Ok(Some(Dictionary { id: parsed.id, bytes, text, repeats: parsed.offset_hist }))
    }

    /// What frames may refer to.
    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[self.text..]
    }

    /// Does it begin with tables?
    pub(super) const fn has_tables(&self) -> bool {
        self.text > 0
    }

    /// With its tables, as the decoder wants it; none for one that is bytes alone.
    pub(super) fn with_tables(&self) -> Option<decoding::Dictionary> {
        if self.has_tables() { decoding::Dictionary::decode_dict(&self.bytes).ok() } else { None }
    }
}

fn is_trained(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The number that a dictionary's bytes begin with; 0 for none.
pub(super) fn id(bytes: &[u8]) -> u32 {
    match bytes.get(4..8) {
        Some(&[a, b, c, d]) if is_trained(bytes) => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}
