//! Blocks (RFC 8878, 3.1.1.2): as they are, one byte repeated, or compressed, whichever is smallest; and what a frame's
//! decoder knows from one to the next.

mod bits;
mod codes;
mod fse;
mod huffman;
mod literals;
mod sequences;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::frame::{self, COMPRESSED, RAW, RLE};
pub(super) use bits::log2;
pub(super) use codes::{LEAST, Repeats, Sequence, length_code, length_rest, literals_code, literals_rest};
use huffman::Tree;
use sequences::Known;

/// What the decoder knows behind the blocks so far.
pub(super) struct Encoder {
    pub repeats: Repeats,
    tree: Option<Box<Tree>>,
    known: Known,
    /// May literals be compressed?
    coded: bool,
    literals: Vec<u8>,
}

impl Encoder {
    pub(super) const fn new(repeats: Repeats, coded: bool) -> Encoder {
        Encoder { repeats, tree: None, known: [const { None }; 3], coded, literals: Vec::new() }
    }

    /// Writes a block: its text, and the sequences that were found in it.
    pub(super) fn block(&mut self, text: &[u8], sequences: &[Sequence], last: bool, out: &mut Vec<u8>) {
        if let [first, rest @ ..] = text
            && !rest.is_empty()
            && rest.iter().all(|b| b == first)
        {
            out.extend(frame::block(last, RLE, text.len()));
            out.push(*first);
            return;
        }
        let start = out.len();
        out.extend([0; 3]);
        let size = self.compress(text, sequences, out);
        if size < text.len() {
            out[start..start + 3].copy_from_slice(&frame::block(last, COMPRESSED, size));
            return;
        }
        out.truncate(start);
        out.extend(frame::block(last, RAW, text.len()));
        out.extend_from_slice(text);
    }

    /// Compresses it; answers how large it is. If that is too much, nothing has been learnt.
    fn compress(&mut self, text: &[u8], sequences: &[Sequence], out: &mut Vec<u8>) -> usize {
        let start = out.len();
        self.literals.clear();
        let mut rest = text;
        for s in sequences {
            let (literals, repeated) = rest.split_at((s.literals as usize).min(rest.len()));
            self.literals.extend_from_slice(literals);
            rest = repeated.get(s.length as usize..).unwrap_or_default();
        }
        self.literals.extend_from_slice(rest);
        let tree = literals::write(&self.literals, self.tree.as_deref(), self.coded, out);
        if out.len() - start >= text.len() {
            return text.len();
        }
        let (mut repeats, mut known) = (self.repeats, self.known.clone());
        sequences::write(sequences, &mut repeats, &mut known, out);
        let size = out.len() - start;
        if size < text.len() {
            (self.repeats, self.known) = (repeats, known);
            self.tree = tree.or(self.tree.take());
        }
        size
    }
}
