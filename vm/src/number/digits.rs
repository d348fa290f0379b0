//! The digits of a large number, made in pieces: it is divided by powers of the base, each the square of the one before,
//! until what is left is small. The longest piece is the first division.

use alloc::string::ToString;
use alloc::vec::Vec;

use dashu_int::UBig;
use dashu_int::ops::DivRem;

use super::Int;
use crate::term::Term;

/// Digits of a piece that is not divided any more.
const PIECE: usize = 512;

/// Digits in the making.
#[derive(Debug)]
pub struct Digits {
    /// What is still to be written, the first digits last; how often it may have to be divided; with leading zeros?
    todo: Vec<(UBig, usize, bool)>,
    /// The base to the power of `PIECE`, twice that, four times …
    powers: Vec<UBig>,
    text: Vec<u8>,
    base: u8,
}

impl Digits {
    /// Of an integer, in a base from 2 to 36; none if it is not large enough to be worth it.
    #[must_use]
    pub fn new(t: Term, base: u8) -> Option<Digits> {
        // From so many limbs on, which take a millisecond.
        const LARGE: usize = 1000;
        let i = Int::new(t).filter(|i| i.limbs().len() >= LARGE)?;
        let number = UBig::from_words(i.limbs());
        let text = if i.negative { Vec::from(*b"-") } else { Vec::new() };
        Some(Digits { todo: Vec::from([(number, usize::MAX, false)]), powers: Vec::new(), text, base })
    }

    /// Goes on for about so many limbs' work; the text (upper case) when it is complete.
    pub fn run(&mut self, budget: &mut usize) -> Option<Vec<u8>> {
        while *budget > 0 {
            let Some((number, level, padded)) = self.todo.pop() else {
                return Some(core::mem::take(&mut self.text));
            };
            *budget = budget.saturating_sub(number.as_words().len());
            if level == usize::MAX {
                self.next_power(number);
            } else if level == 0 {
                self.write(&number, padded);
            } else {
                let (high, low) = number.div_rem(&self.powers[level - 1]);
                let leads = !padded && high.is_zero();
                self.todo.push((low, level - 1, !leads));
                if !leads {
                    self.todo.push((high, level - 1, padded));
                }
            }
        }
        None
    }

    /// Makes one more power; when the square of the last is larger than the number, its division begins.
    fn next_power(&mut self, number: UBig) {
        let next = match self.powers.last() {
            None => UBig::from(self.base).pow(PIECE),
            Some(last) if last.as_words().len() * 2 > number.as_words().len() + 1 => {
                let levels = self.powers.len();
                self.todo.push((number, levels, false));
                return;
            }
            Some(last) => last.sqr(),
        };
        self.powers.push(next);
        self.todo.push((number, usize::MAX, false));
    }

    fn write(&mut self, number: &UBig, padded: bool) {
        let digits = number.in_radix(self.base).to_string().to_ascii_uppercase();
        let zeros = if padded { PIECE.saturating_sub(digits.len()) } else { 0 };
        self.text.resize(self.text.len() + zeros, b'0');
        self.text.extend_from_slice(digits.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Fragments;
    use crate::number::text;
    use crate::term::build;

    #[test]
    fn as_in_one_go() {
        let h = &mut Fragments::new();
        // Zeros inside, at ends; around powers of the base.
        let ten = |n: usize| UBig::from(10_u8).pow(n);
        let numbers = [
            ten(512 * 64),
            ten(512 * 64) - UBig::ONE,
            ten(40_000) + UBig::from(7_u8),
            ten(100_000) / UBig::from(7_u8),
            (ten(20_001) - UBig::ONE) * ten(30_000),
            UBig::ONE << 100_000,
        ];
        for (i, n) in numbers.iter().enumerate() {
            let t = build::big(h, i % 2 == 1, n.as_words());
            for base in [2, 10, 16, 36] {
                let mut digits = Digits::new(t, base).expect("it is large");
                let text = loop {
                    if let Some(text) = digits.run(&mut 1) {
                        break text;
                    }
                };
                assert!(text::format(t, base).is_some_and(|s| s.as_bytes() == text), "{i} {base}");
            }
        }
    }
}
