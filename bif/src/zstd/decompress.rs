//! Decompression. Blocks are decoded by `ruzstd`; frames and blocks are taken apart here, since what has been decoded is to
//! be had at once, not only when it leaves the window. To that end each block is passed on as a last one (then all can be
//! fetched), and the window's text goes back as plain blocks.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::Hasher;

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::io::Read;
use twox_hash::XxHash64;

use super::dictionary::Dictionary;
use super::frame::{self, BLOCK, Failure, Header, MAX_WINDOW_LOG, MIN_WINDOW_LOG, RAW, RESERVED, RLE};
use super::output::Output;

/// The largest window that is accepted unless something else is asked for.
const WINDOW_LOG: u32 = 27;
/// So much more than a window may be waiting in the decoder.
const SLACK: usize = 1 << 20;

enum State {
    /// Before a frame; in its header.
    Header,
    Blocks,
    Checksum,
    /// So many bytes mean nothing.
    Skip(u64),
}

pub(super) struct Decompressor {
    decoder: FrameDecoder,
    pub dictionary: Option<Arc<Dictionary>>,
    window_log: u32,
    state: State,
    header: Option<Header>,
    /// A part of a header or block.
    input: Vec<u8>,
    /// How much of the decoder's text has been given already, and how much of it has to be kept.
    held: usize,
    keep: usize,
    /// What the decoder takes for its window.
    window: usize,
    produced: u64,
    hash: Option<XxHash64>,
    pub out: Output,
}

impl Decompressor {
    pub(super) fn new() -> Decompressor {
        Decompressor {
            decoder: FrameDecoder::new(),
            dictionary: None,
            window_log: WINDOW_LOG,
            state: State::Header,
            header: None,
            input: Vec::new(),
            held: 0,
            keep: 0,
            window: 0,
            produced: 0,
            hash: None,
            out: Output::default(),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        matches!(self.state, State::Header) && self.input.is_empty() && self.out.len() == 0
    }

    pub(super) fn reset(&mut self) {
        self.state = State::Header;
        self.input.clear();
        self.out.clear();
    }

    pub(super) fn set_dictionary(&mut self, dictionary: Option<Arc<Dictionary>>) -> Result<(), Failure> {
        if !self.is_idle() {
            return Err(Failure::Stage);
        }
        self.decoder = FrameDecoder::new();
        if let Some(tables) = dictionary.as_ref().and_then(|d| d.with_tables()) {
            self.decoder.add_dict(tables).map_err(|_| Failure::DictionaryCorrupt)?;
        }
        self.dictionary = dictionary;
        Ok(())
    }

    pub(super) const fn window_log(&self) -> u32 {
        self.window_log
    }

    pub(super) fn set_window_log(&mut self, log: i32) -> Result<(), Failure> {
        if !self.is_idle() {
            return Err(Failure::Stage);
        }
        self.window_log = match u32::try_from(log) {
            Ok(0) => WINDOW_LOG,
            Ok(log @ MIN_WINDOW_LOG..=MAX_WINDOW_LOG) => log,
            _ => return Err(Failure::OutOfBounds),
        };
        Ok(())
    }

    /// Takes some input; answers how much.
    pub(super) fn consume(&mut self, data: &[u8]) -> Result<usize, Failure> {
        if let State::Skip(left) = &mut self.state {
            let n = usize::try_from(*left).unwrap_or(usize::MAX).min(data.len());
            *left -= n as u64;
            if *left == 0 {
                self.state = State::Header;
            }
            return Ok(n);
        }
        let wanted = self.wanted();
        let n = (wanted - self.input.len()).min(data.len());
        self.input.extend_from_slice(&data[..n]);
        match self.state {
            State::Header => {
                if let Some(header) = frame::read(&self.input)? {
                    self.input.clear();
                    self.begin(header)?;
                }
            }
            State::Blocks if self.input.len() == 3 && wanted == 3 => self.check_block()?,
            State::Blocks if self.input.len() == wanted => self.block()?,
            State::Checksum if self.input.len() == wanted => {
                let ours = self.hash.take().map_or(0, |h| h.finish() as u32);
                if self.input[..] != ours.to_le_bytes() {
                    return Err(Failure::Checksum);
                }
                self.input.clear();
                self.state = State::Header;
            }
            _ => {}
        }
        Ok(n)
    }

    /// How long the piece at hand is, as far as is known.
    fn wanted(&self) -> usize {
        match (&self.state, &self.input[..]) {
            (State::Blocks, [a, b, c, ..]) => match frame::read_block([*a, *b, *c]) {
                (_, RLE, _) => 4,
                (_, _, size) => 3 + size,
            },
            (State::Blocks, _) => 3,
            (State::Checksum, _) => 4,
            _ => self.input.len() + 1,
        }
    }

    fn begin(&mut self, header: Header) -> Result<(), Failure> {
        if header.skippable {
            let size = header.content.unwrap_or(0);
            self.state = if size == 0 { State::Header } else { State::Skip(size) };
            return Ok(());
        }
        let id = self.dictionary.as_ref().map_or(0, |d| d.id);
        if header.dictionary != 0 && header.dictionary != id {
            return Err(Failure::DictionaryMismatch);
        }
        // What is small needs no room for a window (stock looks whether all of the frame is at hand).
        let small = header.content.is_some_and(|n| n <= BLOCK as u64);
        if !small && header.window > (1 << self.window_log) + u64::from(self.window_log == WINDOW_LOG) {
            return Err(Failure::WindowTooLarge);
        }
        let window = header.window as usize;
        self.keep = window;
        // The decoder makes room for a window at once; only for a dictionary with tables it has to know the real one.
        let dictionary = self.dictionary.clone();
        let tables = dictionary.as_ref().is_some_and(|d| d.has_tables());
        self.window = window.clamp(1 << MIN_WINDOW_LOG, if tables { usize::MAX } else { BLOCK });
        let mut bytes = Vec::new();
        frame::write(Some(self.window as u64), MAX_WINDOW_LOG, 0, false, &mut bytes);
        self.decoder.reset(&bytes[..]).map_err(|_| Failure::Corrupt)?;
        self.held = 0;
        if let Some(dictionary) = dictionary {
            if tables {
                self.decoder.force_dict(dictionary.id).map_err(|_| Failure::DictionaryMismatch)?;
            } else {
                self.prime(dictionary.text())?;
                self.keep += dictionary.text().len();
            }
        }
        self.produced = 0;
        self.hash = header.checksum.then(|| XxHash64::with_seed(0));
        self.header = Some(header);
        self.state = State::Blocks;
        Ok(())
    }

    /// Is the block whose header has come a sound one?
    fn check_block(&mut self) -> Result<(), Failure> {
        let (_, kind, size) = frame::read_block([self.input[0], self.input[1], self.input[2]]);
        let most = self.header.map_or(0, |h| h.window).min(BLOCK as u64);
        if kind == RESERVED || size as u64 > most {
            return Err(Failure::Corrupt);
        }
        // Nothing more belongs to an empty one.
        if self.wanted() == 3 { self.block() } else { Ok(()) }
    }

    fn block(&mut self) -> Result<(), Failure> {
        let last = self.input[0] & 1 != 0;
        self.input[0] |= 1;
        let before = self.decoder.can_collect();
        self.decode()?;
        let has = self.decoder.can_collect();
        self.produced += (has - before.min(has)) as u64;
        let content = self.header.and_then(|h| h.content);
        if content.is_some_and(|n| self.produced > n || last && self.produced != n) {
            return Err(Failure::Corrupt);
        }
        self.input.clear();
        if last {
            let all = self.decoder.collect().unwrap_or_default();
            self.give(&all);
            self.state = if self.hash.is_some() { State::Checksum } else { State::Header };
        } else if has > self.keep + SLACK {
            let mut old = alloc::vec![0; has - self.keep];
            let n = self.decoder.read(&mut old).map_err(|_| Failure::Corrupt)?;
            self.give(&old[..n]);
        }
        Ok(())
    }

    fn decode(&mut self) -> Result<(), Failure> {
        let done = self.decoder.decode_blocks(&self.input[..], BlockDecodingStrategy::UptoBlocks(1));
        done.map(|_| ()).map_err(|_| Failure::Corrupt)
    }

    /// Text that has left the decoder goes out, but for what has already.
    fn give(&mut self, text: &[u8]) {
        let given = self.held.min(text.len());
        self.held -= given;
        self.out.bytes.extend_from_slice(&text[given..]);
        if let Some(hash) = &mut self.hash {
            hash.write(&text[given..]);
        }
    }

    /// Gives all that has been decoded.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        if !matches!(self.state, State::Blocks) || self.decoder.can_collect() == self.held {
            return Ok(());
        }
        let all = self.decoder.collect().unwrap_or_default();
        self.give(&all);
        let kept = &all[all.len() - self.keep.min(all.len())..];
        let input = core::mem::take(&mut self.input);
        self.prime(kept)?;
        self.input = input;
        Ok(())
    }

    /// Puts text into the decoder that has been given, or is a dictionary's.
    fn prime(&mut self, text: &[u8]) -> Result<(), Failure> {
        for piece in text.chunks(self.window.min(BLOCK)) {
            self.input.clear();
            self.input.extend(frame::block(true, RAW, piece.len()));
            self.input.extend_from_slice(piece);
            self.decode()?;
        }
        self.input.clear();
        self.held += text.len();
        Ok(())
    }
}
