//! Encoding: recursion to a certain depth; where it pauses or goes deeper, what is still to be written lies on a stack.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::out::{Count, Out};
use super::tags::*;
use super::{Progress, VERSION, atoms, compress, identifiers};
use crate::map::MapIter;
use crate::node::{self, NodeName};
use crate::number::{Int, float_text};
use crate::term::compare::compare_exact;
use crate::term::{Bits, FunRef, Pid, Tag, Term};

/// How terms are encoded.
#[derive(Clone, Copy, Debug)]
pub struct EncodeOptions {
    /// The name of this node, for its own pids, ports and references.
    pub node: NodeName,
    /// `{minor_version, 0}`: floats as text.
    pub text_floats: bool,
    /// `{minor_version, 2}`: all atoms in UTF-8.
    pub utf8_atoms: bool,
    /// `{compressed, Level}`: 0 for not at all.
    pub compression: u8,
    /// `deterministic`: large maps in the order of their keys.
    pub deterministic: bool,
}

impl EncodeOptions {
    /// `{minor_version, Version}`.
    #[must_use]
    pub fn minor_version(mut self, version: u32) -> EncodeOptions {
        self.text_floats = version == 0;
        self.utf8_atoms = version >= 2;
        self
    }
}

impl Default for EncodeOptions {
    fn default() -> Self {
        EncodeOptions {
            node: node::this(),
            text_floats: false,
            utf8_atoms: crate::release::at_least(26),
            compression: 0,
            deterministic: false,
        }
    }
}

/// What is still to be written.
enum Frame {
    One(Term),
    Terms(&'static [Term]),
    /// The cells of a list from there on, and its tail.
    List(Term),
    /// Keys and values, in turns.
    Pairs(&'static [Term], &'static [Term]),
    Map(Box<MapIter>),
    Sorted(Vec<(Term, Term)>),
    /// The rest of a large binary.
    Bytes(Bits, usize),
    /// A fun's size belongs at this place.
    FunSize(usize),
}

/// Bits that are copied for one unit of the budget.
const BITS_A_UNIT: usize = 8 * 1024;
/// Most terms fit into so many bytes.
const ROOM: usize = 128;
/// How deep the recursion goes.
const DEPTH: u32 = 32;

/// Whether something has been written to its end; if not, its rest lies on the stack.
type Complete = bool;

/// An encoding under way. The term must stay where it is until it is done.
pub struct Encoder<O = Vec<u8>> {
    out: O,
    /// What comes first lies on top; but while the recursion comes back with what is left, the innermost comes first.
    stack: Vec<Frame>,
    /// Of the budget, while it runs.
    left: usize,
    options: EncodeOptions,
}

/// Encodes a term in one go, with the version byte, compressed if that is asked for and makes it shorter.
#[must_use]
pub fn encode(term: Term, options: &EncodeOptions) -> Vec<u8> {
    let mut e = Encoder::new(term, options);
    while e.run(&mut { usize::MAX }) == Progress::Paused {}
    e.finish()
}

/// How many bytes [`encode`] makes of a term, not compressed.
#[must_use]
pub fn external_size(term: Term, options: &EncodeOptions) -> usize {
    let mut e = Encoder::counter(term, options);
    while e.run(&mut { usize::MAX }) == Progress::Paused {}
    e.count()
}

impl Encoder {
    /// Begins with a term.
    #[must_use]
    pub fn new(term: Term, options: &EncodeOptions) -> Encoder {
        Encoder::onto(Vec::with_capacity(ROOM), term, options)
    }

    /// The bytes, once it is done, as they are.
    #[must_use]
    pub fn uncompressed(self) -> Vec<u8> {
        self.out
    }

    /// The bytes, once it is done.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.options.compression {
            0 => self.out,
            level => compress::compress(&self.out, level).unwrap_or(self.out),
        }
    }
}

impl Encoder<Count> {
    /// Only counts.
    #[must_use]
    pub fn counter(term: Term, options: &EncodeOptions) -> Encoder<Count> {
        Encoder::onto(Count::default(), term, options)
    }

    /// How many bytes there are, once it is done.
    #[must_use]
    pub fn count(&self) -> usize {
        self.out.count()
    }
}

impl<O: Out> Encoder<O> {
    fn onto(mut out: O, term: Term, options: &EncodeOptions) -> Encoder<O> {
        out.put(&[VERSION]);
        Encoder { out, stack: alloc::vec![Frame::One(term)], left: 0, options: *options }
    }

    /// Goes on until it is done or the budget (roughly one for each term) is used up.
    pub fn run(&mut self, budget: &mut usize) -> Progress {
        self.left = *budget;
        while self.left > 0 {
            let Some(frame) = self.stack.pop() else { break };
            let outer = self.stack.len();
            if !self.frame(frame) {
                self.stack[outer..].reverse();
            }
        }
        *budget = self.left;
        if self.stack.is_empty() { Progress::Done } else { Progress::Paused }
    }

    fn frame(&mut self, frame: Frame) -> Complete {
        match frame {
            Frame::One(t) => self.term(t, DEPTH),
            Frame::Terms(items) => self.terms(items, DEPTH),
            Frame::List(t) => self.cells(t, DEPTH),
            Frame::Pairs(keys, values) => self.pairs(keys, values, DEPTH),
            Frame::Map(pairs) => self.large_map(*pairs, DEPTH),
            Frame::Sorted(pairs) => self.sorted(pairs, DEPTH),
            Frame::Bytes(bits, from) => self.bytes(bits, from),
            Frame::FunSize(at) => self.fun_size(at),
        }
    }

    #[inline]
    fn later(&mut self, rest: Frame) -> Complete {
        self.stack.push(rest);
        false
    }

    #[inline(always)]
    fn term(&mut self, t: Term, depth: u32) -> Complete {
        if self.left == 0 {
            return self.later(Frame::One(t));
        }
        self.left -= 1;
        self.immediate(t) || self.compound(t, depth)
    }

    fn terms(&mut self, mut items: &'static [Term], depth: u32) -> Complete {
        while let [first, rest @ ..] = items {
            if !self.term(*first, depth) {
                return self.later(Frame::Terms(rest));
            }
            items = rest;
        }
        true
    }

    /// The elements and the tail of a list.
    fn cells(&mut self, mut list: Term, depth: u32) -> Complete {
        while let Some((head, tail)) = list.as_cons() {
            if !self.term(head, depth) {
                return self.later(Frame::List(tail));
            }
            list = tail;
        }
        self.term(list, depth)
    }

    fn pairs(&mut self, mut keys: &'static [Term], mut values: &'static [Term], depth: u32) -> Complete {
        while let ([key, more_keys @ ..], [value, more_values @ ..]) = (keys, values) {
            if !self.pair(*key, *value, depth) {
                return self.later(Frame::Pairs(more_keys, more_values));
            }
            (keys, values) = (more_keys, more_values);
        }
        true
    }

    fn large_map(&mut self, mut pairs: MapIter, depth: u32) -> Complete {
        while let Some((key, value)) = pairs.next() {
            if !self.pair(key, value, depth) {
                return self.later(Frame::Map(Box::new(pairs)));
            }
        }
        true
    }

    fn sorted(&mut self, mut pairs: Vec<(Term, Term)>, depth: u32) -> Complete {
        while let Some((key, value)) = pairs.pop() {
            if !self.pair(key, value, depth) {
                return self.later(Frame::Sorted(pairs));
            }
        }
        true
    }

    fn pair(&mut self, key: Term, value: Term, depth: u32) -> Complete {
        if !self.term(key, depth) {
            return self.later(Frame::One(value));
        }
        self.term(value, depth)
    }

    #[inline(always)]
    fn tagged(&mut self, tag: u8, n: usize) {
        let [a, b, c, d] = (n as u32).to_be_bytes();
        self.out.put(&[tag, a, b, c, d]);
    }

    /// Writes an integer, an atom or `[]`, which most terms are; false for another.
    #[inline(always)]
    fn immediate(&mut self, t: Term) -> bool {
        if let Some(v) = t.as_small() {
            self.integer(v);
        } else if let Some(atom) = t.as_atom() {
            atoms::write(atom, &self.options, &mut self.out);
        } else if t.is_nil() {
            self.out.put(&[NIL_EXT]);
        } else {
            return false;
        }
        true
    }

    #[inline(never)]
    fn compound(&mut self, t: Term, depth: u32) -> Complete {
        let Some(depth) = depth.checked_sub(1) else { return self.later(Frame::One(t)) };
        if t.is_cons() {
            return self.list(t, depth);
        }
        // Pids and ports have no header.
        let Some(header) = t.header() else { return self.identifier(t) };
        match header.tag() {
            Tag::Tuple => {
                let items = t.term_words();
                match u8::try_from(items.len()) {
                    Ok(n) => self.out.put(&[SMALL_TUPLE_EXT, n]),
                    Err(_) => self.tagged(LARGE_TUPLE_EXT, items.len()),
                }
                self.terms(items, depth)
            }
            Tag::FlatMap | Tag::HashMap => self.map(t, depth),
            Tag::HeapBits | Tag::SubBits => t.as_bits().is_none_or(|bits| self.bits(bits)),
            Tag::Float => self.float(t.as_float().unwrap_or(0.0)),
            Tag::PosBig | Tag::NegBig => {
                if let Some(i) = Int::new(t) {
                    self.magnitude(i.negative, i.limbs());
                }
                true
            }
            Tag::Fun | Tag::Export => self.fun(t, depth),
            Tag::Record => {
                let Some(record) = t.as_record() else { return true };
                self.tagged(RECORD_EXT, record.values.len());
                self.out.put(&[u8::from(record.is_exported())]);
                for atom in [record.module(), record.name()].iter().chain(record.fields()) {
                    self.immediate(*atom);
                }
                self.terms(record.values, depth)
            }
            // What else there is, is no term of its own.
            Tag::Ref | Tag::External | Tag::MatchContext | Tag::BinRef | Tag::HamtNode => self.identifier(t),
        }
    }

    fn identifier(&mut self, t: Term) -> Complete {
        identifiers::write(t, &self.options, &mut self.out);
        true
    }

    #[inline]
    fn integer(&mut self, v: i64) {
        if let Ok(byte) = u8::try_from(v) {
            self.out.put(&[SMALL_INTEGER_EXT, byte]);
        } else if let Ok(v) = i32::try_from(v) {
            self.tagged(INTEGER_EXT, v as u32 as usize);
        } else {
            self.magnitude(v < 0, &[v.unsigned_abs()]);
        }
    }

    fn magnitude(&mut self, negative: bool, limbs: &[u64]) {
        let Some((last, lower)) = limbs.split_last() else { return };
        let top = 8 - last.leading_zeros() as usize / 8;
        let n = lower.len() * 8 + top;
        match u8::try_from(n) {
            Ok(n) => self.out.put(&[SMALL_BIG_EXT, n]),
            Err(_) => self.tagged(LARGE_BIG_EXT, n),
        }
        self.out.put(&[u8::from(negative)]);
        for limb in lower {
            self.out.put(&limb.to_le_bytes());
        }
        self.out.put(&last.to_le_bytes()[..top]);
    }

    fn float(&mut self, f: f64) -> Complete {
        if self.options.text_floats {
            self.out.put(&[FLOAT_EXT]);
            let mut text = float_text::default(f).into_bytes();
            text.resize(31, 0);
            self.out.put(&text);
        } else {
            self.out.put(&[NEW_FLOAT_EXT]);
            self.out.put(&f.to_be_bytes());
        }
        true
    }

    fn list(&mut self, t: Term, depth: u32) -> Complete {
        let (mut n, mut is_string, mut tail) = (0, true, t);
        while let Some((head, rest)) = tail.as_cons() {
            is_string &= head.as_byte().is_some();
            n += 1;
            tail = rest;
        }
        if is_string && n <= 0xffff && tail.is_nil() {
            let [a, b] = (n as u16).to_be_bytes();
            self.out.put(&[STRING_EXT, a, b]);
            let mut rest = t;
            self.out.put_all((0..n).map(|_| {
                let (head, tail) = rest.as_cons().unwrap_or((Term::NIL, Term::NIL));
                rest = tail;
                head.as_byte().unwrap_or(0)
            }));
            return true;
        }
        self.tagged(LIST_EXT, n);
        self.cells(t, depth)
    }

    fn map(&mut self, t: Term, depth: u32) -> Complete {
        self.tagged(MAP_EXT, crate::map::size(t));
        if let Some((keys, values)) = t.as_flat_map() {
            self.pairs(keys, values, depth)
        } else if self.options.deterministic {
            let mut pairs: Vec<(Term, Term)> = MapIter::new(t).collect();
            pairs.sort_by(|x, y| compare_exact(y.0, x.0));
            self.sorted(pairs, depth)
        } else {
            self.large_map(MapIter::new(t), depth)
        }
    }

    fn bits(&mut self, bits: Bits) -> Complete {
        let bytes = bits.len.div_ceil(8);
        if bits.is_binary() {
            self.tagged(BINARY_EXT, bytes);
        } else {
            self.tagged(BIT_BINARY_EXT, bytes);
            self.out.put(&[(bits.len % 8) as u8]);
        }
        self.bytes(bits, 0)
    }

    fn bytes(&mut self, bits: Bits, mut from: usize) -> Complete {
        loop {
            let n = (bits.len - from).min(BITS_A_UNIT);
            let part = bits.slice(from, n);
            match part.as_bytes() {
                Some(bytes) => self.out.put(bytes),
                None => self.out.put_all((0..n.div_ceil(8)).map(|i| part.byte(i))),
            }
            from += n;
            if from >= bits.len {
                return true;
            }
            if self.left == 0 {
                return self.later(Frame::Bytes(bits, from));
            }
            self.left -= 1;
        }
    }

    fn fun(&mut self, t: Term, depth: u32) -> Complete {
        let Some(f) = t.as_fun() else { return true };
        match f.code {
            FunRef::Local(e) => {
                self.out.put(&[NEW_FUN_EXT]);
                let size_at = self.out.count();
                self.out.put(&[0; 4]);
                self.out.put(&[e.arity as u8]);
                self.out.put(&e.uniq);
                self.out.put(&e.index.to_be_bytes());
                self.out.put(&(f.env.len() as u32).to_be_bytes());
                atoms::write(e.module, &self.options, &mut self.out);
                self.integer(i64::from(e.old_index));
                self.integer(i64::from(e.old_uniq));
                // Since OTP 27 funs don't know who made them.
                let creator = if crate::release::at_least(27) { Term::pid(Pid::new(0, 0)) } else { f.creator };
                identifiers::write(creator, &self.options, &mut self.out);
                if !self.terms(f.env, depth) {
                    return self.later(Frame::FunSize(size_at));
                }
                self.fun_size(size_at)
            }
            FunRef::External(e) => {
                self.out.put(&[EXPORT_EXT]);
                atoms::write(e.mfa.module, &self.options, &mut self.out);
                atoms::write(e.mfa.function, &self.options, &mut self.out);
                self.integer(i64::from(e.mfa.arity));
                true
            }
        }
    }

    /// A fun's size counts from its own place.
    fn fun_size(&mut self, at: usize) -> Complete {
        let size = (self.out.count() - at) as u32;
        self.out.patch(at, size.to_be_bytes());
        true
    }
}
