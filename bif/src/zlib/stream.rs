//! A stream: its queue of input, and the codec at work on it: joist-deflate, zlib-rs' inflate.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use joist_deflate::{self as deflate, Deflate, Flush, Misuse, Strategy};
use zlib_rs::{Inflate, InflateError, InflateFlush};

/// Why an operation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    NotInitialized,
    AlreadyInitialized,
    Stream,
    Data,
    Memory,
}

/// What happens to input behind the end of a compressed stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtEnd {
    Error,
    Reset,
    Cut,
}

/// What a piece of work came to.
pub(super) struct Outcome {
    pub consumed: usize,
    pub output: Vec<u8>,
    /// All input is used up, and all output given.
    pub finished: bool,
    /// A dictionary with this checksum is needed to go on.
    pub dictionary: Option<u32>,
}

enum Codec {
    None,
    Deflate(Box<Deflate>),
    Inflate(Inflate),
    Closed,
}

/// How a call of the codec ended.
enum Step {
    Ok,
    End,
    /// No progress is possible.
    Stuck,
    Dictionary(u32),
}

/// The window of deflate: what a dictionary may be.
const WINDOW: usize = 32 << 10;

pub(super) struct Stream {
    codec: Codec,
    input: VecDeque<Vec<u8>>,
    /// How much of the first piece of input is used up.
    start: usize,
    window_bits: i32,
    at_end: AtEnd,
    ended: bool,
    /// Of the plain text, for raw streams only.
    crc: crc32fast::Hasher,
    /// The plain text's end, as inflate's dictionary.
    window: Vec<u8>,
}

impl Stream {
    pub(super) fn new() -> Stream {
        Stream {
            codec: Codec::None,
            input: VecDeque::new(),
            start: 0,
            window_bits: 15,
            at_end: AtEnd::Cut,
            ended: false,
            crc: crc32fast::Hasher::new(),
            window: Vec::new(),
        }
    }

    /// Ends it for good; false when it has been already.
    pub(super) fn close(&mut self) -> bool {
        let open = !matches!(self.codec, Codec::Closed);
        self.codec = Codec::Closed;
        open
    }

    fn begin(&mut self, codec: Codec, window_bits: i32) {
        self.codec = codec;
        self.window_bits = window_bits;
        self.clear();
    }

    fn clear(&mut self) {
        self.ended = false;
        self.crc = crc32fast::Hasher::new();
        self.window.clear();
    }

    fn drop_input(&mut self) {
        self.input.clear();
        self.start = 0;
    }

    fn is_raw(&self) -> bool {
        self.window_bits < 0
    }

    fn deflater(&mut self) -> Result<&mut Deflate, Failure> {
        if let Codec::Deflate(d) = &mut self.codec { Ok(d) } else { Err(Failure::NotInitialized) }
    }

    fn inflater(&mut self) -> Result<&mut Inflate, Failure> {
        if let Codec::Inflate(i) = &mut self.codec { Ok(i) } else { Err(Failure::NotInitialized) }
    }

    pub(super) fn start_deflate(
        &mut self,
        level: i32,
        method: i32,
        window_bits: i32,
        mem_level: i32,
        strategy: i32,
    ) -> Result<(), Failure> {
        if !matches!(self.codec, Codec::None) {
            return Err(Failure::AlreadyInitialized);
        }
        let sound = (-1..=9).contains(&level)
            && method == 8
            && matches!(window_bits, -15..=-9 | 8..=15 | 25..=31)
            && (1..=9).contains(&mem_level);
        let strategy = Strategy::from_number(strategy).ok_or(Failure::Stream)?;
        if !sound {
            return Err(Failure::Stream);
        }
        self.begin(Codec::Deflate(Box::new(Deflate::new(level, window_bits, mem_level, strategy))), window_bits);
        Ok(())
    }

    pub(super) fn start_inflate(&mut self, window_bits: i32, at_end: AtEnd) -> Result<(), Failure> {
        if !matches!(self.codec, Codec::None) {
            return Err(Failure::AlreadyInitialized);
        }
        if !matches!(window_bits, -15..=-8 | 0 | 8..=15 | 24..=31 | 40..=47) {
            return Err(Failure::Stream);
        }
        self.at_end = at_end;
        self.begin(new_inflater(window_bits), window_bits);
        Ok(())
    }

    pub(super) fn set_deflate_dictionary(&mut self, bytes: &[u8]) -> Result<u32, Failure> {
        let adler = self.deflater()?.set_dictionary(bytes).map_err(|Misuse| Failure::Stream)?;
        // A raw stream has no checksum of its own; stock answers one that begins with 0, not 1.
        Ok(adler.unwrap_or_else(|| raw_adler(bytes)))
    }

    pub(super) fn set_inflate_dictionary(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.inflater()?.set_dictionary(bytes).map_err(inflate_failure)?;
        self.remember(bytes);
        Ok(())
    }

    pub(super) fn dictionary(&mut self) -> Result<&[u8], Failure> {
        self.inflater()?;
        Ok(&self.window)
    }

    pub(super) fn reset_deflate(&mut self) -> Result<(), Failure> {
        self.deflater()?.reset();
        self.clear();
        self.drop_input();
        Ok(())
    }

    pub(super) fn reset_inflate(&mut self) -> Result<(), Failure> {
        self.inflater()?;
        self.codec = new_inflater(self.window_bits);
        self.clear();
        self.drop_input();
        Ok(())
    }

    /// Ends compression; what was begun must have been finished.
    pub(super) fn end_deflate(&mut self) -> Result<(), Failure> {
        let begun = self.deflater()?.total_in() > 0 || !self.input.is_empty();
        let complete = self.ended || !begun;
        self.end(complete)
    }

    pub(super) fn end_inflate(&mut self) -> Result<(), Failure> {
        self.inflater()?;
        let complete = self.ended && self.input.is_empty();
        self.end(complete)
    }

    fn end(&mut self, complete: bool) -> Result<(), Failure> {
        self.codec = Codec::None;
        self.drop_input();
        if complete { Ok(()) } else { Err(Failure::Data) }
    }

    /// Level and strategy for what follows. What came before has been flushed: were anything left, it would be lost.
    pub(super) fn set_params(&mut self, level: i32, strategy: i32) -> Result<(), Failure> {
        let deflate = self.deflater()?;
        let strategy = Strategy::from_number(strategy).filter(|_| (-1..=9).contains(&level)).ok_or(Failure::Stream)?;
        match deflate.set_params(level, strategy, &mut [0]) {
            (0, true) => Ok(()),
            _ => Err(Failure::Stream),
        }
    }

    pub(super) fn crc(&mut self) -> Result<u32, Failure> {
        match self.codec {
            Codec::Deflate(_) | Codec::Inflate(_) => Ok(self.crc.clone().finalize()),
            Codec::None | Codec::Closed => Err(Failure::NotInitialized),
        }
    }

    pub(super) fn enqueue<'a>(&mut self, pieces: impl Iterator<Item = Cow<'a, [u8]>>) -> Result<(), Failure> {
        if !matches!(self.codec, Codec::Deflate(_) | Codec::Inflate(_)) {
            return Err(Failure::NotInitialized);
        }
        self.input.extend(pieces.filter(|p| !p.is_empty()).map(Cow::into_owned));
        Ok(())
    }

    pub(super) fn deflate(&mut self, input: usize, output: usize, flush: i32) -> Result<Outcome, Failure> {
        self.deflater()?;
        self.work(input, output, flush)
    }

    pub(super) fn inflate(&mut self, input: usize, output: usize, flush: i32) -> Result<Outcome, Failure> {
        self.inflater()?;
        if self.ended && !self.input.is_empty() {
            match self.at_end {
                AtEnd::Error => return Err(Failure::Data),
                AtEnd::Reset => {
                    self.codec = new_inflater(self.window_bits);
                    self.ended = false;
                }
                AtEnd::Cut => self.drop_input(),
            }
        }
        self.work(input, output, flush)
    }

    /// Takes up to `limit` bytes of input and gives up to `room` bytes of output. Only when all input is used up is
    /// the codec told to flush.
    fn work(&mut self, limit: usize, room: usize, flush: i32) -> Result<Outcome, Failure> {
        let mut buffer = alloc::vec![0; room];
        let (mut consumed, mut produced) = (0, 0);
        let mut step = Step::Ok;
        while matches!(step, Step::Ok) && consumed < limit && produced < room {
            let Some(piece) = self.input.front() else { break };
            let size = (piece.len() - self.start).min(limit - consumed);
            let piece = &piece[self.start..self.start + size];
            let (result, used, made) = call(&mut self.codec, piece, &mut buffer[produced..], 0);
            if self.window_bits < 0 && matches!(self.codec, Codec::Deflate(_)) {
                self.crc.update(&piece[..used]);
            }
            consumed += used;
            produced += made;
            self.start += used;
            if self.input.front().is_some_and(|p| p.len() == self.start) {
                self.input.pop_front();
                self.start = 0;
            }
            step = result?;
        }
        if matches!(step, Step::Ok) && self.input.is_empty() && produced < room {
            let (result, _, made) = call(&mut self.codec, &[], &mut buffer[produced..], flush);
            produced += made;
            step = result?;
        }
        self.ended |= matches!(step, Step::End);
        buffer.truncate(produced);
        if matches!(self.codec, Codec::Inflate(_)) {
            if self.is_raw() {
                self.crc.update(&buffer);
            }
            self.remember(&buffer);
        }
        let rest = !self.input.is_empty();
        let dictionary = if let Step::Dictionary(adler) = step { Some(adler) } else { None };
        if consumed == 0 && produced == 0 && rest && dictionary.is_none() {
            return Err(Failure::Data);
        }
        Ok(Outcome { consumed, output: buffer, finished: !rest && produced < room, dictionary })
    }

    fn remember(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(WINDOW)..];
        let keep = (WINDOW - bytes.len()).min(self.window.len());
        self.window.drain(..self.window.len() - keep);
        self.window.extend_from_slice(bytes);
    }
}

fn new_inflater(window_bits: i32) -> Codec {
    Codec::Inflate(Inflate::new(window_bits >= 0, window_bits.unsigned_abs() as u8))
}

fn raw_adler(bytes: &[u8]) -> u32 {
    let mut a = adler2::Adler32::from_checksum(0);
    a.write_slice(bytes);
    a.checksum()
}

const fn inflate_failure(e: InflateError) -> Failure {
    match e {
        InflateError::StreamError => Failure::Stream,
        InflateError::MemError => Failure::Memory,
        InflateError::DataError | InflateError::NeedDict { .. } => Failure::Data,
    }
}

/// One call of the codec: how it ended, bytes used, bytes made.
fn call(codec: &mut Codec, input: &[u8], output: &mut [u8], flush: i32) -> (Result<Step, Failure>, usize, usize) {
    match codec {
        Codec::Deflate(d) => {
            let Some(flush) = Flush::from_number(flush) else { return (Err(Failure::Stream), 0, 0) };
            let (used, made, result) = d.compress(input, output, flush);
            let step = result.map_err(|Misuse| Failure::Stream).map(|s| match s {
                deflate::Status::Ok => Step::Ok,
                deflate::Status::Stuck => Step::Stuck,
                deflate::Status::End => Step::End,
            });
            (step, used, made)
        }
        Codec::Inflate(i) => {
            let (before_in, before_out) = (i.total_in(), i.total_out());
            let result = match InflateFlush::try_from(flush) {
                Ok(flush) => match i.decompress(input, output, flush) {
                    Ok(zlib_rs::Status::Ok) => Ok(Step::Ok),
                    Ok(zlib_rs::Status::BufError) => Ok(Step::Stuck),
                    Ok(zlib_rs::Status::StreamEnd) => Ok(Step::End),
                    Err(InflateError::NeedDict { dict_id }) => Ok(Step::Dictionary(dict_id)),
                    Err(e) => Err(inflate_failure(e)),
                },
                Err(_) => Err(Failure::Stream),
            };
            (result, (i.total_in() - before_in) as usize, (i.total_out() - before_out) as usize)
        }
        Codec::None | Codec::Closed => (Err(Failure::NotInitialized), 0, 0),
    }
}
