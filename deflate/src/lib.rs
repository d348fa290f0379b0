//! Compression that gives zlib's own bytes (`deflate.c` and `trees.c` of zlib 1.2.13): what is packed here, literals of a
//! `.beam` file say, is to be what stock Erlang packs. The libraries for Rust find other matches (`zlib-rs` those of
//! zlib-ng, `miniz_oxide` its own), so that their output never is.
//!
//! Formats: RFC 1950 (zlib), 1951 (deflate), 1952 (gzip). Read beside it: zlib's `deflate.c`, `trees.c`.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod bits;
mod block;
mod plain;
mod strategy;
#[cfg(test)]
mod tests;
mod tree;
mod window;

use bits::Output;
use block::Block;
use strategy::Found;
use window::{Effort, Window};

/// What a call is to bring to light; zlib's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub enum Flush {
    None = 0,
    Partial = 1,
    Sync = 2,
    Full = 3,
    Finish = 4,
    Block = 5,
}

impl Flush {
    /// By zlib's number.
    #[must_use]
    pub fn from_number(n: i32) -> Option<Flush> {
        use Flush::{Block, Finish, Full, None, Partial, Sync};
        usize::try_from(n).ok().and_then(|n| [None, Partial, Sync, Full, Finish, Block].get(n).copied())
    }
}

/// What the data is like; zlib's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub enum Strategy {
    Default = 0,
    Filtered = 1,
    HuffmanOnly = 2,
    Rle = 3,
    Fixed = 4,
}

impl Strategy {
    /// By zlib's number.
    #[must_use]
    pub fn from_number(n: i32) -> Option<Strategy> {
        use Strategy::{Default, Filtered, Fixed, HuffmanOnly, Rle};
        usize::try_from(n).ok().and_then(|n| [Default, Filtered, HuffmanOnly, Rle, Fixed].get(n).copied())
    }
}

/// How a call ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Ok,
    End,
    /// There was nothing to do.
    Stuck,
}

/// The call made no sense: input after the end, say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misuse;

/// What is around the deflated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrap {
    Raw,
    Zlib,
    Gzip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begin,
    Busy,
    Finish,
    /// The trailer is written.
    Done,
}

/// Where a way to find matches stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    NeedMore,
    BlockDone,
    FinishStarted,
    FinishDone,
}

/// A call's input and output, what is left of them.
struct Io<'a> {
    input: &'a [u8],
    output: &'a mut [u8],
    made: usize,
}

impl Io<'_> {
    const fn room(&self) -> usize {
        self.output.len() - self.made
    }

    fn take(&mut self, n: usize) {
        self.input = &self.input[n..];
    }
}

/// The checksum of what was compressed.
enum Check {
    None,
    Adler(adler2::Adler32),
    Crc(crc32fast::Hasher, u32),
}

impl Check {
    fn new(wrap: Wrap) -> Check {
        match wrap {
            Wrap::Raw => Check::None,
            Wrap::Zlib => Check::Adler(adler2::Adler32::new()),
            Wrap::Gzip => Check::Crc(crc32fast::Hasher::new(), 0),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Check::None => {}
            Check::Adler(a) => a.write_slice(bytes),
            Check::Crc(c, length) => {
                c.update(bytes);
                *length = length.wrapping_add(bytes.len() as u32);
            }
        }
    }
}

/// A stream that is being compressed.
pub struct Deflate {
    wrap: Wrap,
    bits: u32,
    level: usize,
    strategy: Strategy,
    window: Window,
    block: Block,
    out: Output,
    /// The size of zlib's buffer for output, which bounds blocks without compression.
    pending_limit: usize,
    found: Found,
    check: Check,
    stage: Stage,
    /// What the call before asked for; below all when it was cut short, -2 before the first.
    last_flush: i32,
    /// Slides of the window, up to 2, that the chains don't know of (level 0 has no use for them).
    stale: u8,
    total_in: u64,
}

/// What the levels from 1 on stand for: good, lazy, nice, chain.
const EFFORTS: [(usize, usize, usize, usize); 9] = [
    (4, 4, 8, 4),
    (4, 5, 16, 8),
    (4, 6, 32, 32),
    (4, 4, 16, 16),
    (8, 16, 32, 32),
    (8, 16, 128, 128),
    (8, 32, 128, 256),
    (32, 128, 258, 1024),
    (32, 258, 258, 4096),
];

/// Which way a level looks for matches.
const fn kind(level: usize) -> u8 {
    match level {
        0 => 0,
        1..=3 => 1,
        _ => 2,
    }
}

const fn level_of(level: i32) -> usize {
    if level < 0 { 6 } else { level as usize }
}

impl Deflate {
    /// `level` -1 to 9, `window_bits` 8 to 15, negative for raw, 16 more for gzip, `memory` 1 to 9: the caller has looked.
    pub fn new(level: i32, window_bits: i32, memory: i32, strategy: Strategy) -> Deflate {
        let (wrap, bits) = match window_bits {
            ..0 => (Wrap::Raw, -window_bits),
            0..16 => (Wrap::Zlib, window_bits),
            _ => (Wrap::Gzip, window_bits - 16),
        };
        // A window of 256 bytes is made one of 512, as zlib does.
        let bits = bits.clamp(9, 15) as u32;
        let memory = memory.clamp(1, 9) as u32;
        Deflate {
            wrap,
            bits,
            level: level_of(level),
            strategy,
            window: Window::new(bits, memory),
            block: Block::new(1 << (memory + 6)),
            out: Output::default(),
            pending_limit: 4 << (memory + 6),
            found: Found::NONE,
            check: Check::new(wrap),
            stage: if wrap == Wrap::Raw { Stage::Busy } else { Stage::Begin },
            last_flush: -2,
            stale: 0,
            total_in: 0,
        }
    }

    /// Bytes taken in since the stream began.
    pub const fn total_in(&self) -> u64 {
        self.total_in
    }

    /// Begins the stream anew.
    pub fn reset(&mut self) {
        self.window.reset();
        self.block.clear();
        self.out = Output::default();
        self.found = Found::NONE;
        self.check = Check::new(self.wrap);
        self.stage = if self.wrap == Wrap::Raw { Stage::Busy } else { Stage::Begin };
        self.last_flush = -2;
        self.stale = 0;
        self.total_in = 0;
    }

    fn effort(&self) -> Effort {
        let (good, lazy, nice, chain) = EFFORTS[self.level.max(1) - 1];
        Effort { good, lazy, nice, chain }
    }

    fn fill(&mut self, io: &mut Io<'_>) {
        let n = self.window.fill(io.input);
        self.check.update(&io.input[..n]);
        io.take(n);
    }

    fn drain(&mut self, io: &mut Io<'_>) {
        io.made += self.out.drain(&mut io.output[io.made..]);
    }

    /// Writes the block that was collected; false when there is no room left.
    fn write_block(&mut self, io: &mut Io<'_>, last: bool) -> bool {
        let plain = self.window.block_bytes();
        self.block.write(&mut self.out, plain, self.strategy == Strategy::Fixed, last);
        self.window.block = self.window.at as isize;
        self.drain(io);
        io.room() > 0
    }

    /// Compresses: answers bytes taken, bytes given, and how it ended.
    /// # Errors
    /// The stream has ended.
    pub fn compress(
        &mut self,
        input: &[u8],
        output: &mut [u8],
        flush: Flush,
    ) -> (usize, usize, Result<Status, Misuse>) {
        let before = input.len();
        let mut io = Io { input, output, made: 0 };
        let result = self.step(&mut io, flush);
        let used = before - io.input.len();
        self.total_in += used as u64;
        (used, io.made, result)
    }

    fn step(&mut self, io: &mut Io<'_>, flush: Flush) -> Result<Status, Misuse> {
        if matches!(self.stage, Stage::Finish | Stage::Done) && flush != Flush::Finish {
            return Err(Misuse);
        }
        if io.room() == 0 {
            return Ok(Status::Stuck);
        }
        let before = core::mem::replace(&mut self.last_flush, flush as i32);
        if !self.out.is_empty() {
            self.drain(io);
            if io.room() == 0 {
                self.last_flush = -1;
                return Ok(Status::Ok);
            }
        } else if io.input.is_empty() && flush != Flush::Finish && rank(flush as i32) <= rank(before) {
            return Ok(Status::Stuck);
        }
        if self.stage != Stage::Busy && self.stage != Stage::Begin && !io.input.is_empty() {
            return Ok(Status::Stuck);
        }
        if self.stage == Stage::Begin {
            self.header();
            self.stage = Stage::Busy;
            self.drain(io);
            if !self.out.is_empty() {
                self.last_flush = -1;
                return Ok(Status::Ok);
            }
        }
        let busy = self.stage == Stage::Busy;
        if !io.input.is_empty() || self.window.ahead != 0 || (flush != Flush::None && busy) {
            let progress = match self.strategy {
                _ if self.level == 0 => self.plain(io, flush),
                Strategy::HuffmanOnly => self.huffman(io, flush),
                Strategy::Rle => self.rle(io, flush),
                _ if kind(self.level) == 1 => self.fast(io, flush),
                _ => self.slow(io, flush),
            };
            if matches!(progress, Progress::FinishStarted | Progress::FinishDone) {
                self.stage = Stage::Finish;
            }
            if matches!(progress, Progress::NeedMore | Progress::FinishStarted) {
                if io.room() == 0 {
                    self.last_flush = -1;
                }
                return Ok(Status::Ok);
            }
            if progress == Progress::BlockDone {
                self.mark(flush);
                self.drain(io);
                if io.room() == 0 {
                    self.last_flush = -1;
                    return Ok(Status::Ok);
                }
            }
        }
        if flush != Flush::Finish {
            return Ok(Status::Ok);
        }
        if self.stage == Stage::Done || self.wrap == Wrap::Raw {
            return Ok(Status::End);
        }
        self.trailer();
        self.drain(io);
        self.stage = Stage::Done;
        Ok(if self.out.is_empty() { Status::End } else { Status::Ok })
    }

    /// What a flush puts behind the last block.
    fn mark(&mut self, flush: Flush) {
        match flush {
            Flush::Partial => block::empty(&mut self.out),
            Flush::Block => {}
            _ => {
                block::stored(&mut self.out, &[], false);
                if flush == Flush::Full {
                    self.window.forget();
                    if self.window.ahead == 0 {
                        (self.window.at, self.window.block, self.window.late) = (0, 0, 0);
                    }
                }
            }
        }
    }

    fn header(&mut self) {
        let quick = self.strategy >= Strategy::HuffmanOnly || self.level < 2;
        match &self.check {
            Check::None => {}
            Check::Adler(dictionary) => {
                let level = match self.level {
                    _ if quick => 0,
                    ..6 => 1,
                    6 => 2,
                    _ => 3,
                };
                let preset = self.window.at != 0;
                let header = (8 + ((self.bits as u16 - 8) << 4)) << 8 | level << 6 | u16::from(preset) << 5;
                self.out.bytes(&(header + 31 - header % 31).to_be_bytes());
                if preset {
                    self.out.bytes(&dictionary.checksum().to_be_bytes());
                }
                self.check = Check::new(self.wrap);
            }
            Check::Crc(..) => {
                let extra = match self.level {
                    9 => 2,
                    _ if quick => 4,
                    _ => 0,
                };
                self.out.bytes(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra, 3]);
            }
        }
    }

    fn trailer(&mut self) {
        match &self.check {
            Check::None => {}
            Check::Adler(a) => self.out.bytes(&a.checksum().to_be_bytes()),
            Check::Crc(c, length) => {
                self.out.bytes(&c.clone().finalize().to_le_bytes());
                self.out.bytes(&length.to_le_bytes());
            }
        }
    }

    /// Another level or strategy for what follows; what came before is compressed as it was to be. Answers the bytes that
    /// this gave, and false (with nothing changed) when there was not enough room for them.
    pub fn set_params(&mut self, level: i32, strategy: Strategy, output: &mut [u8]) -> (usize, bool) {
        let level = level_of(level);
        let mut made = 0;
        let differs = strategy != self.strategy || kind(level) != kind(self.level);
        if differs && self.last_flush != -2 {
            let (_, n, result) = self.compress(&[], output, Flush::Block);
            made = n;
            if result.is_err() || self.window.block_length() + self.window.ahead > 0 {
                return (made, false);
            }
        }
        if self.level == 0 && level != 0 {
            match core::mem::take(&mut self.stale) {
                0 => {}
                1 => self.window.slide_chains(),
                _ => self.window.forget(),
            }
        }
        self.level = level;
        self.strategy = strategy;
        (made, true)
    }

    /// Presets the window; answers the dictionary's checksum (none for a raw stream).
    /// # Errors
    /// The stream has begun, or is one of gzip's, which have no dictionaries.
    pub fn set_dictionary(&mut self, bytes: &[u8]) -> Result<Option<u32>, Misuse> {
        let begun = self.wrap == Wrap::Zlib && self.stage != Stage::Begin;
        if self.wrap == Wrap::Gzip || begun || self.window.ahead > 0 {
            return Err(Misuse);
        }
        self.check.update(bytes);
        let tail = &bytes[bytes.len().saturating_sub(self.window.size)..];
        if bytes.len() >= self.window.size && self.wrap == Wrap::Raw {
            self.window.forget();
            (self.window.at, self.window.block, self.window.late) = (0, 0, 0);
        }
        self.window.preset(tail);
        self.found = Found::NONE;
        Ok(if let Check::Adler(a) = &self.check { Some(a.checksum()) } else { None })
    }
}

/// How far-reaching a flush is: `Block` lies between `None` and `Partial`.
const fn rank(flush: i32) -> i32 {
    2 * flush - if flush > 4 { 9 } else { 0 }
}
