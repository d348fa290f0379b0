//! Sets of characters as sorted ranges, while a pattern is being compiled.

use alloc::vec::Vec;

/// The last code point, and the last character of byte patterns.
pub(super) const MAX_UTF: u32 = 0x10_ffff;
pub(super) const MAX_BYTE: u32 = 0xff;

/// Sorted, disjoint, inclusive ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CharSet {
    ranges: Vec<(u32, u32)>,
    sorted: bool,
}

impl CharSet {
    pub(super) fn new() -> CharSet {
        CharSet { ranges: Vec::new(), sorted: true }
    }

    pub(super) fn of(ranges: &[(u32, u32)]) -> CharSet {
        let mut s = CharSet { ranges: ranges.to_vec(), sorted: false };
        s.normalise();
        s
    }

    /// From a predicate on the characters below 256.
    pub(super) fn from_bytes(f: impl Fn(u8) -> bool) -> CharSet {
        let mut s = CharSet::new();
        (0..=255u8).filter(|b| f(*b)).for_each(|b| s.add(u32::from(b), u32::from(b)));
        s.normalise();
        s
    }

    pub(super) fn add(&mut self, from: u32, to: u32) {
        if let Some(last) = self.ranges.last_mut()
            && self.sorted
            && last.1 + 1 == from
        {
            last.1 = to;
            return;
        }
        self.ranges.push((from, to));
        self.sorted = self.ranges.len() == 1;
    }

    pub(super) fn union(&mut self, other: &CharSet) {
        self.ranges.extend_from_slice(&other.ranges);
        self.sorted = false;
    }

    pub(super) fn normalise(&mut self) {
        if self.sorted {
            return;
        }
        self.ranges.sort_unstable();
        let mut out: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for (from, to) in self.ranges.drain(..) {
            match out.last_mut() {
                Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                _ => out.push((from, to)),
            }
        }
        self.ranges = out;
        self.sorted = true;
    }

    pub(super) fn negated(mut self, max: u32) -> CharSet {
        self.normalise();
        let mut out = CharSet::new();
        let mut next = 0;
        for (from, to) in &self.ranges {
            if *from > max {
                break;
            }
            if *from > next {
                out.ranges.push((next, from - 1));
            }
            next = to + 1;
        }
        if next <= max {
            out.ranges.push((next, max));
        }
        out
    }

    /// What is not above `max`.
    pub(super) fn clipped(mut self, max: u32) -> CharSet {
        self.normalise();
        self.ranges.retain(|r| r.0 <= max);
        if let Some(last) = self.ranges.last_mut() {
            last.1 = last.1.min(max);
        }
        self
    }

    pub(super) fn contains(&self, c: u32) -> bool {
        debug_assert!(self.sorted);
        let i = self.ranges.partition_point(|r| r.1 < c);
        self.ranges.get(i).is_some_and(|r| r.0 <= c)
    }

    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// The only character, if there is just one.
    pub(super) fn single(&self) -> Option<u32> {
        match self.ranges[..] {
            [(a, b)] if a == b => Some(a),
            _ => None,
        }
    }
}
