//! A block: literals and matches as they are found, written with whichever code is shortest (`trees.c`).

use alloc::vec::Vec;

use super::bits::Output;
use super::tree::{Cost, Kind, Tree};

const END: usize = 256;

static LENGTH_EXTRA: [u8; 29] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
static DISTANCE_EXTRA: [u8; 30] =
    [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
static META_EXTRA: [u8; 3] = [2, 3, 7];
/// The order in which the lengths of the third code are sent (RFC 1951, 3.2.7).
const META_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The fixed code's lengths, and its codes with their bits turned round (RFC 1951, 3.2.6).
static FIXED_LENGTHS: [u8; 288] = fixed_lengths();
static FIXED_CODES: [u16; 288] = fixed_codes();
static FIXED_DISTANCES: [u8; 30] = [5; 30];

static LITERALS: Kind =
    Kind { symbols: 286, longest: 15, extra: &LENGTH_EXTRA, base: 257, fixed: Some(&FIXED_LENGTHS) };
static DISTANCES: Kind =
    Kind { symbols: 30, longest: 15, extra: &DISTANCE_EXTRA, base: 0, fixed: Some(&FIXED_DISTANCES) };
static META: Kind = Kind { symbols: 19, longest: 7, extra: &META_EXTRA, base: 16, fixed: None };

/// The code of a match's length, less 3; the first length of each code.
static LENGTH_CODE: [u8; 256] = length_codes().0;
static LENGTH_BASE: [u8; 29] = length_codes().1;
/// The code of a distance less 1 below 256; above, of its upper bits. The first distance of each code.
static DISTANCE_CODE: [u8; 512] = distance_codes().0;
static DISTANCE_BASE: [u16; 30] = distance_codes().1;

const fn fixed_lengths() -> [u8; 288] {
    let mut all = [8; 288];
    let mut s = 144;
    while s < 280 {
        all[s] = if s < 256 { 9 } else { 7 };
        s += 1;
    }
    all
}

const fn fixed_codes() -> [u16; 288] {
    let mut all = [0u16; 288];
    let mut s = 0;
    while s < 288 {
        let code = match s {
            0..144 => 0x30 + s,
            144..256 => 0x190 + s - 144,
            256..280 => s - 256,
            _ => 0xc0 + s - 280,
        };
        all[s] = (code as u16).reverse_bits() >> (16 - FIXED_LENGTHS[s]);
        s += 1;
    }
    all
}

const fn length_codes() -> ([u8; 256], [u8; 29]) {
    let (mut codes, mut bases) = ([0; 256], [0; 29]);
    let (mut code, mut length) = (0, 0usize);
    while code < 28 {
        bases[code] = length as u8;
        let end = length + (1 << LENGTH_EXTRA[code]);
        while length < end {
            codes[length] = code as u8;
            length += 1;
        }
        code += 1;
    }
    // The longest match has a code of its own.
    codes[255] = 28;
    (codes, bases)
}

const fn distance_codes() -> ([u8; 512], [u16; 30]) {
    let (mut codes, mut bases) = ([0; 512], [0; 30]);
    let (mut code, mut distance) = (0, 0usize);
    while code < 30 {
        bases[code] = distance as u16;
        let end = distance + (1 << DISTANCE_EXTRA[code]);
        while distance < end {
            if distance < 256 {
                codes[distance] = code as u8;
            } else {
                codes[256 + (distance >> 7)] = code as u8;
            }
            distance += 1;
        }
        code += 1;
    }
    (codes, bases)
}

fn distance_code(distance: usize) -> usize {
    usize::from(DISTANCE_CODE[if distance < 256 { distance } else { 256 + (distance >> 7) }])
}

/// What a run of lengths is sent as: a symbol of the third code, and extra bits.
type Run = (u8, u8);

pub(super) struct Block {
    /// Distance (0: a literal) above bit 8, literal or length less 3 below.
    symbols: Vec<u32>,
    full: usize,
    literals: Tree,
    distances: Tree,
    meta: Tree,
}

impl Block {
    pub(super) fn new(capacity: usize) -> Block {
        let mut b = Block {
            symbols: Vec::with_capacity(capacity),
            full: capacity - 1,
            literals: Tree::new(&LITERALS),
            distances: Tree::new(&DISTANCES),
            meta: Tree::new(&META),
        };
        b.clear();
        b
    }

    pub(super) fn clear(&mut self) {
        self.symbols.clear();
        self.literals.clear();
        self.distances.clear();
        self.literals.frequency[END] = 1;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// Adds a literal; true when the block is full.
    pub(super) fn literal(&mut self, b: u8) -> bool {
        self.symbols.push(u32::from(b));
        self.literals.frequency[usize::from(b)] += 1;
        self.symbols.len() == self.full
    }

    /// Adds a match of at least 3 bytes; true when the block is full.
    pub(super) fn matched(&mut self, distance: usize, length: usize) -> bool {
        self.symbols.push((distance << 8 | (length - 3)) as u32);
        self.literals.frequency[257 + usize::from(LENGTH_CODE[length - 3])] += 1;
        self.distances.frequency[distance_code(distance - 1)] += 1;
        self.symbols.len() == self.full
    }

    /// Writes the block and begins the next. `plain`: its bytes, if they are at hand; `fixed`: only the fixed code will do.
    pub(super) fn write(&mut self, out: &mut Output, plain: Option<&[u8]>, fixed: bool, last: bool) {
        let mut cost = Cost::default();
        self.literals.build(&mut cost);
        self.distances.build(&mut cost);
        let runs = self.runs();
        self.meta.clear();
        runs.iter().flatten().for_each(|(symbol, _)| self.meta.frequency[usize::from(*symbol)] += 1);
        self.meta.build(&mut cost);
        let sent = META_ORDER.iter().rposition(|s| self.meta.length[*s] != 0).map_or(0, |n| n + 1).max(4);
        let own = (cost.own.wrapping_add(3 * sent as u64 + 14) + 10) >> 3;
        let with_fixed = (cost.fixed + 10) >> 3;
        let best = if with_fixed <= own || fixed { with_fixed } else { own };
        match plain {
            Some(bytes) if bytes.len() as u64 + 4 <= best => stored(out, bytes, last),
            _ if with_fixed == best => {
                out.put(2 + u32::from(last), 3);
                self.send(out, &FIXED_LENGTHS, &FIXED_CODES, None);
            }
            _ => {
                out.put(4 + u32::from(last), 3);
                self.send_codes(out, &runs, sent);
                self.send(out, &self.literals.length, &self.literals.code, Some(&self.distances));
            }
        }
        self.clear();
        if last {
            out.align();
        }
    }

    /// The lengths of both codes as runs.
    fn runs(&self) -> [Vec<Run>; 2] {
        [&self.literals, &self.distances].map(|t| runs(&t.length[..=t.last]))
    }

    fn send_codes(&self, out: &mut Output, runs: &[Vec<Run>; 2], sent: usize) {
        out.put(self.literals.last as u32 + 1 - 257, 5);
        out.put(self.distances.last as u32, 5);
        out.put(sent as u32 - 4, 4);
        META_ORDER[..sent].iter().for_each(|s| out.put(self.meta.length[*s].into(), 3));
        for (symbol, extra) in runs.iter().flatten() {
            let s = usize::from(*symbol);
            out.put(self.meta.code[s].into(), self.meta.length[s].into());
            if s >= 16 {
                out.put((*extra).into(), META_EXTRA[s - 16].into());
            }
        }
    }

    /// Sends all symbols; `distances`: none for the fixed code.
    fn send(&self, out: &mut Output, lengths: &[u8], codes: &[u16], distances: Option<&Tree>) {
        for symbol in &self.symbols {
            let (low, distance) = ((symbol & 0xff) as usize, (symbol >> 8) as usize);
            if distance == 0 {
                out.put(codes[low].into(), lengths[low].into());
                continue;
            }
            let code = usize::from(LENGTH_CODE[low]);
            out.put(codes[257 + code].into(), lengths[257 + code].into());
            // The longest has a code without extra bits.
            out.put(
                (low as u32 - u32::from(LENGTH_BASE[code])) & ((1 << LENGTH_EXTRA[code]) - 1),
                LENGTH_EXTRA[code].into(),
            );
            let code = distance_code(distance - 1);
            match distances {
                Some(t) => out.put(t.code[code].into(), t.length[code].into()),
                None => out.put(u32::from((code as u16).reverse_bits() >> 11), 5),
            }
            out.put(distance as u32 - 1 - u32::from(DISTANCE_BASE[code]), DISTANCE_EXTRA[code].into());
        }
        out.put(codes[END].into(), lengths[END].into());
    }
}

/// A block without compression, of at most 65,535 bytes.
pub(super) fn stored(out: &mut Output, bytes: &[u8], last: bool) {
    stored_pieces(out, bytes, &[], last);
}

/// The same, of two pieces.
pub(super) fn stored_pieces(out: &mut Output, a: &[u8], b: &[u8], last: bool) {
    out.put(u32::from(last), 3);
    out.align();
    let n = (a.len() + b.len()) as u16;
    out.bytes(&n.to_le_bytes());
    out.bytes(&(!n).to_le_bytes());
    out.bytes(a);
    out.bytes(b);
}

/// An empty block of the fixed code, which brings what is before it to light.
pub(super) fn empty(out: &mut Output) {
    out.put(2, 3);
    out.put(FIXED_CODES[END].into(), FIXED_LENGTHS[END].into());
    out.settle();
}

/// Lengths as runs: how many of one are taken together depends on whether the one before was the same.
fn runs(lengths: &[u8]) -> Vec<Run> {
    let mut all = Vec::new();
    let mut before = None;
    let mut rest = lengths;
    while let [length, ..] = rest {
        let (most, least) = match (length, before) {
            (0, _) => (138, 3),
            (l, Some(b)) if *l == b => (6, 3),
            _ => (7, 4),
        };
        let n = rest.iter().take(most).take_while(|l| *l == length).count();
        match (length, n) {
            (l, n) if n < least => all.extend(core::iter::repeat_n((*l, 0), n)),
            (0, n) if n <= 10 => all.push((17, n as u8 - 3)),
            (0, n) => all.push((18, n as u8 - 11)),
            (l, n) => {
                let first = usize::from(before != Some(*l));
                all.extend(core::iter::repeat_n((*l, 0), first));
                all.push((16, (n - first) as u8 - 3));
            }
        }
        before = Some(*length);
        rest = &rest[n..];
    }
    all
}
