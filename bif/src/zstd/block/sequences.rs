//! The sequences of a block (RFC 8878, 3.1.1.3.2): for each of the three kinds of codes the cheapest table, then all of
//! them, backwards.

use alloc::vec::Vec;

use super::bits::Bits;
use super::codes::{self, LENGTHS, LITERALS, Repeats, Sequence};
use super::fse::{SYMBOLS, Shares, Table};

/// Ways to have a table, as the header numbers them.
const PREDEFINED: u8 = 0;
const RLE: u8 = 1;
const WRITTEN: u8 = 2;
const REPEATED: u8 = 3;

/// For codes of literals, offsets and lengths: the largest tables.
const MAX_LOGS: [u32; 3] = [9, 8, 9];

/// The tables that the last block with sequences has written.
pub(super) type Known = [Option<Shares>; 3];

/// A sequence in codes: for literals, offset and length, and what they leave open.
struct Coded {
    codes: [u8; 3],
    rest: [u32; 3],
}

fn code(s: &Sequence, repeats: &mut Repeats) -> Coded {
    let offset = repeats.take(s.offset, s.literals == 0).max(1);
    let codes = [codes::literals_code(s.literals), offset.ilog2() as u8, codes::length_code(s.length)];
    let base = |table: &[codes::Code], code: u8| table.get(usize::from(code)).map_or(0, |c| c.0);
    let literals = s.literals.wrapping_sub(base(&LITERALS, codes[0]));
    let length = s.length.wrapping_sub(base(&LENGTHS, codes[2]));
    Coded { codes, rest: [literals, offset - (1 << codes[1]), length] }
}

/// Writes them. What the decoder knows afterwards is changed along.
pub(super) fn write(sequences: &[Sequence], repeats: &mut Repeats, known: &mut Known, out: &mut Vec<u8>) {
    let n = sequences.len() as u32;
    match n {
        0..128 => out.push(n as u8),
        128..0x7f00 => out.extend([(n >> 8) as u8 + 128, n as u8]),
        _ => {
            let more = (n - 0x7f00) as u16;
            out.push(255);
            out.extend(more.to_le_bytes());
        }
    }
    let all: Vec<Coded> = sequences.iter().map(|s| code(s, repeats)).collect();
    let Some((last, others)) = all.split_last() else { return };
    let mut counts = [[0u32; SYMBOLS]; 3];
    for coded in &all {
        for (counts, code) in counts.iter_mut().zip(coded.codes) {
            counts[usize::from(code) % SYMBOLS] += 1;
        }
    }
    let modes = out.len();
    out.push(0);
    let mut kind = 0;
    let tables = codes::predefined().map(|predefined| {
        let (mode, shares) = choose(&counts[kind], predefined, &mut known[kind], MAX_LOGS[kind], out);
        out[modes] |= mode << (6 - 2 * kind);
        kind += 1;
        Table::new(&shares)
    });
    let mut bits = Bits::new(out);
    let mut states = [0, 1, 2].map(|i| tables[i].first(last.codes[i]));
    rest(last, &mut bits);
    for coded in others.iter().rev() {
        for i in [1, 2, 0] {
            states[i] = tables[i].step(states[i], coded.codes[i], &mut bits);
        }
        rest(coded, &mut bits);
    }
    for i in [2, 1, 0] {
        tables[i].finish(states[i], &mut bits);
    }
    bits.close();
}

/// What the codes leave open.
#[inline]
fn rest(s: &Coded, bits: &mut Bits) {
    bits.put(s.rest[0], codes::literals_rest(s.codes[0]));
    bits.put(s.rest[2], codes::length_rest(s.codes[2]));
    bits.put(s.rest[1], s.codes[1].into());
}

/// The cheapest table for these codes, written if need be.
fn choose(
    counts: &[u32; SYMBOLS],
    predefined: Shares,
    known: &mut Option<Shares>,
    max_log: u32,
    out: &mut Vec<u8>,
) -> (u8, Shares) {
    let mut used = (0..SYMBOLS).filter(|i| counts[*i] > 0);
    let first = used.next().unwrap_or(0) as u8;
    let cost_predefined = predefined.cost(counts).unwrap_or(u64::MAX);
    if used.next().is_none() {
        *known = None;
        // One byte, and none of them costs anything.
        if cost_predefined <= 8 << 8 {
            return (PREDEFINED, predefined);
        }
        out.push(first);
        return (RLE, Shares::one(first));
    }
    let cost_repeated = known.as_ref().and_then(|k| k.cost(counts)).unwrap_or(u64::MAX);
    let fitting = Shares::fitting(counts, max_log);
    let start = out.len();
    fitting.write(out);
    let written = (out.len() - start) as u64 * (8 << 8);
    let cost_fitting = fitting.cost(counts).unwrap_or(u64::MAX).saturating_add(written);
    let least = cost_predefined.min(cost_repeated);
    if cost_fitting < least {
        *known = Some(fitting.clone());
        return (WRITTEN, fitting);
    }
    out.truncate(start);
    if let Some(shares) = known.as_ref().filter(|_| cost_repeated < cost_predefined) {
        return (REPEATED, shares.clone());
    }
    *known = None;
    (PREDEFINED, predefined)
}
