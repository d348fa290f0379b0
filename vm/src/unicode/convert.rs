//! From character data (code points, binaries, and lists of such) to UTF-8: a state machine with a budget.

use alloc::vec::Vec;

use super::utf8::{self, Validity, validate};
use crate::atom;
use crate::bits::put_utf8;
use crate::etf::Progress;
use crate::term::{Alloc, Term, build};

/// Larger binaries are converted in pieces of so many bytes; each of them costs a unit of the budget for so many.
const PIECE: usize = 64 * 1024;
const BYTES_A_UNIT: usize = 8;

/// How a conversion ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Complete,
    /// What could not be converted, from the bad character on.
    Error(Term),
    /// The beginning of a character, at the very end.
    Incomplete(Term),
}

/// A conversion under way. The data must stay where it is until it is done.
pub struct Conversion {
    latin1: bool,
    /// What is being read, and the tails of the lists around it.
    now: Term,
    tails: Vec<Term>,
    /// UTF-8 so far.
    out: Vec<u8>,
    /// The beginning of a character, from the end of the last binary.
    rest: Vec<u8>,
    end: End,
}

/// Is the data made of integers, whole binaries, and lists of such (so that errors are answers, not `badarg`)?
/// As in stock Erlang, a big integer ends the check.
#[must_use]
pub fn is_character_data(data: Term) -> bool {
    if data.is_small() {
        return false;
    }
    let mut todo = alloc::vec![data];
    while let Some(mut t) = todo.pop() {
        while let Some((head, tail)) = t.as_cons() {
            if head.is_list() {
                todo.push(tail);
                t = head;
                continue;
            }
            if head.as_big().is_some() {
                return true;
            }
            if !head.is_small() && !head.is_binary() {
                return false;
            }
            t = tail;
        }
        if !t.is_nil() && !t.is_binary() {
            return false;
        }
    }
    true
}

impl Conversion {
    /// Begins; binaries are Latin-1 or UTF-8, and in Latin-1 integers are bytes.
    #[must_use]
    pub fn new(data: Term, latin1: bool) -> Conversion {
        let (tails, out, rest) = (Vec::new(), Vec::new(), Vec::new());
        Conversion { latin1, now: data, tails, out, rest, end: End::Complete }
    }

    /// What was converted, and how it ended.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, End) {
        (self.out, self.end)
    }

    /// Goes on until it is done or the budget (roughly one for each element) is used up.
    pub fn run<A: Alloc + ?Sized>(&mut self, a: &mut A, budget: &mut usize) -> Progress {
        while *budget > 0 {
            *budget -= 1;
            let Some((head, tail)) = self.now.as_cons() else {
                match self.large(a, self.now, budget) {
                    Some(Ok(rest)) => {
                        self.now = rest;
                        continue;
                    }
                    Some(Err(bad)) => return self.fail(a, bad),
                    None => {}
                }
                if self.now.is_binary() {
                    if let Some(rest) = self.binary(a, self.now) {
                        return self.fail(a, rest);
                    }
                } else if !self.now.is_nil() {
                    return self.fail(a, self.now);
                }
                match self.tails.pop() {
                    Some(t) => self.now = t,
                    None => return self.close(a),
                }
                continue;
            };
            if head.is_list() {
                self.tails.push(tail);
                self.now = head;
                continue;
            }
            if head.is_binary() {
                match self.large(a, head, budget) {
                    Some(Ok(rest)) => {
                        self.now = build::cons(a, rest, tail);
                        continue;
                    }
                    Some(Err(bad)) => {
                        let bad = build::cons(a, bad, tail);
                        return self.fail(a, bad);
                    }
                    None => {}
                }
                if let Some(rest) = self.binary(a, head) {
                    let rest = build::cons(a, rest, tail);
                    return self.fail(a, rest);
                }
            } else if !self.character(head) {
                return self.fail(a, self.now);
            }
            self.now = tail;
        }
        Progress::Paused
    }

    /// Adds a code point; false when it is none.
    fn character(&mut self, t: Term) -> bool {
        let most = if self.latin1 { 0xff } else { 0x10_ffff };
        let v = t.as_small().and_then(|v| u32::try_from(v).ok()).filter(|v| *v <= most && self.rest.is_empty());
        let Some(utf) = v.and_then(put_utf8) else { return false };
        self.out.extend(utf.as_bytes());
        true
    }

    /// Adds the first piece of a large binary; answers what follows it, or (error) the rest from a bad character on.
    /// None: it is not large.
    fn large<A: Alloc + ?Sized>(&mut self, a: &mut A, t: Term, budget: &mut usize) -> Option<Result<Term, Term>> {
        let bits = t.as_bits().filter(|bits| bits.len > PIECE * 8 && bits.is_binary())?;
        let cut = |n: &usize| self.latin1 || bits.byte(*n) & 0xc0 != 0x80;
        let n = (PIECE - 3..=PIECE).rev().find(cut).unwrap_or(PIECE);
        *budget = budget.saturating_sub(n / BYTES_A_UNIT);
        let rest = build::sub_bits(a, t, n * 8, bits.len - n * 8);
        let first = build::sub_bits(a, t, 0, n * 8);
        if let Some(bad) = self.binary(a, first) {
            let left = bad.as_bits().map_or(0, |bits| bits.len / 8);
            return Some(Err(build::sub_bits(a, t, (n - left) * 8, bits.len - (n - left) * 8)));
        }
        if !self.rest.is_empty() {
            // What follows does not go on with the character that began here.
            let at = n - self.rest.len();
            self.rest.clear();
            return Some(Err(build::sub_bits(a, t, at * 8, bits.len - at * 8)));
        }
        Some(Ok(rest))
    }

    /// Adds a binary; answers its rest from a bad character on.
    fn binary<A: Alloc + ?Sized>(&mut self, a: &mut A, t: Term) -> Option<Term> {
        let bytes = t.as_binary()?;
        if self.latin1 {
            self.out.reserve(bytes.len());
            for byte in bytes.iter() {
                match byte {
                    0..=0x7f => self.out.push(*byte),
                    _ => self.out.extend([0xc0 | byte >> 6, 0x80 | byte & 0x3f]),
                }
            }
            return None;
        }
        let mut from = 0;
        if let Some(first) = self.rest.first() {
            let missing = utf8::length(*first) - self.rest.len();
            if bytes.len() < missing {
                self.rest.extend_from_slice(&bytes);
                return None;
            }
            let mut whole = self.rest.clone();
            whole.extend_from_slice(&bytes[..missing]);
            if core::str::from_utf8(&whole).is_err() {
                return Some(t);
            }
            self.out.extend(whole);
            self.rest.clear();
            from = missing;
        }
        match validate(&bytes[from..]) {
            Validity::Valid => self.out.extend_from_slice(&bytes[from..]),
            Validity::Incomplete(n) => {
                self.out.extend_from_slice(&bytes[from..from + n]);
                self.rest.extend_from_slice(&bytes[from + n..]);
            }
            Validity::Invalid(n) => {
                self.out.extend_from_slice(&bytes[from..from + n]);
                let n = from + n;
                return Some(build::sub_bits(a, t, n * 8, (bytes.len() - n) * 8));
            }
        }
        None
    }

    fn fail<A: Alloc + ?Sized>(&mut self, a: &mut A, mut rest: Term) -> Progress {
        while let Some(tail) = self.tails.pop() {
            rest = build::cons(a, rest, tail);
        }
        if !self.rest.is_empty() {
            let before = build::binary(a, &self.rest);
            rest = build::list(a, &[before, rest]);
        }
        self.end = End::Error(rest);
        Progress::Done
    }

    fn close<A: Alloc + ?Sized>(&mut self, a: &mut A) -> Progress {
        if !self.rest.is_empty() {
            let rest = build::binary(a, &self.rest);
            self.end = if utf8::may_go_on(&self.rest) { End::Incomplete(rest) } else { End::Error(rest) };
        }
        Progress::Done
    }
}

/// The answer of a conversion that is done: what was converted, `{error, …}` or `{incomplete, …}`.
pub fn answer<A: Alloc + ?Sized>(a: &mut A, converted: Term, end: End) -> Term {
    match end {
        End::Complete => converted,
        End::Error(rest) => build::tuple(a, &[Term::atom(atom::ERROR), converted, rest]),
        End::Incomplete(rest) => build::tuple(a, &[Term::atom(atom::INCOMPLETE), converted, rest]),
    }
}

fn convert<A: Alloc + ?Sized>(a: &mut A, data: Term, latin1: bool) -> Option<(Vec<u8>, End)> {
    if !is_character_data(data) {
        return None;
    }
    let mut c = Conversion::new(data, latin1);
    while c.run(a, &mut { usize::MAX }) == Progress::Paused {}
    Some(c.finish())
}

/// `unicode:characters_to_binary(Data, latin1 | utf8)` in one go: a binary, `{error, …}` or `{incomplete, …}`; none for
/// `badarg`.
pub fn characters_to_binary<A: Alloc + ?Sized>(a: &mut A, data: Term, latin1: bool) -> Option<Term> {
    let data = match data.as_cons() {
        Some((head, tail)) if tail.is_nil() && head.is_bitstring() => head,
        _ => data,
    };
    if let Some(bytes) = data.as_binary() {
        // What is UTF-8 already stays as it is.
        if if latin1 { bytes.is_ascii() } else { validate(&bytes) == Validity::Valid } {
            return Some(data);
        }
    }
    let (out, end) = convert(a, data, latin1)?;
    let converted = build::binary(a, &out);
    Some(answer(a, converted, end))
}

/// `unicode:characters_to_list(Data, latin1 | utf8)` in one go: a list, `{error, …}` or `{incomplete, …}`; none for
/// `badarg`.
pub fn characters_to_list<A: Alloc + ?Sized>(a: &mut A, data: Term, latin1: bool) -> Option<Term> {
    let (out, end) = convert(a, data, latin1)?;
    // Only UTF-8 was written.
    let text = core::str::from_utf8(&out).unwrap_or_default();
    let points: Vec<u32> = text.chars().map(u32::from).collect();
    let list = build::list_of_ints(a, points.into_iter(), Term::NIL);
    Some(answer(a, list, end))
}
