//! Huffman trees for literals (RFC 8878, 4.2): lengths of codes, how they are written down, streams of codes.

use alloc::vec::Vec;

use super::bits::Bits;
use super::fse::{SYMBOLS, Shares, Table};

/// The longest code.
const MAX_BITS: usize = 11;
/// Trees of up to so many weights can be written as they are.
const DIRECT: usize = 128;
const WEIGHTS_LOG: u32 = 6;

#[derive(Clone)]
pub(super) struct Tree {
    /// For each byte its code and the code's length; 0 for none.
    codes: [(u16, u8); 256],
    longest: u8,
}

impl Tree {
    /// For at least two different bytes.
    pub(super) fn new(counts: &[u32; 256]) -> Option<Tree> {
        let lengths = lengths(counts)?;
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut codes = [(0, 0); 256];
        let mut next = 0;
        for length in (1..=longest).rev() {
            for (code, _) in codes.iter_mut().zip(&lengths).filter(|(_, l)| **l == length) {
                *code = (next, length);
                next += 1;
            }
            next >>= 1;
        }
        Some(Tree { codes, longest })
    }

    /// How many bits the bytes take; none if one has no code.
    pub(super) fn cost(&self, counts: &[u32; 256]) -> Option<u64> {
        let mut cost = 0;
        for ((_, length), count) in self.codes.iter().zip(counts).filter(|(_, c)| **c > 0) {
            if *length == 0 {
                return None;
            }
            cost += u64::from(*count) * u64::from(*length);
        }
        Some(cost)
    }

    /// Is each sequence of bits the beginning of codes?
    #[cfg(test)]
    pub(super) fn is_full(&self) -> bool {
        let room = |length: u8| if length == 0 { 0 } else { 1 << (MAX_BITS as u8 - length) };
        self.codes.iter().map(|c| room(c.1)).sum::<usize>() == 1 << MAX_BITS
    }

    /// The tree's description, the shorter one; none if neither way can tell it.
    pub(super) fn description(&self) -> Option<Vec<u8>> {
        let last = self.codes.iter().rposition(|c| c.1 > 0)?;
        let weigh = |c: &(u16, u8)| if c.1 == 0 { 0 } else { self.longest + 1 - c.1 };
        // The last one follows from the others.
        let weights: Vec<u8> = self.codes[..last].iter().map(weigh).collect();
        let packed = pack(&weights).filter(|p| p.len() < DIRECT);
        let direct = weights.len().div_ceil(2);
        if weights.len() > DIRECT || packed.as_ref().is_some_and(|p| p.len() < direct) {
            let packed = packed?;
            let mut out = Vec::with_capacity(1 + packed.len());
            out.push(packed.len() as u8);
            out.extend(packed);
            return Some(out);
        }
        let mut out = Vec::with_capacity(1 + direct);
        out.push((DIRECT - 1 + weights.len()) as u8);
        out.extend(weights.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)));
        Some(out)
    }

    /// One stream.
    pub(super) fn write(&self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut bits = Bits::new(out);
        for byte in bytes.iter().rev() {
            let (code, length) = self.codes[usize::from(*byte)];
            bits.put(code.into(), length.into());
        }
        bits.close();
    }
}

/// Weights by two states that take turns; none if they are too few, or all the same.
fn pack(weights: &[u8]) -> Option<Vec<u8>> {
    let mut counts = [0; SYMBOLS];
    weights.iter().for_each(|w| counts[usize::from(*w) % SYMBOLS] += 1);
    if weights.len() < 2 || counts.iter().filter(|c| **c > 0).count() < 2 {
        return None;
    }
    let shares = Shares::fitting(&counts, WEIGHTS_LOG);
    let table = Table::new(&shares);
    let mut out = Vec::new();
    shares.write(&mut out);
    let mut bits = Bits::new(&mut out);
    let mut states = [None; 2];
    for (i, weight) in weights.iter().enumerate().rev() {
        let state = &mut states[i % 2];
        *state = Some(match *state {
            None => table.first(*weight),
            Some(state) => table.step(state, *weight, &mut bits),
        });
    }
    states.iter().rev().flatten().for_each(|state| table.finish(*state, &mut bits));
    bits.close();
    Some(out)
}

/// Lengths of the bytes' codes: a complete tree whose longest one is no longer than is allowed.
fn lengths(counts: &[u32; 256]) -> Option<[u8; 256]> {
    let mut leaves: Vec<(u32, u8)> = (0..=255).zip(counts).filter(|(_, c)| **c > 0).map(|(b, c)| (*c, b)).collect();
    if leaves.len() < 2 {
        return None;
    }
    leaves.sort_unstable();
    let depths = depths(&leaves);
    let mut lengths = [0; 256];
    // Rarest first. What is too deep comes up, and others make room: the deepest first, since they lose least.
    for ((_, byte), depth) in leaves.iter().zip(&depths) {
        lengths[usize::from(*byte)] = (*depth).min(MAX_BITS as u8);
    }
    let room = |length: u8| 1usize << (MAX_BITS as u8).saturating_sub(length);
    let mut taken: usize = leaves.iter().map(|(_, b)| room(lengths[usize::from(*b)])).sum();
    while taken > 1 << MAX_BITS {
        let mut deep = leaves.iter().map(|(_, b)| usize::from(*b)).filter(|b| lengths[*b] < MAX_BITS as u8);
        let first = deep.next()?;
        let b = deep.fold(first, |best, b| if lengths[b] > lengths[best] { b } else { best });
        lengths[b] += 1;
        taken -= room(lengths[b]);
    }
    // Perhaps too much: what is most frequent gets what is left.
    for (_, byte) in leaves.iter().rev() {
        let length = &mut lengths[usize::from(*byte)];
        while taken + room(*length) <= 1 << MAX_BITS && *length > 1 {
            taken += room(*length);
            *length -= 1;
        }
    }
    (taken == 1 << MAX_BITS).then_some(lengths)
}

/// How deep each leaf lies in the tree of least cost; they are sorted by their counts.
fn depths(leaves: &[(u32, u8)]) -> Vec<u8> {
    let n = leaves.len();
    let mut weights: Vec<u64> = leaves.iter().map(|l| l.0.into()).collect();
    let mut parents = alloc::vec![0usize; 2 * n];
    let (mut leaf, mut inner) = (0, n);
    while weights.len() < 2 * n - 1 {
        let mut sum = 0;
        for _ in 0..2 {
            let a_leaf = leaf < n && (inner >= weights.len() || weights[leaf] <= weights[inner]);
            let next = if a_leaf { &mut leaf } else { &mut inner };
            sum += weights[*next];
            parents[*next] = weights.len();
            *next += 1;
        }
        weights.push(sum);
    }
    let mut depths = alloc::vec![0u8; 2 * n - 1];
    for i in (0..2 * n - 2).rev() {
        depths[i] = depths[parents[i]].saturating_add(1);
    }
    depths.truncate(n);
    depths
}
