//! Compression. Blocks are encoded by `ruzstd`, one by one as frames of their own: it keeps nothing from one block to the
//! next that a decoder would have to know, so that they can be put together behind a header of ours.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::Hasher;

use ruzstd::encoding::{CompressionLevel, FrameCompressor};
use ruzstd::io;
use twox_hash::XxHash64;

use super::dictionary::Dictionary;
use super::frame::{self, BLOCK, Failure, MIN_WINDOW_LOG};
use super::matcher::{Effort, Finder};
use super::output::Output;
use super::parameters::{self as names, Parameters};

/// Bytes of the header that the encoder writes before each block.
const ENCODERS_HEADER: usize = 6;
/// The search for repetitions takes long at high levels: there blocks are smaller, so that a process can pause.
const SLOW_LEVEL: i32 = 9;
const SLOW_BLOCK: usize = 32 << 10;

pub(super) struct Compressor {
    pub parameters: Parameters,
    dictionary: Option<Arc<Dictionary>>,
    /// A dictionary's own level goes before the context's.
    dictionary_level: Option<i32>,
    pledged: Option<u64>,
    frame: Option<Frame>,
    pub out: Output,
}

/// A frame under way.
struct Frame {
    encoder: FrameCompressor<Source, Vec<u8>, Finder>,
    /// Goes out with the first block.
    header: Vec<u8>,
    pledged: Option<u64>,
    /// Bytes that have been encoded.
    done: u64,
    pending: Vec<u8>,
    block: usize,
    hash: Option<XxHash64>,
}

/// Where the encoder reads from.
struct Source {
    bytes: Vec<u8>,
    at: usize,
}

impl io::Read for Source {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, io::Error> {
        let n = to.len().min(self.bytes.len() - self.at);
        to[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

impl Compressor {
    pub(super) fn new() -> Compressor {
        let (parameters, out) = (Parameters::new(), Output::default());
        Compressor { parameters, dictionary: None, dictionary_level: None, pledged: None, frame: None, out }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.frame.is_none() && self.out.len() == 0
    }

    /// Forgets the frame under way.
    pub(super) fn reset(&mut self) {
        (self.frame, self.pledged) = (None, None);
        self.out.clear();
    }

    pub(super) fn set_dictionary(
        &mut self,
        dictionary: Option<Arc<Dictionary>>,
        level: Option<i32>,
    ) -> Result<(), Failure> {
        if !self.is_idle() {
            return Err(Failure::Stage);
        }
        (self.dictionary, self.dictionary_level) = (dictionary, level);
        Ok(())
    }

    /// The size of the next frame.
    pub(super) fn pledge(&mut self, size: u64) -> Result<(), Failure> {
        if !self.is_idle() {
            return Err(Failure::Stage);
        }
        self.pledged = Some(size).filter(|n| *n != u64::MAX);
        Ok(())
    }

    /// Begins a frame, unless one is under way. `whole`: its size, if all of it is at hand.
    pub(super) fn begin(&mut self, whole: Option<usize>) {
        if self.frame.is_some() {
            return;
        }
        let pledged = whole.map(|n| n as u64).or(self.pledged);
        let dictionary = self.dictionary.as_deref();
        let text = dictionary.map_or(&[][..], Dictionary::text);
        let p = &self.parameters;
        let level = self.dictionary_level.unwrap_or_else(|| p.get(names::LEVEL));
        let mut log = p.window_log(level);
        if let Some(size) = pledged.and_then(|n| n.checked_add(text.len() as u64)) {
            log = log.min(64 - size.max(64).saturating_sub(1).leading_zeros());
        }
        let log = log.max(MIN_WINDOW_LOG);
        let content = pledged.filter(|_| p.is_set(names::CONTENT_SIZE));
        let id = dictionary.map_or(0, |d| if p.is_set(names::DICTIONARY_ID) { d.id } else { 0 });
        let checksum = p.is_set(names::CHECKSUM);
        let mut header = Vec::new();
        frame::write(content, log, id, checksum, &mut header);
        let window = 1 << log;
        let expected = pledged.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        let block = if level >= SLOW_LEVEL { SLOW_BLOCK } else { BLOCK }.min(window).min(expected.max(1));
        let finder = Finder::new(window, expected, Effort::of_level(level), text);
        self.frame = Some(Frame {
            encoder: FrameCompressor::new_with_matcher(finder, CompressionLevel::Fastest),
            header,
            pledged,
            done: 0,
            pending: Vec::new(),
            block,
            hash: checksum.then(|| XxHash64::with_seed(0)),
        });
    }

    /// Takes some input; answers how much. A block that is full waits if it may be the last one.
    pub(super) fn consume(&mut self, data: &[u8], ends: bool) -> Result<usize, Failure> {
        let Some(f) = &mut self.frame else { return Ok(0) };
        let n = data.len().min(f.block - f.pending.len());
        f.pending.extend_from_slice(&data[..n]);
        if f.pending.len() == f.block && !(ends && n == data.len()) {
            f.encode(false, &mut self.out.bytes)?;
        }
        Ok(n)
    }

    /// Makes a block of what there is.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        match &mut self.frame {
            Some(f) if !f.pending.is_empty() => f.encode(false, &mut self.out.bytes),
            _ => Ok(()),
        }
    }

    /// Ends the frame.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        let Some(mut f) = self.frame.take() else { return Ok(()) };
        self.pledged = None;
        f.encode(true, &mut self.out.bytes)?;
        if f.pledged.is_some_and(|n| n != f.done) {
            return Err(Failure::SourceSize);
        }
        if let Some(hash) = f.hash {
            self.out.bytes.extend((hash.finish() as u32).to_le_bytes());
        }
        Ok(())
    }
}

impl Frame {
    fn encode(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), Failure> {
        let bytes = core::mem::take(&mut self.pending);
        self.done += bytes.len() as u64;
        if self.pledged.is_some_and(|n| self.done > n) {
            return Err(Failure::SourceSize);
        }
        if let Some(hash) = &mut self.hash {
            hash.write(&bytes);
        }
        out.append(&mut self.header);
        if bytes.is_empty() {
            out.extend(frame::raw_block(last, 0));
            return Ok(());
        }
        self.encoder.set_source(Source { bytes, at: 0 });
        self.encoder.set_drain(Vec::new());
        self.encoder.compress();
        self.pending = self.encoder.take_source().map(|s| s.bytes).unwrap_or_default();
        self.pending.clear();
        let encoded = self.encoder.take_drain().unwrap_or_default();
        let at = out.len();
        out.extend(encoded.get(ENCODERS_HEADER..).unwrap_or_default());
        if let Some(first) = out.get_mut(at) {
            *first = *first & !1 | u8::from(last);
        }
        Ok(())
    }
}
