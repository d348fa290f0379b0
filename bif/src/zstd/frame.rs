//! Frames: their headers, and what may be wrong with them (RFC 8878, `zstd_errors.h`).

use alloc::vec::Vec;

/// Why an operation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    UnknownPrefix,
    Unsupported,
    WindowTooLarge,
    Corrupt,
    Checksum,
    OutOfBounds,
    Stage,
    DictionaryCorrupt,
    DictionaryMismatch,
    SourceSize,
}

impl Failure {
    /// The library's text, which programs match.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Failure::UnknownPrefix => "Unknown frame descriptor",
            Failure::Unsupported => "Unsupported frame parameter",
            Failure::WindowTooLarge => "Frame requires too much memory for decoding",
            Failure::Corrupt => "Data corruption detected",
            Failure::Checksum => "Restored data doesn't match checksum",
            Failure::OutOfBounds => "Parameter is out of bound",
            Failure::Stage => "Operation not authorized at current processing stage",
            Failure::DictionaryCorrupt => "Dictionary is corrupted",
            Failure::DictionaryMismatch => "Dictionary mismatch",
            Failure::SourceSize => "Src size is incorrect",
        }
    }
}

/// The largest block.
pub(super) const BLOCK: usize = 128 << 10;
/// The largest window is of 2^31 bytes.
pub(super) const MAX_WINDOW_LOG: u32 = 31;
pub(super) const MIN_WINDOW_LOG: u32 = 10;

const MAGIC: u32 = 0xfd2f_b528;
/// The last four bits don't count.
const SKIPPABLE: u32 = 0x184d_2a50;

/// The kinds of blocks, as their headers have them.
pub(super) const RAW: u32 = 0;
pub(super) const RLE: u32 = 1;
pub(super) const COMPRESSED: u32 = 2;
pub(super) const RESERVED: u32 = 3;

/// What a frame's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the header itself.
    pub size: usize,
    /// Of what it holds; of a skippable frame, what is to be skipped.
    pub content: Option<u64>,
    pub window: u64,
    /// 0 for none.
    pub dictionary: u32,
    pub checksum: bool,
    pub skippable: bool,
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// Reads a header; none if there is more to come.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Header>, Failure> {
    let begun = &bytes[..bytes.len().min(4)];
    let fits = |magic: u32, mask: u8| {
        begun
            .iter()
            .zip(magic.to_le_bytes())
            .enumerate()
            .all(|(i, (a, b))| if i == 0 { a & mask == b } else { *a == b })
    };
    if fits(SKIPPABLE, 0xf0) && !begun.is_empty() {
        let Some(content) = bytes.get(4..8).map(little_endian) else { return Ok(None) };
        let dictionary = u32::from(bytes[0] & 15);
        let content = Some(content);
        return Ok(Some(Header { size: 8, content, window: 0, dictionary, checksum: false, skippable: true }));
    }
    if !fits(MAGIC, 0xff) {
        return Err(Failure::UnknownPrefix);
    }
    let Some(&descriptor) = bytes.get(4) else { return Ok(None) };
    let single = descriptor & 0x20 != 0;
    let id_size = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content_size = [usize::from(single), 2, 4, 8][usize::from(descriptor >> 6)];
    let size = 5 + usize::from(!single) + id_size + content_size;
    if bytes.len() < size {
        return Ok(None);
    }
    if descriptor & 8 != 0 {
        return Err(Failure::Unsupported);
    }
    let (sizes, content) = bytes[5..size].split_at(size - 5 - content_size);
    let (window, id) = sizes.split_at(usize::from(!single));
    let content = match content.len() {
        0 => None,
        2 => Some(little_endian(content) + 256),
        _ => Some(little_endian(content)),
    };
    let window = match window.first() {
        None => content.unwrap_or(0),
        Some(b) if u32::from(b >> 3) + MIN_WINDOW_LOG > MAX_WINDOW_LOG => return Err(Failure::WindowTooLarge),
        Some(b) => {
            let base = 1u64 << (u32::from(b >> 3) + MIN_WINDOW_LOG);
            base + base / 8 * u64::from(b & 7)
        }
    };
    let dictionary = little_endian(id) as u32;
    Ok(Some(Header { size, content, window, dictionary, checksum: descriptor & 4 != 0, skippable: false }))
}

/// Writes a header; with a size that fits the window the frame is a single segment.
pub(super) fn write(content: Option<u64>, window_log: u32, dictionary: u32, checksum: bool, out: &mut Vec<u8>) {
    let single = content.is_some_and(|n| n <= 1 << window_log);
    let id_code = match dictionary {
        0 => 0,
        1..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 3,
    };
    let content_code = match content {
        None | Some(0..256) => 0,
        Some(256..0x1_00ff) => 1,
        Some(..0xffff_ffff) => 2,
        Some(_) => 3,
    };
    out.extend(MAGIC.to_le_bytes());
    out.push(id_code | u8::from(checksum) << 2 | u8::from(single) << 5 | content_code << 6);
    if !single {
        out.push(((window_log - MIN_WINDOW_LOG) << 3) as u8);
    }
    out.extend(&dictionary.to_le_bytes()[..[0, 1, 2, 4][usize::from(id_code)]]);
    if let Some(n) = content {
        let n = if content_code == 1 { n - 256 } else { n };
        out.extend(&n.to_le_bytes()[..[usize::from(single), 2, 4, 8][usize::from(content_code)]]);
    }
}

/// A block's header: is it the last one, its kind, its size.
pub(super) fn read_block(header: [u8; 3]) -> (bool, u32, usize) {
    let n = u32::from_le_bytes([header[0], header[1], header[2], 0]);
    (n & 1 != 0, n >> 1 & 3, (n >> 3) as usize)
}

/// A block's header.
pub(super) const fn block(last: bool, kind: u32, size: usize) -> [u8; 3] {
    let [a, b, c, _] = ((size as u32) << 3 | kind << 1 | last as u32).to_le_bytes();
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_were_written() {
        let contents = [None, Some(0), Some(255), Some(256), Some(65_791), Some(65_792), Some(1 << 20), Some(1 << 33)];
        for content in contents {
            for (window_log, dictionary, checksum) in
                [(10, 0, false), (21, 7, true), (27, 300, false), (31, 1 << 20, true)]
            {
                let mut bytes = Vec::new();
                write(content, window_log, dictionary, checksum, &mut bytes);
                (0..bytes.len()).for_each(|n| assert_eq!(read(&bytes[..n]), Ok(None)));
                let h = read(&bytes).expect("a header").expect("all of it");
                let window = content.filter(|n| *n <= 1 << window_log).unwrap_or(1 << window_log);
                assert_eq!((h.content, h.window, h.size), (content, window, bytes.len()));
                assert_eq!((h.dictionary, h.checksum, h.skippable), (dictionary, checksum, false));
            }
        }
    }
}
