//! `erlang:phash2` and `erlang:phash`: the same for a term on every node and in every release. Read beside it:
//! `make_hash2` and `make_hash` in `erts/emulator/beam/utils.c`.

use alloc::vec::Vec;

use crate::term::{Bits, ExternalKind, FunRef, Tag, Term};

/// The golden ratio; the constants of the kinds are its multiples.
const HCONST: u32 = 0x9e37_79b9;

const fn hconst(n: u32) -> u32 {
    HCONST.wrapping_mul(n)
}

/// Bob Jenkins's mix of 1996.
#[inline]
fn mix(a: &mut u32, b: &mut u32, c: &mut u32) {
    macro_rules! step {
        ($x:ident, $y:ident, $z:ident, $e:expr) => {
            *$x = $x.wrapping_sub(*$y).wrapping_sub(*$z) ^ $e;
        };
    }
    step!(a, b, c, *c >> 13);
    step!(b, c, a, *a << 8);
    step!(c, a, b, *b >> 13);
    step!(a, b, c, *c >> 12);
    step!(b, c, a, *a << 16);
    step!(c, a, b, *b >> 5);
    step!(a, b, c, *c >> 3);
    step!(b, c, a, *a << 10);
    step!(c, a, b, *b >> 15);
}

fn two(hash: u32, x: u32, y: u32, constant: u32) -> u32 {
    let (mut a, mut b, mut c) = (constant.wrapping_add(x), constant.wrapping_add(y), hash);
    mix(&mut a, &mut b, &mut c);
    c
}

fn one(hash: u32, x: u32, constant: u32) -> u32 {
    two(hash, x, 0, constant)
}

fn small(hash: u32, v: i64) -> u32 {
    if (-(1 << 27)..1 << 27).contains(&v) {
        let y = v as i32;
        let hash = if y < 0 { one(hash, y.unsigned_abs(), HCONST) } else { hash };
        return one(hash, y as u32, HCONST);
    }
    let t = v.unsigned_abs();
    two(hash, t as u32, (t >> 32) as u32, hconst(if v < 0 { 10 } else { 11 }))
}

/// Jenkins's hash of a block of bytes.
fn block(bytes: impl Iterator<Item = u8>, len: u32, initial: u32) -> u32 {
    let (mut a, mut b, mut c) = (HCONST, HCONST, initial);
    let mut k = [0u8; 12];
    let mut n = 0;
    let word = |k: &[u8; 12], i: usize| u32::from_le_bytes([k[i], k[i + 1], k[i + 2], k[i + 3]]);
    for byte in bytes {
        k[n] = byte;
        n += 1;
        if n == 12 {
            a = a.wrapping_add(word(&k, 0));
            b = b.wrapping_add(word(&k, 4));
            c = c.wrapping_add(word(&k, 8));
            mix(&mut a, &mut b, &mut c);
            n = 0;
        }
    }
    k[n..].fill(0);
    a = a.wrapping_add(word(&k, 0));
    b = b.wrapping_add(word(&k, 4));
    // The lowest byte of c is kept for the length.
    c = c.wrapping_add(word(&k, 8) << 8).wrapping_add(len);
    mix(&mut a, &mut b, &mut c);
    c
}

fn bits_hash(hash: u32, bits: &Bits) -> u32 {
    let initial = hconst(13).wrapping_add(hash);
    if bits.len == 0 {
        return initial;
    }
    let (whole, odd) = (bits.len / 8, bits.len % 8);
    let h = match bits.slice(0, whole * 8).as_bytes() {
        Some(bytes) => block(bytes.iter().copied(), whole as u32, initial),
        None => block((0..whole).map(|i| bits.byte(i)), whole as u32, initial),
    };
    if odd == 0 { h } else { two(h, odd as u32, u32::from(bits.byte(whole) >> (8 - odd)), hconst(15)) }
}

enum Work {
    Terms(&'static [Term]),
    Term(Term),
    /// Keys and values of a flat map.
    Pairs(&'static [Term], &'static [Term]),
    /// The children of a trie: cells are pairs.
    Children(&'static [Term]),
    PairEnd,
    /// A map's end: the hash so far and the outer map's pairs.
    MapEnd(u32, u32),
}

/// The 32-bit hash of which `phash2/1` shows 27 bits.
#[must_use]
pub fn phash2(term: Term) -> u32 {
    let mut hasher = Hasher::new(term);
    loop {
        if let Some(hash) = hasher.run(&mut { usize::MAX }) {
            return hash;
        }
    }
}

/// A `phash2` in progress. The term must stay where it is meanwhile.
pub struct Hasher {
    hash: u32,
    /// The pairs of the map being hashed, combined so that their order does not matter.
    pairs: u32,
    todo: Vec<Work>,
}

impl Hasher {
    /// For a term.
    #[must_use]
    pub fn new(term: Term) -> Hasher {
        Hasher { hash: 0, pairs: 0, todo: alloc::vec![Work::Term(term)] }
    }

    /// Goes on until the budget (one for each term) is used up; the hash, when it is done.
    pub fn run(&mut self, budget: &mut usize) -> Option<u32> {
        while *budget > 0 {
            *budget -= 1;
            let now = match self.todo.pop() {
                None => return Some(self.hash),
                Some(Work::Term(t)) => t,
                Some(Work::Terms([first, rest @ ..])) => {
                    if !rest.is_empty() {
                        self.todo.push(Work::Terms(rest));
                    }
                    *first
                }
                Some(Work::Pairs([key, keys @ ..], values)) => {
                    self.todo.push(Work::Pairs(keys, &values[1..]));
                    self.todo.push(Work::PairEnd);
                    self.todo.push(Work::Terms(&values[..1]));
                    *key
                }
                Some(Work::Children([first, rest @ ..])) => {
                    self.todo.push(Work::Children(rest));
                    if first.is_cons() {
                        let [key, value] = first.cell();
                        self.todo.push(Work::PairEnd);
                        self.todo.push(Work::Terms(core::slice::from_ref(value)));
                        *key
                    } else {
                        if let Some((_, children)) = first.as_hamt_node() {
                            self.todo.push(Work::Children(children));
                        }
                        continue;
                    }
                }
                Some(Work::Terms([]) | Work::Pairs([], _) | Work::Children([])) => continue,
                Some(Work::PairEnd) => {
                    self.pairs ^= self.hash;
                    self.hash = 0;
                    continue;
                }
                Some(Work::MapEnd(outer_hash, outer_pairs)) => {
                    self.hash = one(outer_hash, self.pairs, hconst(19));
                    self.pairs = outer_pairs;
                    continue;
                }
            };
            self.hash = visit(self.hash, &mut self.pairs, now, &mut self.todo);
        }
        None
    }
}

/// Hashes a term as far as it is no container; what is inside becomes work.
fn visit(mut hash: u32, pairs: &mut u32, t: Term, todo: &mut Vec<Work>) -> u32 {
    if let Some(v) = t.as_small() {
        return small(hash, v);
    }
    if let Some(atom) = t.as_atom() {
        return if hash == 0 { atom.pjw_hash() } else { one(hash, atom.pjw_hash(), hconst(3)) };
    }
    if t.is_nil() {
        return if hash == 0 { 3_468_870_702 } else { one(hash, NIL_DEF, hconst(2)) };
    }
    if t.is_cons() {
        return list(hash, t, todo);
    }
    if let Some(pid) = t.as_pid() {
        return one(hash, pid.number(), hconst(5));
    }
    if let Some(port) = t.as_port() {
        return two(hash, port.0 as u32, (port.0 >> 32) as u32, hconst(6));
    }
    let Some(header) = t.header() else { return hash };
    match header.tag() {
        Tag::Record => t.as_record().map_or(hash, |r| {
            // In the order of the fields' atoms, as stock has them.
            todo.extend(r.by_number().into_iter().rev().map(|i| Work::Term(r.values[i])));
            two(hash, r.values.len() as u32, r.definition_hash(), hconst(23))
        }),
        Tag::Tuple => {
            let items = t.term_words();
            todo.push(Work::Terms(items));
            one(hash, items.len() as u32, hconst(9))
        }
        Tag::FlatMap | Tag::HashMap => {
            hash = one(hash, crate::map::size(t) as u32, hconst(16));
            if crate::map::size(t) == 0 {
                return hash;
            }
            todo.push(Work::MapEnd(hash, *pairs));
            *pairs = 0;
            match (t.as_flat_map(), t.as_hash_map()) {
                (Some((keys, values)), _) => todo.push(Work::Pairs(keys, values)),
                (_, Some((_, _, children))) => todo.push(Work::Children(children)),
                _ => {}
            }
            0
        }
        Tag::Float => {
            let bits = t.as_float().map_or(0, |f| if f == 0.0 { 0 } else { f.to_bits() });
            two(hash, (bits >> 32) as u32, bits as u32, hconst(12))
        }
        Tag::PosBig | Tag::NegBig => {
            let constant = hconst(if header.is(Tag::NegBig) { 10 } else { 11 });
            t.words().iter().fold(hash, |h, limb| two(h, *limb as u32, (*limb >> 32) as u32, constant))
        }
        Tag::HeapBits | Tag::SubBits => t.as_bits().map_or(hash, |bits| bits_hash(hash, &bits)),
        Tag::Ref => t.as_reference().map_or(hash, |r| one(hash, r.numbers[0], hconst(7))),
        Tag::External => t.as_external().map_or(hash, |e| match e.kind {
            ExternalKind::Pid => one(hash, e.data[0] as u32, hconst(5)),
            ExternalKind::Port => two(hash, e.data[0] as u32, (e.data[0] >> 32) as u32, hconst(6)),
            ExternalKind::Reference => one(hash, e.number(0), hconst(7)),
        }),
        Tag::Fun | Tag::Export => t.as_fun().map_or(hash, |f| match f.code {
            FunRef::Local(e) => {
                todo.push(Work::Terms(f.env));
                let h = two(hash, f.env.len() as u32, e.module.pjw_hash(), HCONST);
                two(h, e.index, e.old_uniq, HCONST)
            }
            FunRef::External(e) => {
                let h = two(hash, e.mfa.arity, e.mfa.module.pjw_hash(), HCONST);
                one(h, e.mfa.function.pjw_hash(), hconst(14))
            }
        }),
        Tag::HamtNode | Tag::MatchContext | Tag::BinRef => hash,
    }
}

/// The hash of a tuple of these immediates.
pub(crate) fn tuple_of_immediates(items: &[Term]) -> u32 {
    let start = one(0, items.len() as u32, hconst(9));
    items.iter().fold(start, |hash, item| visit(hash, &mut 0, *item, &mut Vec::new()))
}

/// The number of nil's type in `erl_term.h`.
const NIL_DEF: u32 = 0x2;

/// Bytes at a list's start are hashed four at a time, as text.
fn list(mut hash: u32, t: Term, todo: &mut Vec<Work>) -> u32 {
    let (mut count, mut text) = (0, 0u32);
    let mut rest = t;
    while let Some((byte, tail)) = rest.as_cons().and_then(|(head, tail)| head.as_byte().map(|b| (b, tail))) {
        text = text << 8 | u32::from(byte);
        count += 1;
        if count == 4 {
            hash = one(hash, text, hconst(4));
            (count, text) = (0, 0);
        }
        rest = tail;
        if !rest.is_cons() {
            break;
        }
    }
    if count > 0 {
        hash = one(hash, text, hconst(4));
    }
    if rest.is_cons() {
        // The head, then the tail.
        todo.push(Work::Terms(rest.cell()));
        return hash;
    }
    todo.push(Work::Term(rest));
    hash
}

const FUNNY: [u32; 16] = [
    0,
    268_440_163,
    268_439_161,
    268_435_459,
    268_436_141,
    268_438_633,
    268_437_017,
    268_438_039,
    268_437_511,
    268_439_627,
    268_440_479,
    268_440_577,
    268_440_581,
    268_440_593,
    268_440_611,
    268_440_629,
];

fn muladd(h: u32, prime: usize, x: u32) -> u32 {
    h.wrapping_mul(FUNNY[prime]).wrapping_add(x)
}

fn bytes_of(h: u32, x: u32, prime: usize) -> u32 {
    x.to_le_bytes().into_iter().fold(h, |h, b| muladd(h, prime, u32::from(b)))
}

enum OldWork {
    Terms(&'static [Term]),
    /// A list's tail, then its end.
    Tail(Term),
    ListEnd,
    TupleEnd(u32),
    RecordEnd(u32),
}

/// The old `erlang:phash`, before it is reduced to a range.
#[must_use]
pub fn phash(term: Term) -> u32 {
    let mut h: u32 = 0;
    let mut todo: Vec<OldWork> = Vec::new();
    let mut now = term;
    loop {
        h = old_visit(h, now, &mut todo);
        now = loop {
            match todo.pop() {
                None => return h,
                Some(OldWork::Terms([])) => {}
                Some(OldWork::Terms([first, rest @ ..])) => {
                    todo.push(OldWork::Terms(rest));
                    break *first;
                }
                Some(OldWork::Tail(t)) => {
                    if !t.is_cons() {
                        todo.push(OldWork::ListEnd);
                    }
                    break t;
                }
                Some(OldWork::ListEnd) => h = h.wrapping_mul(FUNNY[8]),
                Some(OldWork::TupleEnd(arity)) => h = muladd(h, 9, arity),
                Some(OldWork::RecordEnd(arity)) => h = muladd(h, 15, arity),
            }
        };
    }
}

fn old_visit(mut h: u32, t: Term, todo: &mut Vec<OldWork>) -> u32 {
    if t.is_nil() {
        return muladd(h, 3, 1);
    }
    if let Some(atom) = t.as_atom() {
        return muladd(h, 1, atom.pjw_hash());
    }
    if let Some(v) = t.as_small() {
        return old_integer(h, v < 0, &[v.unsigned_abs()]);
    }
    if let Some((negative, limbs)) = t.as_big() {
        return old_integer(h, negative, limbs);
    }
    if t.is_cons() {
        let mut cell = t.cell();
        while let Some(byte) = cell[0].as_byte() {
            h = muladd(h, 2, u32::from(byte));
            if !cell[1].is_cons() {
                todo.push(OldWork::ListEnd);
                todo.push(OldWork::Terms(&cell[1..]));
                return h;
            }
            cell = cell[1].cell();
        }
        todo.push(OldWork::Tail(cell[1]));
        todo.push(OldWork::Terms(&cell[..1]));
        return h;
    }
    if let Some(items) = t.as_tuple() {
        todo.push(OldWork::TupleEnd(items.len() as u32));
        todo.push(OldWork::Terms(items));
        return h;
    }
    if let Some(record) = t.as_record() {
        todo.push(OldWork::RecordEnd(record.values.len() as u32 + 1));
        todo.push(OldWork::Terms(record.values));
        todo.push(OldWork::Terms(record.identity()));
        return h;
    }
    if let Some(bits) = t.as_bits() {
        let (whole, odd) = (bits.len / 8, bits.len % 8);
        h = (0..whole).fold(h, |h, i| muladd(h, 1, u32::from(bits.byte(i))));
        if odd > 0 {
            let last = u32::from(bits.byte(whole) >> (8 - odd));
            h = muladd(muladd(h, 1, last), 12, odd as u32);
        }
        return muladd(h, 4, whole as u32);
    }
    if t.is_map() {
        return muladd(h, 13, FUNNY[14]).wrapping_add(phash2(t));
    }
    if let Some(f) = t.as_float() {
        let bits = if f == 0.0 { 0 } else { f.to_bits() };
        return muladd(h, 6, (bits >> 32) as u32 ^ bits as u32);
    }
    if let Some(fun) = t.as_fun() {
        return match fun.code {
            FunRef::Local(e) => {
                todo.push(OldWork::Terms(fun.env));
                let h = muladd(muladd(h, 10, fun.env.len() as u32), 1, e.module.pjw_hash());
                muladd(muladd(h, 2, e.index), 2, e.old_uniq)
            }
            FunRef::External(e) => {
                let h = muladd(muladd(h, 11, e.mfa.arity), 1, e.mfa.module.pjw_hash());
                muladd(h, 1, e.mfa.function.pjw_hash())
            }
        };
    }
    old_identifier(h, t)
}

fn old_integer(mut h: u32, negative: bool, limbs: &[u64]) -> u32 {
    let (last, rest) = limbs.split_last().map_or((0, &[][..]), |(l, r)| (*l, r));
    for limb in rest {
        h = bytes_of(bytes_of(h, *limb as u32, 2), (limb >> 32) as u32, 2);
    }
    h = bytes_of(h, last as u32, 2);
    if last >> 32 != 0 {
        h = bytes_of(h, (last >> 32) as u32, 2);
    }
    h.wrapping_mul(FUNNY[if negative { 4 } else { 3 }])
}

fn old_identifier(mut h: u32, t: Term) -> u32 {
    let external = t.as_external();
    if t.is_pid() {
        let number = t.as_pid().map_or_else(|| external.map_or(0, |e| e.data[0] as u32), |p| p.number());
        return bytes_of(h, number, 5).wrapping_mul(FUNNY[6]);
    }
    if t.is_port() {
        let number = t.as_port().map_or_else(|| external.map_or(0, |e| e.data[0]), |p| p.0);
        if number >> 32 != 0 {
            h = bytes_of(h, (number >> 32) as u32, 11);
        }
        return bytes_of(h, number as u32, 9).wrapping_mul(FUNNY[10]);
    }
    let number = t.as_reference().map_or_else(|| external.map_or(0, |e| e.number(0)), |r| r.numbers[0]);
    bytes_of(h, number, 9).wrapping_mul(FUNNY[10])
}
