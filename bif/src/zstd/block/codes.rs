//! What sequences are made of, and the codes that stand for it (RFC 8878, 3.1.1.3.2.1 and 3.1.1.5).

use super::fse::Shares;

/// Some literals, then a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zstd) struct Sequence {
    pub literals: u32,
    pub length: u32,
    /// How far back its text lies.
    pub offset: u32,
}

/// The shortest repetition there is a code for.
pub(in crate::zstd) const LEAST: u32 = 3;

/// The offsets that have short names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zstd) struct Repeats(pub [u32; 3]);

impl Repeats {
    pub(in crate::zstd) const START: Repeats = Repeats([1, 4, 8]);

    /// Those that have names behind literals, or behind none: the first one is the cheapest.
    pub(in crate::zstd) const fn named(self, bare: bool) -> [u32; 3] {
        let [a, b, c] = self.0;
        if bare { [b, c, a.saturating_sub(1)] } else { self.0 }
    }

    /// The value an offset is written as; from then on it is the first one.
    pub(in crate::zstd) fn take(&mut self, offset: u32, bare: bool) -> u32 {
        let [a, b, c] = self.0;
        let name = self.named(bare).iter().position(|o| *o == offset);
        let Some(name) = name else {
            self.0 = [offset, a, b];
            return offset.saturating_add(LEAST);
        };
        self.0 = match name + usize::from(bare) {
            0 => return 1,
            1 => [b, a, c],
            2 => [c, a, b],
            _ => [offset, a, b],
        };
        name as u32 + 1
    }
}

/// A code: the lowest value that it stands for, and how many bits say how much more it is.
pub(super) type Code = (u32, u8);

/// Codes up to a value have their bits listed; each of them follows the one before.
const fn listed<const N: usize>(bits: [u8; N], lowest: u32) -> [Code; N] {
    let mut codes = [(0, 0); N];
    let (mut i, mut value) = (0, lowest);
    while i < N {
        codes[i] = (value, bits[i]);
        value += 1 << bits[i];
        i += 1;
    }
    codes
}

const fn code_of<const N: usize>(codes: &[Code; N], value: u32) -> u8 {
    let mut i = N - 1;
    while i > 0 && codes[i].0 > value {
        i -= 1;
    }
    i as u8
}

const fn lookup<const N: usize, const SIZE: usize>(codes: &[Code; N], lowest: u32) -> [u8; SIZE] {
    let mut all = [0; SIZE];
    let mut i = 0;
    while i < SIZE {
        all[i] = code_of(codes, lowest + i as u32);
        i += 1;
    }
    all
}

pub(super) static LITERALS: [Code; 36] = LITERALS_;
const LITERALS_: [Code; 36] = listed(
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    0,
);
pub(super) static LENGTHS: [Code; 53] = LENGTHS_;
const LENGTHS_: [Code; 53] = listed(
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
        2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    ],
    LEAST,
);

static FEW_LITERALS: [u8; 64] = lookup(&LITERALS_, 0);
static SMALL_LENGTHS: [u8; 128] = lookup(&LENGTHS_, LEAST);

pub(in crate::zstd) fn literals_code(n: u32) -> u8 {
    FEW_LITERALS.get(n as usize).copied().unwrap_or_else(|| n.max(64).ilog2() as u8 + 19)
}

pub(in crate::zstd) fn length_code(n: u32) -> u8 {
    let n = n.saturating_sub(LEAST);
    SMALL_LENGTHS.get(n as usize).copied().unwrap_or_else(|| n.max(128).ilog2() as u8 + 36)
}

/// How many bits say more than a code does.
pub(in crate::zstd) fn literals_rest(code: u8) -> u32 {
    LITERALS.get(usize::from(code)).map_or(0, |c| c.1.into())
}

pub(in crate::zstd) fn length_rest(code: u8) -> u32 {
    LENGTHS.get(usize::from(code)).map_or(0, |c| c.1.into())
}

/// The shares that need not be written (3.1.1.3.2.2): for literals, offsets, lengths.
pub(super) fn predefined() -> [Shares; 3] {
    let literals = [
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
    ];
    let offsets = [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1];
    let lengths = [
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ];
    [Shares::given(6, &literals), Shares::given(5, &offsets), Shares::given(6, &lengths)]
}
