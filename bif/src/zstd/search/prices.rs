//! What literals and repetitions will cost, guessed from what there was so far: in 256ths of bits.

use super::super::block::{Sequence, length_code, length_rest, literals_code, literals_rest, log2};

const LITERAL: usize = 256;
const KINDS: [usize; 4] = [LITERAL, 36, 32, 53];
/// What has been seen counts for less when it is more than this.
const ENOUGH: u32 = 1 << 14;
const NEWS: u32 = 16;

pub(super) struct Prices {
    /// How often each literal, and each code for literals, offsets and lengths was there.
    counts: [[u32; LITERAL]; 4],
    prices: [[u32; LITERAL]; 4],
    /// Sequences that have not made prices yet.
    news: u32,
}

impl Prices {
    pub(super) fn new() -> Prices {
        let mut prices = Prices { counts: [[0; LITERAL]; 4], prices: [[0; LITERAL]; 4], news: 0 };
        for (i, counts) in prices.counts.iter_mut().enumerate().skip(1) {
            counts[..KINDS[i]].fill(1);
        }
        // Few literals, near offsets, short lengths are what there is most often.
        prices.counts[1][..16].fill(2);
        prices.counts[1][0] = 6;
        prices.counts[2][..10].fill(2);
        prices.counts[3][..12].fill(2);
        prices
    }

    /// Before a block: old news count for less.
    pub(super) fn begin(&mut self, block: &[u8]) {
        let first = self.counts[0].iter().all(|c| *c == 0);
        for (counts, most) in self.counts.iter_mut().zip([ENOUGH, ENOUGH / 4, ENOUGH / 4, ENOUGH / 4]) {
            let sum: u32 = counts.iter().sum();
            let by = (sum / most).checked_ilog2().map_or(0, |log| log + 1);
            counts.iter_mut().filter(|c| **c > 0).for_each(|c| *c = (*c >> by).max(1));
        }
        if first {
            block.iter().for_each(|b| self.counts[0][usize::from(*b)] += 1);
            self.counts[0].iter_mut().for_each(|c| *c = c.div_ceil(8).max(u32::from(*c > 0)));
        }
        self.news = NEWS;
        self.settle();
    }

    /// Makes prices of counts, if there is enough that is new.
    pub(super) fn settle(&mut self) {
        if self.news < NEWS {
            return;
        }
        self.news = 0;
        for (prices, counts) in self.prices.iter_mut().zip(&self.counts) {
            let sum = log2(counts.iter().sum::<u32>().max(2));
            for (price, count) in prices.iter_mut().zip(counts) {
                *price = (sum - log2((*count).max(1)).min(sum)).clamp(16, 14 << 8);
            }
        }
    }

    /// Takes note of a sequence and its literals.
    pub(super) fn learn(&mut self, literals: &[u8], s: &Sequence, value: u32) {
        self.news += 1;
        literals.iter().for_each(|b| self.counts[0][usize::from(*b)] += 1);
        self.counts[1][usize::from(literals_code(s.literals))] += 1;
        self.counts[2][value.max(1).ilog2() as usize] += 1;
        self.counts[3][usize::from(length_code(s.length))] += 1;
    }

    pub(super) fn literal(&self, byte: u8) -> u32 {
        self.prices[0][usize::from(byte)]
    }

    /// Of so many literals, but for themselves.
    pub(super) fn literals(&self, n: u32) -> u32 {
        let code = literals_code(n);
        self.prices[1][usize::from(code)] + (literals_rest(code) << 8)
    }

    /// Of an offset by the value that stands for it.
    pub(super) fn offset(&self, value: u32) -> u32 {
        let code = value.max(1).ilog2();
        self.prices[2][code as usize] + (code << 8)
    }

    pub(super) fn length(&self, n: u32) -> u32 {
        let code = length_code(n);
        self.prices[3][usize::from(code)] + (length_rest(code) << 8)
    }
}
