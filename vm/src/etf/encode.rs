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

enum Frame {
    Terms(&'static [Term]),
    /// The cells of a list from there on, and its tail.
    List(Term),
    Map(Box<MapIter>),
    Sorted(Vec<(Term, Term)>),
    One(Term),
    /// The rest of a large binary.
    Bytes(Bits, usize),
    /// A fun's size belongs at this place.
    FunSize(usize),
}

/// Bits that are copied for one unit of the budget.
const BITS_A_UNIT: usize = 8 * 1024;

/// An encoding under way. The term must stay where it is until it is done.
pub struct Encoder {
    out: Vec<u8>,
    stack: Vec<Frame>,
    options: EncodeOptions,
    /// Only count: forget what was written, now and then.
    counting: bool,
    forgotten: usize,
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
        let stack = alloc::vec![Frame::One(term)];
        Encoder { out: alloc::vec![VERSION], stack, options: *options, counting: false, forgotten: 0 }
    }

    /// The bytes, once it is done, as they are.
    #[must_use]
    pub fn uncompressed(self) -> Vec<u8> {
        self.out
    }

    /// How many bytes there are, of one made by [`Encoder::counter`].
    #[must_use]
    pub fn count(&self) -> usize {
        self.forgotten + self.out.len()
    }

    /// Only counts.
    #[must_use]
    pub fn counter(term: Term, options: &EncodeOptions) -> Encoder {
        Encoder { counting: true, ..Encoder::new(term, options) }
    }

    /// The bytes, once it is done.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.options.compression {
            0 => self.out,
            level => compress::compress(&self.out, level).unwrap_or(self.out),
        }
    }

    /// Goes on until it is done or the budget (roughly one for each term) is used up.
    pub fn run(&mut self, budget: &mut usize) -> Progress {
        while *budget > 0 {
            *budget -= 1;
            let Some(frame) = self.stack.pop() else { return Progress::Done };
            match frame {
                Frame::One(t) => self.term(t),
                Frame::Terms([]) => {}
                Frame::Terms([first, rest @ ..]) => {
                    if !rest.is_empty() {
                        self.stack.push(Frame::Terms(rest));
                    }
                    self.term(*first);
                }
                Frame::List(t) => match t.as_cons() {
                    Some((head, tail)) => {
                        self.stack.push(Frame::List(tail));
                        self.term(head);
                    }
                    None => self.term(t),
                },
                Frame::Map(mut pairs) => {
                    if let Some((k, v)) = pairs.next() {
                        self.stack.push(Frame::Map(pairs));
                        self.stack.push(Frame::One(v));
                        self.term(k);
                    }
                }
                Frame::Sorted(mut pairs) => {
                    if let Some((k, v)) = pairs.pop() {
                        self.stack.push(Frame::Sorted(pairs));
                        self.stack.push(Frame::One(v));
                        self.term(k);
                    }
                }
                Frame::Bytes(bits, from) => self.bytes(bits, from),
                Frame::FunSize(at) => {
                    if !self.counting {
                        let size = (self.out.len() - at) as u32;
                        self.out[at..at + 4].copy_from_slice(&size.to_be_bytes());
                    }
                }
            }
            if self.counting {
                self.forgotten += self.out.len();
                self.out.clear();
            }
        }
        if self.stack.is_empty() { Progress::Done } else { Progress::Paused }
    }

    fn tagged(&mut self, tag: u8, n: usize) {
        self.out.push(tag);
        self.out.extend((n as u32).to_be_bytes());
    }

    fn term(&mut self, t: Term) {
        if let Some(v) = t.as_small() {
            return self.integer(v);
        }
        if let Some(atom) = t.as_atom() {
            return atoms::write(atom, &self.options, &mut self.out);
        }
        if t.is_nil() {
            return self.out.push(NIL_EXT);
        }
        if t.is_cons() {
            return self.list(t);
        }
        if identifiers::write(t, &self.options, &mut self.out) {
            return;
        }
        let Some(header) = t.header() else { return };
        match header.tag() {
            Tag::Record => {
                let Some(record) = t.as_record() else { return };
                self.tagged(RECORD_EXT, record.values.len());
                self.out.push(u8::from(record.is_exported()));
                for atom in [record.module(), record.name()].iter().chain(record.fields()) {
                    self.term(*atom);
                }
                self.stack.push(Frame::Terms(record.values));
            }
            Tag::Tuple => {
                let items = t.term_words();
                match u8::try_from(items.len()) {
                    Ok(n) => self.out.extend([SMALL_TUPLE_EXT, n]),
                    Err(_) => self.tagged(LARGE_TUPLE_EXT, items.len()),
                }
                self.stack.push(Frame::Terms(items));
            }
            Tag::PosBig | Tag::NegBig => self.big(t),
            Tag::Float => self.float(t.as_float().unwrap_or(0.0)),
            Tag::FlatMap | Tag::HashMap => self.map(t),
            Tag::HeapBits | Tag::SubBits => {
                if let Some(bits) = t.as_bits() {
                    let bytes = bits.len.div_ceil(8);
                    if bits.is_binary() {
                        self.tagged(BINARY_EXT, bytes);
                    } else {
                        self.tagged(BIT_BINARY_EXT, bytes);
                        self.out.push((bits.len % 8) as u8);
                    }
                    self.bytes(bits, 0);
                }
            }
            Tag::Fun | Tag::Export => self.fun(t),
            // None of these is a term of its own, and identifiers are written above.
            Tag::MatchContext | Tag::BinRef | Tag::HamtNode | Tag::Ref | Tag::External => {}
        }
    }

    fn integer(&mut self, v: i64) {
        if let Ok(byte) = u8::try_from(v) {
            self.out.extend([SMALL_INTEGER_EXT, byte]);
        } else if let Ok(v) = i32::try_from(v) {
            self.tagged(INTEGER_EXT, v as u32 as usize);
        } else {
            self.magnitude(v < 0, &[v.unsigned_abs()]);
        }
    }

    fn big(&mut self, t: Term) {
        if let Some(i) = Int::new(t) {
            self.magnitude(i.negative, i.limbs());
        }
    }

    fn magnitude(&mut self, negative: bool, limbs: &[u64]) {
        let top = limbs.last().map_or(0, |l| l.leading_zeros() as usize / 8);
        let n = limbs.len() * 8 - top;
        match u8::try_from(n) {
            Ok(n) => self.out.extend([SMALL_BIG_EXT, n]),
            Err(_) => self.tagged(LARGE_BIG_EXT, n),
        }
        self.out.push(u8::from(negative));
        self.out.extend(limbs.iter().flat_map(|l| l.to_le_bytes()).take(n));
    }

    fn float(&mut self, f: f64) {
        if self.options.text_floats {
            self.out.push(FLOAT_EXT);
            let mut text = float_text::default(f).into_bytes();
            text.resize(31, 0);
            self.out.extend(text);
        } else {
            self.out.push(NEW_FLOAT_EXT);
            self.out.extend(f.to_be_bytes());
        }
    }

    fn list(&mut self, t: Term) {
        let mut items = t.list();
        let n = items.by_ref().count();
        let tail = items.rest();
        if n <= 0xffff && tail.is_nil() && t.list().all(|i| i.as_byte().is_some()) {
            self.out.push(STRING_EXT);
            self.out.extend((n as u16).to_be_bytes());
            self.out.extend(t.list().filter_map(Term::as_byte));
            return;
        }
        self.tagged(LIST_EXT, n);
        self.stack.push(Frame::List(t));
    }

    fn map(&mut self, t: Term) {
        self.tagged(MAP_EXT, crate::map::size(t));
        if t.is_tag(Tag::HashMap) && self.options.deterministic {
            let mut pairs: Vec<(Term, Term)> = MapIter::new(t).collect();
            pairs.sort_by(|x, y| compare_exact(y.0, x.0));
            self.stack.push(Frame::Sorted(pairs));
        } else {
            self.stack.push(Frame::Map(Box::new(MapIter::new(t))));
        }
    }

    fn bytes(&mut self, bits: Bits, from: usize) {
        if self.counting {
            self.forgotten += bits.len.div_ceil(8);
            return;
        }
        let n = (bits.len - from).min(BITS_A_UNIT);
        let part = bits.slice(from, n);
        match part.as_bytes() {
            Some(bytes) => self.out.extend(bytes),
            None => self.out.extend((0..n.div_ceil(8)).map(|i| part.byte(i))),
        }
        if from + n < bits.len {
            self.stack.push(Frame::Bytes(bits, from + n));
        }
    }

    fn fun(&mut self, t: Term) {
        let Some(f) = t.as_fun() else { return };
        match f.code {
            FunRef::Local(e) => {
                self.out.push(NEW_FUN_EXT);
                self.stack.push(Frame::FunSize(self.out.len()));
                self.out.extend([0; 4]);
                self.out.push(e.arity as u8);
                self.out.extend(e.uniq);
                self.out.extend(e.index.to_be_bytes());
                self.out.extend((f.env.len() as u32).to_be_bytes());
                atoms::write(e.module, &self.options, &mut self.out);
                self.integer(i64::from(e.old_index));
                self.integer(i64::from(e.old_uniq));
                // Since OTP 27 funs don't know who made them.
                let creator = if crate::release::at_least(27) { Term::pid(Pid::new(0, 0)) } else { f.creator };
                identifiers::write(creator, &self.options, &mut self.out);
                self.stack.push(Frame::Terms(f.env));
            }
            FunRef::External(e) => {
                self.out.push(EXPORT_EXT);
                atoms::write(e.mfa.module, &self.options, &mut self.out);
                atoms::write(e.mfa.function, &self.options, &mut self.out);
                self.integer(i64::from(e.mfa.arity));
            }
        }
    }
}
