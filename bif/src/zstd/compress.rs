//! Compression: frames of blocks. The search for repetitions in a block goes piece by piece, so that a process can pause.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::Hasher;

use twox_hash::XxHash64;

use super::block::{Encoder, Repeats};
use super::dictionary::Dictionary;
use super::frame::{self, BLOCK, Failure};
use super::output::Output;
use super::parameters::{self as names, Parameters};
use super::search::{Effort, Finder};

/// What the search and the encoder do for one reduction: looks at a position, bytes.
const LOOKS: usize = 8;
const ENCODED: usize = 24;
/// No block is made smaller than this for the sake of its compressed size.
const SMALL_BLOCK: usize = 1024;

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
    finder: Finder,
    encoder: Encoder,
    /// Goes out with the first block.
    header: Vec<u8>,
    pledged: Option<u64>,
    /// Bytes that have been encoded.
    done: u64,
    /// The block at hand is full with so many bytes; so many it can be at most.
    block: usize,
    largest: usize,
    /// So large compressed blocks should be, if that matters.
    target: Option<usize>,
    hash: Option<XxHash64>,
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
        let size = pledged.and_then(|n| n.checked_add(text.len() as u64));
        let effort = Effort::new(level, p, size);
        let content = pledged.filter(|_| p.is_set(names::CONTENT_SIZE));
        let id = dictionary.map_or(0, |d| if p.is_set(names::DICTIONARY_ID) { d.id } else { 0 });
        let checksum = p.is_set(names::CHECKSUM);
        let mut header = Vec::new();
        frame::write(content, effort.window_log, id, checksum, &mut header);
        let largest = BLOCK.min(1 << effort.window_log);
        let target = Some(p.get(names::TARGET_BLOCK) as usize).filter(|n| *n > 0);
        let repeats = dictionary.map_or(Repeats::START, |d| Repeats(d.repeats));
        let mut frame = Frame {
            finder: Finder::new(p, effort, largest, text),
            encoder: Encoder::new(repeats, effort.codes_literals()),
            header,
            pledged,
            done: 0,
            block: target.unwrap_or(largest).min(largest),
            largest,
            target,
            hash: checksum.then(|| XxHash64::with_seed(0)),
        };
        frame.finder.begin(repeats, largest);
        self.frame = Some(frame);
    }

    /// Takes some input, or works on what there is: answers how much it has taken, and the work in reductions. A block
    /// that is full waits for more, since it may be the last one.
    pub(super) fn consume(&mut self, data: &[u8]) -> Result<(usize, usize), Failure> {
        let Some(f) = &mut self.frame else { return Ok((0, 0)) };
        let n = data.len().min(f.block.saturating_sub(f.finder.len()));
        if n == 0 {
            return Ok((0, f.work(&mut self.out.bytes)?));
        }
        f.finder.extend(&data[..n]);
        Ok((n, 0))
    }

    /// Works on a block that is full, if more is to come.
    pub(super) fn go_on(&mut self) -> Result<Option<usize>, Failure> {
        match &mut self.frame {
            Some(f) if f.finder.len() >= f.block => f.work(&mut self.out.bytes).map(Some),
            _ => Ok(None),
        }
    }

    /// Makes a block of what there is; answers the work until it is done.
    pub(super) fn flush(&mut self) -> Result<Option<usize>, Failure> {
        match &mut self.frame {
            Some(f) if f.finder.len() > 0 => f.work(&mut self.out.bytes).map(Some),
            _ => Ok(None),
        }
    }

    /// Ends the frame; answers the work until it is done.
    pub(super) fn finish(&mut self) -> Result<Option<usize>, Failure> {
        let Some(f) = &mut self.frame else { return Ok(None) };
        if let Some(work) = f.finder.search() {
            return Ok(Some(work / LOOKS));
        }
        let work = f.encode(true, &mut self.out.bytes)?;
        self.pledged = None;
        let Some(f) = self.frame.take() else { return Ok(None) };
        if f.pledged.is_some_and(|n| n != f.done) {
            return Err(Failure::SourceSize);
        }
        if let Some(hash) = f.hash {
            self.out.bytes.extend((hash.finish() as u32).to_le_bytes());
        }
        Ok(Some(work))
    }
}

impl Frame {
    /// Searches on in the block at hand, or encodes it; answers the work.
    fn work(&mut self, out: &mut Vec<u8>) -> Result<usize, Failure> {
        match self.finder.search() {
            Some(work) => Ok(work / LOOKS),
            None => self.encode(false, out),
        }
    }

    fn encode(&mut self, last: bool, out: &mut Vec<u8>) -> Result<usize, Failure> {
        let text = self.finder.block();
        let size = text.len();
        self.done += size as u64;
        if self.pledged.is_some_and(|n| self.done > n) {
            return Err(Failure::SourceSize);
        }
        if let Some(hash) = &mut self.hash {
            hash.write(text);
        }
        out.append(&mut self.header);
        let start = out.len();
        self.encoder.block(text, &self.finder.sequences, last, out);
        if let Some(target) = self.target {
            // The next one will be much like this one.
            let fitting = target * size / (out.len() - start).max(1);
            self.block = fitting.max(SMALL_BLOCK).min(self.largest);
        }
        self.finder.begin(self.encoder.repeats, self.largest);
        Ok(size / ENCODED)
    }
}
