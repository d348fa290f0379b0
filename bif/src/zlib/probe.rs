//! Streams without a process, for fuzzing: the work is done in pieces of any size, as `zlib.erl` does it.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::stream::{AtEnd, Failure, Stream};

/// How a stream is driven: so much input is enqueued and looked at, and so much output taken, at a time.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub enqueue: usize,
    pub input: usize,
    pub output: usize,
}

/// More than this nobody wants to see.
const MAX: usize = 1 << 20;
const FINISH: i32 = 4;

fn drive(
    stream: &mut Stream,
    bytes: &[u8],
    pace: Pace,
    (flushes, last): (&[u8], i32),
    work: fn(&mut Stream, usize, usize, i32) -> Result<super::stream::Outcome, Failure>,
) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let mut pieces = bytes.chunks(pace.enqueue.max(1)).enumerate().peekable();
    let mut rounds = 0;
    while let Some((i, piece)) = pieces.next() {
        stream.enqueue([Cow::Borrowed(piece)].into_iter())?;
        let flush = match flushes.get(i) {
            _ if pieces.peek().is_none() => last,
            Some(f) => i32::from(*f % 4),
            None => 0,
        };
        loop {
            let made = work(stream, pace.input.max(1), pace.output.max(1), flush)?;
            assert!(made.output.len() <= pace.output.max(1), "more output than there is room for");
            out.extend_from_slice(&made.output);
            rounds += 1;
            // Each call takes or makes something, but for the last ones of a piece.
            assert!(rounds <= 3 * (bytes.len() + out.len()) + 100, "no end");
            if made.finished || made.dictionary.is_some() || out.len() > MAX {
                break;
            }
        }
    }
    Ok(out)
}

/// Compresses, with a flush of its own kind behind each piece; none if there is no such level and so on.
#[must_use]
pub fn deflate(plain: &[u8], [level, bits, memory, strategy]: [i32; 4], pace: Pace, flushes: &[u8]) -> Option<Vec<u8>> {
    let mut stream = Stream::new();
    stream.start_deflate(level, 8, bits, memory, strategy).ok()?;
    Some(drive(&mut stream, plain, pace, (flushes, FINISH), Stream::deflate).expect("anything can be compressed"))
}

/// Unpacks; none if it can't be.
#[must_use]
pub fn inflate(packed: &[u8], bits: i32, pace: Pace) -> Option<Vec<u8>> {
    let mut stream = Stream::new();
    stream.start_inflate(bits, AtEnd::Cut).ok()?;
    drive(&mut stream, packed, pace, (&[], 0), Stream::inflate).ok()
}
