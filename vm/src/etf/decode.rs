//! Decoding: a cursor over the bytes, and a stack of the words that are still to be filled.

use alloc::vec::Vec;

use super::atoms::Recent;
use super::scalars::{self, Cursor};
use super::tags::*;
use super::{DecodeError, DecodeOptions, FunId, Progress, VERSION, atoms, compress, identifiers};
use crate::code::Mfa;
use crate::map;
use crate::term::{Alloc, Header, Tag, Term, build, record};

/// No fun has more free variables.
const MAX_ARG: usize = 255;

/// A decoded term, and how many bytes it took.
#[derive(Clone, Copy, Debug)]
pub struct Decoded {
    pub term: Term,
    pub used: usize,
}

/// Words that wait for terms.
enum Hole {
    /// So many words, each `stride` apart.
    Words { at: *mut u64, left: usize, stride: usize },
    /// Keys and values of a flat map, of which that many are there.
    Flat { map: Term, known: usize },
    /// Keys and values, so many still missing, of the map for a word.
    Map { pairs: Vec<Term>, left: usize, into: *mut u64 },
}

/// A decoding under way. What it has made so far lies on the heap it was given, which must not move until it is done:
/// give it fragments.
pub struct Decoder<'b> {
    cursor: Cursor<'b>,
    holes: Vec<Hole>,
    /// Words in all holes: each needs a byte at least, so there are never more than bytes left.
    owed: usize,
    recent: Recent,
    /// The word for the whole term; null before the start.
    root: *mut u64,
}

/// Decodes bytes that begin with the version byte, in one go.
/// # Errors
/// [`DecodeError`].
pub fn decode<A: Alloc + ?Sized>(a: &mut A, bytes: &[u8], o: &DecodeOptions<'_>) -> Result<Decoded, DecodeError> {
    let Some((&VERSION, body)) = bytes.split_first() else { return Err(DecodeError::Badarg) };
    if let [COMPRESSED, packed @ ..] = body {
        let (unpacked, used) = compress::inflate(packed)?;
        let mut d = Decoder::new(&unpacked);
        d.run(a, o, &mut { usize::MAX })?;
        if d.used() != unpacked.len() {
            return Err(DecodeError::Badarg);
        }
        return Ok(Decoded { term: d.term(), used: 2 + used });
    }
    let mut d = Decoder::new(body);
    d.run(a, o, &mut { usize::MAX })?;
    Ok(Decoded { term: d.term(), used: 1 + d.used() })
}

impl<'b> Decoder<'b> {
    /// For bytes behind the version byte, not compressed.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Decoder<'b> {
        let cursor = Cursor { bytes, at: 0 };
        Decoder { cursor, holes: Vec::new(), owed: 0, recent: Recent::new(), root: core::ptr::null_mut() }
    }

    /// The term, once it is done.
    #[must_use]
    pub fn term(&self) -> Term {
        if self.root.is_null() {
            return Term::NIL;
        }
        // SAFETY: a word of the heap that the caller gave, written when it was allocated.
        unsafe { Term::from_raw(*self.root) }
    }

    /// Bytes read so far.
    #[must_use]
    pub const fn used(&self) -> usize {
        self.cursor.at
    }

    /// Goes on until it is done or the budget (roughly one for each term) is used up.
    /// # Errors
    /// [`DecodeError`]; what was made so far is garbage on the heap.
    pub fn run<A: Alloc + ?Sized>(
        &mut self,
        a: &mut A,
        o: &DecodeOptions<'_>,
        budget: &mut usize,
    ) -> Result<Progress, DecodeError> {
        if self.root.is_null() {
            self.root = a.alloc(1);
            // SAFETY: one fresh word.
            unsafe { fill(self.root, 1) };
            self.owe(1)?;
            self.holes.push(Hole::Words { at: self.root, left: 1, stride: 0 });
        }
        while *budget > 0 {
            let Some(hole) = self.holes.pop() else { return Ok(Progress::Done) };
            *budget -= 1;
            match hole {
                Hole::Words { at, left, stride } => self.words(a, o, (at, left, stride), budget)?,
                Hole::Flat { map, known } => self.flat(a, o, map, known)?,
                Hole::Map { pairs, left: 0, into } => {
                    let t = make_map(a, &pairs)?;
                    // SAFETY: an allocated word that waits for this map.
                    unsafe { *into = t.raw() };
                }
                Hole::Map { mut pairs, left, into } => {
                    self.owed -= 1;
                    pairs.push(Term::NIL);
                    // The vector has room for all from the start, so its words don't move.
                    let word: *mut u64 = core::ptr::from_mut(&mut pairs[..]).cast::<u64>();
                    // SAFETY: the last of the words just pushed.
                    let word = unsafe { word.add(pairs.len() - 1) };
                    self.holes.push(Hole::Map { pairs, left: left - 1, into });
                    let t = self.next(a, o, word)?;
                    // SAFETY: as above; the vector may lie deeper in the stack now, but its words are where they were.
                    unsafe { *word = t.raw() };
                }
            }
        }
        if self.holes.is_empty() { Ok(Progress::Done) } else { Ok(Progress::Paused) }
    }

    /// Fills words up to the first term that has others in it.
    fn words<A: Alloc + ?Sized>(
        &mut self,
        a: &mut A,
        o: &DecodeOptions<'_>,
        (mut at, mut left, stride): (*mut u64, usize, usize),
        budget: &mut usize,
    ) -> Result<(), DecodeError> {
        while left > 0 {
            let word = at;
            left -= 1;
            self.owed -= 1;
            // SAFETY: `left` words, `stride` apart, were allocated from `at` on; one past them is not read.
            at = unsafe { at.add(stride) };
            let tag = self.cursor.u8()?;
            let leaf = self.leaf(a, o, tag)?;
            let pauses = leaf.is_none() || *budget == 0;
            if pauses && left > 0 {
                self.holes.push(Hole::Words { at, left, stride });
            }
            let t = match leaf {
                Some(t) => t,
                None => self.container(a, o, tag, word)?,
            };
            // SAFETY: an allocated word that waits for this term.
            unsafe { *word = t.raw() };
            if pauses {
                break;
            }
            *budget -= 1;
        }
        Ok(())
    }

    /// Reads pairs of a flat map up to the first term that has others in it, and puts them in order in the end.
    fn flat<A: Alloc + ?Sized>(
        &mut self,
        a: &mut A,
        o: &DecodeOptions<'_>,
        map: Term,
        mut known: usize,
    ) -> Result<(), DecodeError> {
        // SAFETY: a flat map that `map` made, and nobody else knows yet.
        let (keys, values) = unsafe { map::flat::parts_mut(map) };
        while known < 2 * keys.len() {
            let place = if known.is_multiple_of(2) { &mut keys[known / 2] } else { &mut values[known / 2] };
            known += 1;
            self.owed -= 1;
            let tag = self.cursor.u8()?;
            if let Some(t) = self.leaf(a, o, tag)? {
                *place = t;
                continue;
            }
            self.holes.push(Hole::Flat { map, known });
            let word: *mut Term = place;
            *place = self.container(a, o, tag, word.cast())?;
            return Ok(());
        }
        if map::flat::arrange(keys, values) { Ok(()) } else { Err(DecodeError::Badarg) }
    }

    /// Reads one term for a word; containers leave holes behind them.
    fn next<A: Alloc + ?Sized>(
        &mut self,
        a: &mut A,
        o: &DecodeOptions<'_>,
        word: *mut u64,
    ) -> Result<Term, DecodeError> {
        let tag = self.cursor.u8()?;
        match self.leaf(a, o, tag)? {
            Some(t) => Ok(t),
            None => self.container(a, o, tag, word),
        }
    }

    /// The term behind a tag, if it has no others in it.
    #[inline(always)]
    fn leaf<A: Alloc + ?Sized>(
        &mut self,
        a: &mut A,
        o: &DecodeOptions<'_>,
        tag: u8,
    ) -> Result<Option<Term>, DecodeError> {
        let c = &mut self.cursor;
        Ok(Some(match tag {
            SMALL_INTEGER_EXT => Term::small(i64::from(c.u8()?)),
            INTEGER_EXT => Term::small(i64::from(c.u32()? as i32)),
            NIL_EXT => Term::NIL,
            ATOM_EXT | ATOM_UTF8_EXT | SMALL_ATOM_EXT | SMALL_ATOM_UTF8_EXT => {
                Term::atom(self.recent.read(tag, c, o.safe)?)
            }
            SMALL_TUPLE_EXT | LARGE_TUPLE_EXT | LIST_EXT | MAP_EXT => return Ok(None),
            _ => return self.boxed(a, o, tag),
        }))
    }

    #[inline(never)]
    fn boxed<A: Alloc + ?Sized>(
        &mut self,
        a: &mut A,
        o: &DecodeOptions<'_>,
        tag: u8,
    ) -> Result<Option<Term>, DecodeError> {
        match scalars::read(a, tag, &mut self.cursor)? {
            Some(t) => Ok(Some(t)),
            None => identifiers::read(a, tag, &mut self.cursor, o),
        }
    }

    /// The term behind a tag that is no leaf's.
    fn container<A: Alloc + ?Sized>(
        &mut self,
        a: &mut A,
        o: &DecodeOptions<'_>,
        tag: u8,
        word: *mut u64,
    ) -> Result<Term, DecodeError> {
        let c = &mut self.cursor;
        match tag {
            SMALL_TUPLE_EXT => {
                let n = usize::from(c.u8()?);
                self.tuple(a, n)
            }
            LARGE_TUPLE_EXT => {
                let n = c.count(1)?;
                self.tuple(a, n)
            }
            LIST_EXT => {
                let n = c.count(1)?;
                self.list(a, n, word)
            }
            MAP_EXT => {
                let n = c.count(2)?;
                self.map(a, n, word)
            }
            EXPORT_EXT => {
                let module = atoms::expect(c, o.safe)?;
                let function = atoms::expect(c, o.safe)?;
                let arity = self.small(a)?;
                let mfa = Mfa { module, function, arity };
                if o.safe && !o.linker.export_exists(mfa) {
                    return Err(DecodeError::Badarg);
                }
                Ok(build::export_fun(a, o.linker.export(mfa)))
            }
            NEW_FUN_EXT => self.fun(a, o),
            RECORD_EXT if crate::release::at_least(29) => self.record(a, o),
            _ => Err(DecodeError::Badarg),
        }
    }

    /// Promises `n` terms, if there are bytes for as many.
    fn owe(&mut self, n: usize) -> Result<(), DecodeError> {
        self.owed = self.owed.saturating_add(n);
        if self.owed > self.cursor.left() { Err(DecodeError::Badarg) } else { Ok(()) }
    }

    /// A small integer of 32 bits where nothing else may be.
    fn small<A: Alloc + ?Sized>(&mut self, a: &mut A) -> Result<u32, DecodeError> {
        let tag = self.cursor.u8()?;
        let t = scalars::read(a, tag, &mut self.cursor)?;
        let v = t.and_then(Term::as_small).ok_or(DecodeError::Badarg)?;
        u32::try_from(v).map_err(|_| DecodeError::Badarg)
    }

    fn tuple<A: Alloc + ?Sized>(&mut self, a: &mut A, n: usize) -> Result<Term, DecodeError> {
        self.owe(n)?;
        let p = a.alloc(n + 1);
        // SAFETY: n + 1 fresh words; the elements are nil until they are known.
        unsafe {
            *p = Header::new(Tag::Tuple, n).0;
            fill(p.add(1), n);
            self.holes.push(Hole::Words { at: p.add(1), left: n, stride: 1 });
        }
        Ok(Term::boxed(p))
    }

    fn map<A: Alloc + ?Sized>(&mut self, a: &mut A, n: usize, word: *mut u64) -> Result<Term, DecodeError> {
        if n == 0 {
            return Ok(map::empty(a));
        }
        self.owe(2 * n)?;
        if n > map::FLAT_LIMIT {
            self.holes.push(Hole::Map { pairs: Vec::with_capacity(2 * n), left: 2 * n, into: word });
            return Ok(Term::NIL);
        }
        let map = map::flat::blank(a, n);
        self.holes.push(Hole::Flat { map, known: 0 });
        Ok(map)
    }

    fn record<A: Alloc + ?Sized>(&mut self, a: &mut A, o: &DecodeOptions<'_>) -> Result<Term, DecodeError> {
        let c = &mut self.cursor;
        let n = c.count(3)?;
        let is_exported = match c.u8()? {
            flag @ 0..=1 => flag == 1,
            _ => return Err(DecodeError::Badarg),
        };
        let (module, name) = (atoms::expect(c, o.safe)?, atoms::expect(c, o.safe)?);
        let fields = (0..n).map(|_| atoms::expect(c, o.safe)).collect::<Result<Vec<_>, _>>()?;
        if !record::are_distinct(&fields) {
            return Err(DecodeError::Badarg);
        }
        self.owe(n)?;
        let definition = record::definition(a, &record::Definition { module, name, is_exported, fields: &fields });
        let p = build::object(a, Tag::Record, 1 + n);
        // SAFETY: 1 + n fresh words behind the header; the values are nil until they are known.
        unsafe {
            *p.add(1) = definition.raw();
            fill(p.add(2), n);
            self.holes.push(Hole::Words { at: p.add(2), left: n, stride: 1 });
        }
        Ok(Term::boxed(p))
    }

    fn list<A: Alloc + ?Sized>(&mut self, a: &mut A, n: usize, word: *mut u64) -> Result<Term, DecodeError> {
        self.owe(n + 1)?;
        if n == 0 {
            // No elements, but a tail: it is the term.
            self.holes.push(Hole::Words { at: word, left: 1, stride: 1 });
            return Ok(Term::NIL);
        }
        let p = a.alloc(2 * n);
        // SAFETY: 2 * n fresh words: cell i lies at 2 * i, and its tail is the next cell; the last tail comes after
        // all heads.
        unsafe {
            fill(p, 2 * n);
            for i in 0..n - 1 {
                *p.add(2 * i + 1) = Term::cons_at(p.add(2 * i + 2)).raw();
            }
            self.holes.push(Hole::Words { at: p.add(2 * n - 1), left: 1, stride: 0 });
            self.holes.push(Hole::Words { at: p, left: n, stride: 2 });
        }
        Ok(Term::cons_at(p))
    }

    fn fun<A: Alloc + ?Sized>(&mut self, a: &mut A, o: &DecodeOptions<'_>) -> Result<Term, DecodeError> {
        let c = &mut self.cursor;
        let _size = c.u32()?;
        let arity = u32::from(c.u8()?);
        let uniq: [u8; 16] = c.take(16)?.try_into().map_err(|_| DecodeError::Badarg)?;
        let index = c.u32()?;
        let free = c.count(1)?;
        if free > MAX_ARG {
            return Err(DecodeError::Badarg);
        }
        let module = atoms::expect(c, o.safe)?;
        let old_index = self.small(a)?;
        let old_uniq = self.small(a)?;
        let tag = self.cursor.u8()?;
        let creator = match tag {
            PID_EXT | NEW_PID_EXT => identifiers::read(a, tag, &mut self.cursor, o)?,
            _ => None,
        };
        let creator = creator.ok_or(DecodeError::Badarg)?;
        self.owe(free)?;
        let entry = o.linker.fun_entry(module, &FunId { arity, index, old_index, uniq, old_uniq });
        let p = build::object(a, Tag::Fun, 2 + free);
        // SAFETY: 2 + free fresh words behind the header; the free variables are nil until they are known.
        unsafe {
            *p.add(1) = core::ptr::from_ref(entry) as u64;
            *p.add(2) = creator.raw();
            fill(p.add(3), free);
            self.holes.push(Hole::Words { at: p.add(3), left: free, stride: 1 });
        }
        Ok(Term::boxed(p))
    }
}

/// Nil in `n` words.
/// # Safety
/// `n` words from `p` on are allocated.
unsafe fn fill(p: *mut u64, n: usize) {
    // SAFETY: the caller vouches for the words.
    unsafe { core::slice::from_raw_parts_mut(p.cast::<core::mem::MaybeUninit<u64>>(), n) }
        .fill(core::mem::MaybeUninit::new(Term::NIL.raw()));
}

fn make_map<A: Alloc + ?Sized>(a: &mut A, words: &[Term]) -> Result<Term, DecodeError> {
    let pairs: Vec<(Term, Term)> = words.chunks_exact(2).map(|p| (p[0], p[1])).collect();
    let t = map::from_pairs(a, &pairs);
    // No key may come twice.
    if map::size(t) == pairs.len() { Ok(t) } else { Err(DecodeError::Badarg) }
}
