//! Encoding: an explicit stack of what is still to be written.

use alloc::boxed::Box;
use alloc::vec::Vec;

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

/// Where an encoding goes.
pub trait Out {
    fn put(&mut self, bytes: &[u8]);
    /// How many bytes came so far.
    fn count(&self) -> usize;
    /// The bytes of a string, or of a binary that begins within a byte.
    fn put_all(&mut self, bytes: impl ExactSizeIterator<Item = u8>);
    /// Four bytes that were put before turn out to be others.
    fn patch(&mut self, at: usize, bytes: [u8; 4]);
}

impl Out for Vec<u8> {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn put_all(&mut self, bytes: impl ExactSizeIterator<Item = u8>) {
        self.extend(bytes);
    }

    fn patch(&mut self, at: usize, bytes: [u8; 4]) {
        self[at..at + 4].copy_from_slice(&bytes);
    }
}

/// Only counts.
#[derive(Debug, Default)]
pub struct Count(usize);

impl Out for Count {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    fn count(&self) -> usize {
        self.0
    }

    fn put_all(&mut self, bytes: impl ExactSizeIterator<Item = u8>) {
        self.0 += bytes.len();
    }

    fn patch(&mut self, _at: usize, _bytes: [u8; 4]) {}
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

/// An encoding under way. The term must stay where it is until it is done.
pub struct Encoder<O = Vec<u8>> {
    out: O,
    stack: Vec<Frame>,
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
        Encoder { out, stack: alloc::vec![Frame::One(term)], options: *options }
    }

    /// Goes on until it is done or the budget (roughly one for each term) is used up.
    pub fn run(&mut self, budget: &mut usize) -> Progress {
        while *budget > 0 {
            *budget -= 1;
            let Some(frame) = self.stack.pop() else { return Progress::Done };
            match frame {
                Frame::One(t) => {
                    if !self.leaf(t) {
                        self.branch(t);
                    }
                }
                Frame::Terms(items) => self.terms(items, budget),
                Frame::List(t) => self.cells(t, budget),
                Frame::Pairs(keys, values) => {
                    if let ([key, keys @ ..], [value, values @ ..]) = (keys, values) {
                        self.stack.push(Frame::Pairs(keys, values));
                        self.pair(*key, *value);
                    }
                }
                Frame::Map(mut pairs) => {
                    if let Some((key, value)) = pairs.next() {
                        self.stack.push(Frame::Map(pairs));
                        self.pair(key, value);
                    }
                }
                Frame::Sorted(mut pairs) => {
                    if let Some((key, value)) = pairs.pop() {
                        self.stack.push(Frame::Sorted(pairs));
                        self.pair(key, value);
                    }
                }
                Frame::Bytes(bits, from) => self.bytes(bits, from),
                Frame::FunSize(at) => {
                    let size = (self.out.count() - at) as u32;
                    self.out.patch(at, size.to_be_bytes());
                }
            }
        }
        if self.stack.is_empty() { Progress::Done } else { Progress::Paused }
    }

    /// Terms up to the first that has others in it.
    fn terms(&mut self, mut items: &'static [Term], budget: &mut usize) {
        while let [first, rest @ ..] = items {
            items = rest;
            let first = *first;
            let leaf = self.leaf(first);
            if !leaf || *budget == 0 {
                if !rest.is_empty() {
                    self.stack.push(Frame::Terms(rest));
                }
                if !leaf {
                    self.branch(first);
                }
                return;
            }
            *budget -= 1;
        }
    }

    /// As [`Encoder::terms`], for the elements and the tail of a list.
    fn cells(&mut self, mut list: Term, budget: &mut usize) {
        while let Some((head, tail)) = list.as_cons() {
            list = tail;
            let leaf = self.leaf(head);
            if !leaf || *budget == 0 {
                self.stack.push(Frame::List(tail));
                if !leaf {
                    self.branch(head);
                }
                return;
            }
            *budget -= 1;
        }
        self.stack.push(Frame::One(list));
    }

    fn pair(&mut self, key: Term, value: Term) {
        if self.leaf(key) {
            if !self.leaf(value) {
                self.branch(value);
            }
        } else {
            self.stack.push(Frame::One(value));
            self.branch(key);
        }
    }

    #[inline(always)]
    fn tagged(&mut self, tag: u8, n: usize) {
        let [a, b, c, d] = (n as u32).to_be_bytes();
        self.out.put(&[tag, a, b, c, d]);
    }

    /// Writes a term that has no others in it, and is not long; false for another.
    #[inline]
    fn leaf(&mut self, t: Term) -> bool {
        if let Some(v) = t.as_small() {
            self.integer(v);
        } else if let Some(atom) = t.as_atom() {
            atoms::write(atom, &self.options, &mut self.out);
        } else if t.is_nil() {
            self.out.put(&[NIL_EXT]);
        } else if t.is_cons() {
            return false;
        } else {
            return self.boxed(t);
        }
        true
    }

    fn boxed(&mut self, t: Term) -> bool {
        match t.header().map(|h| h.tag()) {
            Some(Tag::Tuple | Tag::FlatMap | Tag::HashMap | Tag::Fun | Tag::Export | Tag::Record) => return false,
            Some(Tag::HeapBits | Tag::SubBits) => {
                let Some(bits) = t.as_bits() else { return false };
                if bits.len > BITS_A_UNIT {
                    return false;
                }
                self.bits(bits);
            }
            Some(Tag::Float) => self.float(t.as_float().unwrap_or(0.0)),
            Some(Tag::PosBig | Tag::NegBig) => {
                if let Some(i) = Int::new(t) {
                    self.magnitude(i.negative, i.limbs());
                }
            }
            // Pids and ports have no header; what else there is, is no term of its own.
            None | Some(Tag::Ref | Tag::External | Tag::MatchContext | Tag::BinRef | Tag::HamtNode) => {
                identifiers::write(t, &self.options, &mut self.out);
            }
        }
        true
    }

    /// Begins with a term that has others in it, or is long: what comes behind it lies on the stack.
    fn branch(&mut self, t: Term) {
        if t.is_cons() {
            return self.list(t);
        }
        let Some(header) = t.header() else { return };
        match header.tag() {
            Tag::Tuple => {
                let items = t.term_words();
                match u8::try_from(items.len()) {
                    Ok(n) => self.out.put(&[SMALL_TUPLE_EXT, n]),
                    Err(_) => self.tagged(LARGE_TUPLE_EXT, items.len()),
                }
                self.stack.push(Frame::Terms(items));
            }
            Tag::FlatMap | Tag::HashMap => self.map(t),
            Tag::Fun | Tag::Export => self.fun(t),
            Tag::Record => {
                let Some(record) = t.as_record() else { return };
                self.tagged(RECORD_EXT, record.values.len());
                self.out.put(&[u8::from(record.is_exported())]);
                for atom in [record.module(), record.name()].iter().chain(record.fields()) {
                    self.leaf(*atom);
                }
                self.stack.push(Frame::Terms(record.values));
            }
            _ => {
                if let Some(bits) = t.as_bits() {
                    self.bits(bits);
                }
            }
        }
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

    fn float(&mut self, f: f64) {
        if self.options.text_floats {
            self.out.put(&[FLOAT_EXT]);
            let mut text = float_text::default(f).into_bytes();
            text.resize(31, 0);
            self.out.put(&text);
        } else {
            self.out.put(&[NEW_FLOAT_EXT]);
            self.out.put(&f.to_be_bytes());
        }
    }

    fn list(&mut self, t: Term) {
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
            return;
        }
        self.tagged(LIST_EXT, n);
        self.stack.push(Frame::List(t));
    }

    fn map(&mut self, t: Term) {
        self.tagged(MAP_EXT, crate::map::size(t));
        if let Some((keys, values)) = t.as_flat_map() {
            self.stack.push(Frame::Pairs(keys, values));
        } else if self.options.deterministic {
            let mut pairs: Vec<(Term, Term)> = MapIter::new(t).collect();
            pairs.sort_by(|x, y| compare_exact(y.0, x.0));
            self.stack.push(Frame::Sorted(pairs));
        } else {
            self.stack.push(Frame::Map(Box::new(MapIter::new(t))));
        }
    }

    fn bits(&mut self, bits: Bits) {
        let bytes = bits.len.div_ceil(8);
        if bits.is_binary() {
            self.tagged(BINARY_EXT, bytes);
        } else {
            self.tagged(BIT_BINARY_EXT, bytes);
            self.out.put(&[(bits.len % 8) as u8]);
        }
        self.bytes(bits, 0);
    }

    fn bytes(&mut self, bits: Bits, from: usize) {
        let n = (bits.len - from).min(BITS_A_UNIT);
        let part = bits.slice(from, n);
        match part.as_bytes() {
            Some(bytes) => self.out.put(bytes),
            None => self.out.put_all((0..n.div_ceil(8)).map(|i| part.byte(i))),
        }
        if from + n < bits.len {
            self.stack.push(Frame::Bytes(bits, from + n));
        }
    }

    fn fun(&mut self, t: Term) {
        let Some(f) = t.as_fun() else { return };
        match f.code {
            FunRef::Local(e) => {
                self.out.put(&[NEW_FUN_EXT]);
                self.stack.push(Frame::FunSize(self.out.count()));
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
                self.stack.push(Frame::Terms(f.env));
            }
            FunRef::External(e) => {
                self.out.put(&[EXPORT_EXT]);
                atoms::write(e.mfa.module, &self.options, &mut self.out);
                atoms::write(e.mfa.function, &self.options, &mut self.out);
                self.integer(i64::from(e.mfa.arity));
            }
        }
    }
}
