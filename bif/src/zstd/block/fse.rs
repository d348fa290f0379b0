//! Finite state entropy (RFC 8878, 4.1): shares of a table's cells for symbols, how they are written down, and the table.

use alloc::vec::Vec;

use super::bits::{Bits, log2};

/// There are fewer symbols than this, of any kind.
pub(super) const SYMBOLS: usize = 64;
/// The largest table has so many cells.
const CELLS: usize = 512;
const MIN_LOG: u32 = 5;

/// How many of the `1 << log` cells each symbol gets; -1 is one cell at the table's end.
#[derive(Clone)]
pub(super) struct Shares {
    log: u32,
    shares: [i16; SYMBOLS],
}

const fn cells(share: i16) -> u32 {
    share.unsigned_abs() as u32
}

impl Shares {
    pub(super) fn given(log: u32, given: &[i8]) -> Shares {
        let mut shares = [0; SYMBOLS];
        shares.iter_mut().zip(given).for_each(|(s, g)| *s = i16::from(*g));
        Shares { log, shares }
    }

    /// One symbol has it all, and costs nothing.
    pub(super) fn one(symbol: u8) -> Shares {
        let mut shares = [0; SYMBOLS];
        shares[usize::from(symbol) % SYMBOLS] = 1;
        Shares { log: 0, shares }
    }

    /// In proportion to what is to be encoded: some symbol at least.
    pub(super) fn fitting(counts: &[u32; SYMBOLS], max_log: u32) -> Shares {
        let total: u32 = counts.iter().sum();
        let last = counts.iter().rposition(|c| *c > 0).unwrap_or(0).max(1) as u32;
        // Finer tables than what is encoded deserves cost more to write down than they save.
        let fine = total.max(2).ilog2().saturating_sub(2);
        let log = fine.max(last.ilog2() + 2).min(max_log).max(MIN_LOG);
        let mut shares = counts.map(|count| match (u64::from(count) << log) / u64::from(total.max(1)) {
            0 if count > 0 => -1,
            share => share as i16,
        });
        let weigh = |i: usize, doubled: u32| u64::from(counts[i]) * 65_536 / u64::from(doubled.max(1));
        loop {
            let given: u32 = shares.iter().map(|s| cells(*s)).sum();
            let used = (0..SYMBOLS).filter(|i| counts[*i] > 0);
            if given < 1 << log {
                // Who gains most by one more?
                let Some(i) = used.max_by_key(|i| weigh(*i, 2 * cells(shares[*i]) + 1)) else { break };
                shares[i] = cells(shares[i]) as i16 + 1;
            } else if given > 1 << log {
                let rich = used.filter(|i| shares[*i] > 1);
                let Some(i) = rich.min_by_key(|i| weigh(*i, 2 * cells(shares[*i]) - 1)) else { break };
                shares[i] -= 1;
            } else {
                break;
            }
        }
        Shares { log, shares }
    }

    #[cfg(test)]
    pub(super) fn is_full(&self) -> bool {
        self.shares.iter().map(|s| cells(*s)).sum::<u32>() == 1 << self.log
    }

    /// What the symbols cost, in 256ths of bits, with the state that comes first; none if one of them has no cell.
    pub(super) fn cost(&self, counts: &[u32; SYMBOLS]) -> Option<u64> {
        let mut cost = u64::from(self.log) << 8;
        for (share, count) in self.shares.iter().zip(counts).filter(|(_, count)| **count > 0) {
            let cells = cells(*share);
            if cells == 0 {
                return None;
            }
            cost += u64::from(*count) * u64::from((self.log << 8).saturating_sub(log2(cells)));
        }
        Some(cost)
    }

    /// As 4.1.1 has them.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut bits = Bits::new(out);
        bits.put(self.log - MIN_LOG, 4);
        let mut left = 1i32 << self.log;
        let mut at = 0;
        while left > 0 && at < SYMBOLS {
            let share = i32::from(self.shares[at]);
            // Values up to `left + 1`; the lowest ones take a bit less than the others.
            let width = (left + 1).unsigned_abs().ilog2() + 1;
            let (value, short) = (share + 1, (1 << width) - 1 - (left + 1));
            match value {
                ..0 => break,
                _ if value < short => bits.put(value.unsigned_abs(), width - 1),
                _ if value < 1 << (width - 1) => bits.put(value.unsigned_abs(), width),
                _ => bits.put((value + short).unsigned_abs(), width),
            }
            left -= share.abs();
            at += 1;
            if share == 0 {
                let zeros = self.shares[at..].iter().take_while(|s| **s == 0).count();
                (0..zeros / 3).for_each(|_| bits.put(3, 2));
                bits.put((zeros % 3) as u32, 2);
                at += zeros;
            }
        }
        bits.align();
    }
}

/// A symbol's cells.
#[derive(Clone, Copy, Default)]
struct Symbol {
    /// How many, where they begin among `Table::states`, and how many bits a step to them writes at most.
    cells: u32,
    start: u32,
    bits: u32,
}

/// The table an encoder walks.
pub(super) struct Table {
    log: u32,
    symbols: [Symbol; SYMBOLS],
    /// The cells of each symbol, in order.
    states: [u16; CELLS],
}

impl Table {
    pub(super) fn new(shares: &Shares) -> Table {
        let size = (1usize << shares.log).min(CELLS);
        let mut symbols = [Symbol::default(); SYMBOLS];
        let mut start = 0;
        for (symbol, share) in symbols.iter_mut().zip(&shares.shares) {
            let cells = cells(*share);
            *symbol = Symbol { cells, start, bits: shares.log - cells.max(1).ilog2().min(shares.log) };
            start += cells;
        }
        // Which symbol's each cell is (4.1.1): the rare ones' at the end, the others' scattered.
        let mut owners = [0u8; CELLS];
        let mut end = size;
        for (i, _) in shares.shares.iter().enumerate().filter(|(_, s)| **s < 0) {
            end = end.saturating_sub(1);
            owners[end] = i as u8;
        }
        let mut at = 0;
        for (i, share) in shares.shares.iter().enumerate() {
            for _ in 0..*share {
                owners[at] = i as u8;
                loop {
                    at = (at + (size >> 1) + (size >> 3) + 3) & (size - 1);
                    if at < end || end == 0 {
                        break;
                    }
                }
            }
        }
        let mut states = [0; CELLS];
        let mut next = symbols.map(|s| s.start as usize);
        for (cell, owner) in owners.iter().enumerate().take(size) {
            let place = &mut next[usize::from(*owner)];
            if let Some(state) = states.get_mut(*place) {
                *state = cell as u16;
            }
            *place += 1;
        }
        Table { log: shares.log, symbols, states }
    }

    fn state(&self, symbol: Symbol, nth: u32) -> u32 {
        (1 << self.log) + u32::from(self.states[(symbol.start + nth.saturating_sub(symbol.cells)) as usize % CELLS])
    }

    /// The state that the last symbol, the first one that is encoded, is in.
    pub(super) fn first(&self, symbol: u8) -> u32 {
        let symbol = self.symbols[usize::from(symbol) % SYMBOLS];
        // Of its cells one that a decoder reads most bits behind: there the end shows.
        self.state(symbol, symbol.cells)
    }

    /// Steps from a state to one of the symbol's.
    #[inline]
    pub(super) fn step(&self, state: u32, symbol: u8, bits: &mut Bits) -> u32 {
        let symbol = self.symbols[usize::from(symbol) % SYMBOLS];
        let n = symbol.bits - u32::from(state < symbol.cells << symbol.bits);
        bits.put(state & ((1 << n) - 1), n);
        self.state(symbol, state >> n)
    }

    /// Writes the state that a decoder begins with.
    pub(super) fn finish(&self, state: u32, bits: &mut Bits) {
        bits.put(state & ((1 << self.log) - 1), self.log);
    }
}
