//! Building bitstrings: `bs_create_bin`, and the older instructions that make a binary and fill it step by step.

use super::bits::is_little;
use super::{Context, NO_COLLECTION, Term, source};
use crate::atom::{self, Atom};
use crate::bits::{copy_bits, put_utf8, put_utf16, put_utf32, write_float, write_integer};
use crate::process::Class;
use crate::term::{Binary, Bits, Tag, build};

/// What a segment is; the number stands in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Segment {
    Integer = 0,
    Float = 1,
    Binary = 2,
    Append = 3,
    String = 4,
    Utf8 = 5,
    Utf16 = 6,
    Utf32 = 7,
}

impl Segment {
    const ALL: [Segment; 8] = [
        Segment::Integer,
        Segment::Float,
        Segment::Binary,
        Segment::Append,
        Segment::String,
        Segment::Utf8,
        Segment::Utf16,
        Segment::Utf32,
    ];

    /// The first of a segment's four words: what it is, its unit and its flags. The others are source, size and
    /// number; a string's are its address, its bytes and 0.
    pub(crate) const fn word(self, unit: u64, flags: u64) -> u64 {
        self as u64 | unit << 8 | flags << 24
    }
}

/// The largest bitstring, in bits: what fits a small integer with room to spare.
pub(super) const MAX_BITS: usize = 1 << 56;
/// An appendable binary has at least so many bytes.
const MIN_CAPACITY: usize = 256;

pub(super) struct Part {
    pub(super) kind: Segment,
    pub(super) unit: usize,
    flags: usize,
    pub(super) source: Term,
    raw: u64,
    pub(super) size: Term,
    raw_size: u64,
    /// Which segment it is in the source, for error messages.
    pub(super) number: u64,
}

impl Part {
    /// # Safety
    /// `at` must be at a segment of the instruction that runs.
    unsafe fn read(at: *const u64, ctx: *mut Context, sp: *mut u64) -> Part {
        // SAFETY: the loader put four words for each segment.
        unsafe {
            let head = *at;
            let kind = Segment::ALL[(head & 7) as usize];
            let string = kind == Segment::String;
            let operand = |i| if string { Term::NIL } else { source(*at.add(i), ctx, sp) };
            Part {
                kind,
                unit: (head >> 8 & 0xffff) as usize,
                flags: (head >> 24) as usize,
                source: operand(1),
                raw: *at.add(1),
                size: operand(2),
                raw_size: *at.add(2),
                number: *at.add(3),
            }
        }
    }

    /// Its size in bits, or the error's reason.
    fn bits(&self) -> Result<usize, Atom> {
        let sized = |size: Term| match size.as_small() {
            Some(n) if n >= 0 => {
                (n as usize).checked_mul(self.unit).filter(|b| *b < MAX_BITS).ok_or(atom::SYSTEM_LIMIT)
            }
            None if size.as_big().is_some_and(|b| !b.0) => Err(atom::SYSTEM_LIMIT),
            _ => Err(atom::BADARG),
        };
        match self.kind {
            Segment::String => Ok(self.raw_size as usize * 8),
            Segment::Utf8 => Ok(put_utf8(self.code_point()?).ok_or(atom::BADARG)?.as_bytes().len() * 8),
            Segment::Utf16 => Ok(put_utf16(self.code_point()?, false).ok_or(atom::BADARG)?.as_bytes().len() * 8),
            Segment::Utf32 => put_utf32(self.code_point()?, false).map(|_| 32).ok_or(atom::BADARG),
            Segment::Append | Segment::Binary => {
                let have = self.source.as_bits().ok_or(atom::BADARG)?.len;
                if self.size.is(atom::ALL) {
                    return if have % self.unit == 0 { Ok(have) } else { Err(atom::BADARG) };
                }
                let n = sized(self.size)?;
                if n <= have { Ok(n) } else { Err(atom::BADARG) }
            }
            Segment::Integer | Segment::Float => sized(self.size),
        }
    }

    pub(super) fn code_point(&self) -> Result<u32, Atom> {
        self.source.as_small().and_then(|v| u32::try_from(v).ok()).ok_or(atom::BADARG)
    }

    /// Writes the segment; false if the value doesn't fit its type.
    /// # Safety
    /// `dst` must have room for `bits` bits from `at` on, and whole bytes up to there.
    unsafe fn write(&self, dst: *mut u8, at: usize, bits: usize) -> bool {
        let utf = |u: Option<crate::bits::Utf>| {
            u.is_some_and(|u| {
                // SAFETY: `bits` is the size of this encoding.
                unsafe { copy_bits(&Bits::new(u.as_bytes().as_ptr(), 0, u.as_bytes().len() * 8), dst, at) };
                true
            })
        };
        // SAFETY: the caller's promise; sources are live terms.
        unsafe {
            match self.kind {
                Segment::Integer => write_integer(dst, at, bits, self.source, is_little(self.flags)),
                Segment::Float => write_float(dst, at, bits, self.source, is_little(self.flags)),
                Segment::Binary | Segment::Append => {
                    let Some(b) = self.source.as_bits() else { return false };
                    copy_bits(&b.slice(0, bits), dst, at);
                    true
                }
                Segment::String => {
                    copy_bits(&Bits::new(self.raw as *const u8, 0, bits), dst, at);
                    true
                }
                Segment::Utf8 => utf(self.code_point().ok().and_then(put_utf8)),
                Segment::Utf16 => utf(self.code_point().ok().and_then(|c| put_utf16(c, is_little(self.flags)))),
                Segment::Utf32 => utf(self.code_point().ok().and_then(|c| put_utf32(c, is_little(self.flags)))),
            }
        }
    }
}

impl Context {
    fn build_error(&mut self, reason: Atom) -> Term {
        self.process().exception.set(Class::Error, Term::atom(reason));
        Term::NONE
    }

    /// Builds a bitstring from `n` segments at `at`, with `need` heap words free afterwards; without one the process
    /// holds an exception.
    pub(crate) fn create_bin(&mut self, at: *const u64, n: usize, need: usize, live: usize) -> Term {
        let ctx: *mut Context = self;
        let sp = self.process().heap.sp;
        // SAFETY: the loader put n segments there; nothing moves until `keep`.
        let part = |i: usize| unsafe { Part::read(at.add(4 * i), ctx, sp) };
        let mut sizes: smallvec::SmallVec<[usize; 16]> = smallvec::SmallVec::new();
        let mut total = 0usize;
        for i in 0..n {
            match part(i).bits() {
                Ok(bits) => {
                    sizes.push(bits);
                    total += bits;
                    if total >= MAX_BITS {
                        return self.build_error(atom::SYSTEM_LIMIT);
                    }
                }
                Err(_) => return self.segment_error((0..n).map(part)),
            }
        }
        let first = if n > 0 { Some(part(0)) } else { None };
        let (term, dst, mut offset, skip) = match first {
            Some(f) if f.kind == Segment::Append && f.size.is(atom::ALL) => {
                let more = total - sizes[0];
                self.process().charge(more / 8 / 64);
                match f.source.as_bits() {
                    // Nothing is added: it stays what it was.
                    Some(bits) if more == 0 => (f.source, bits.base().cast_mut(), 0, 1),
                    _ => {
                        let (term, dst, offset) = self.appended(f.source, more);
                        (term, dst, offset, 1)
                    }
                }
            }
            _ => {
                self.process().charge(total / 8 / 64);
                let (term, dst) = build::raw_bits(self.process(), total);
                (term, dst, 0, 0)
            }
        };
        for i in skip..n {
            // SAFETY: raw_bits or appended made room for all segments.
            if !unsafe { part(i).write(dst, offset, sizes[i]) } {
                return self.segment_error((0..n).map(part));
            }
            offset += sizes[i];
        }
        self.keep_and_need(term, need, live)
    }

    /// A bitstring that continues `whole` by `more` bits: in place if nobody has continued it yet and there is room,
    /// else as a copy with room to grow. Answers it, the bytes to write to, and the bit to go on at.
    fn appended(&mut self, whole: Term, more: usize) -> (Term, *mut u8, usize) {
        let p = self.process();
        let bits = whole.as_bits().expect("checked by the caller");
        let (start, end) = (bits.start, bits.start + bits.len);
        let new_end = end + more;
        if let Some(binary) = whole.bits_binary()
            // SAFETY: the term keeps its binary alive.
            && unsafe { binary.as_ref() }.claim(end, new_end)
        {
            let w = build::object(p, Tag::SubBits, 4);
            // SAFETY: four fresh words.
            unsafe {
                *w.add(1) = whole.bits_origin().0;
                *w.add(2) = bits.base() as u64;
                *w.add(3) = start as u64;
                *w.add(4) = new_end as u64;
            }
            return (Term::boxed(w), bits.base().cast_mut(), end);
        }
        let total = bits.len + more;
        let bytes = total.div_ceil(8);
        p.charge(bytes / 64);
        let binary = Binary::new(total, (bytes * 2).max(MIN_CAPACITY));
        let dst = Binary::data(binary);
        // SAFETY: the new binary has room for all of the old bits.
        unsafe { copy_bits(&bits, dst, 0) };
        (build::refc_bits(p, binary, 0, total), dst, bits.len)
    }

    /// A result that is in no register yet, with so many heap words free behind it.
    fn keep_and_need(&mut self, term: Term, need: usize, live: usize) -> Term {
        let p = self.process();
        if p.heap.free() > need && !p.heap.is_due() || live == NO_COLLECTION {
            return term;
        }
        p.roots.push(term);
        p.collect(need + 1, live, false);
        p.roots.pop().expect("pushed above")
    }

    /// An empty binary that can be appended to; x0 holds the bytes wanted.
    pub(crate) fn init_writable(&mut self) {
        let wanted = self.x[0].as_usize().unwrap_or(0).clamp(MIN_CAPACITY, 1 << 30);
        let p = self.process();
        self.x[0] = build::refc_bits(p, Binary::new(0, wanted), 0, 0);
        self.collect_if_due(1);
    }

    /// `bs_init2`, `bs_init_bits`: a binary to be filled by the `bs_put` that follow.
    pub(crate) fn old_init(&mut self, size: Term, unit: usize, need: usize, live: usize) -> Term {
        let bits = match size.as_usize().map(|n| n.checked_mul(unit)) {
            Some(Some(bits)) if bits < MAX_BITS => bits,
            Some(_) => return self.build_error(atom::SYSTEM_LIMIT),
            None if size.as_big().is_some_and(|b| !b.0) => return self.build_error(atom::SYSTEM_LIMIT),
            None => return self.build_error(atom::BADARG),
        };
        let term = build::raw_bits(self.process(), bits).0;
        self.begin(term, 0, need, live)
    }

    /// `bs_append`, `bs_private_append`.
    pub(crate) fn old_append(&mut self, whole: Term, size: Term, unit: usize, need: usize, live: usize) -> Term {
        let (Some(have), Some(more)) = (whole.as_bits(), size.as_usize()) else {
            return self.build_error(atom::BADARG);
        };
        if have.len % unit.max(1) != 0 || more >= MAX_BITS {
            return self.build_error(atom::BADARG);
        }
        let term = self.appended(whole, more).0;
        self.begin(term, have.len, need, live)
    }

    /// The binary that is being filled: where it is after a possible collection.
    fn begin(&mut self, term: Term, done: usize, need: usize, live: usize) -> Term {
        let term = self.keep_and_need(term, need, live);
        let bits = term.as_bits().expect("just built");
        self.filling = bits.base().cast_mut();
        self.filled = bits.start + done;
        self.filling_end = bits.start + bits.len;
        term
    }

    pub(crate) fn old_put(&mut self, kind: usize, size: Term, unit: usize, flags: usize, value: Term) -> bool {
        let part =
            Part { kind: Segment::ALL[kind & 7], unit, flags, source: value, raw: 0, size, raw_size: 0, number: 0 };
        let bits = match part.bits() {
            Ok(bits) if bits <= self.filling_end - self.filled => bits,
            Ok(_) => {
                self.build_error(atom::BADARG);
                return false;
            }
            Err(reason) => {
                self.build_error(reason);
                return false;
            }
        };
        // SAFETY: `begin` set where to write, and the size was checked against what is left.
        if !unsafe { part.write(self.filling, self.filled, bits) } {
            self.build_error(atom::BADARG);
            return false;
        }
        self.filled += bits;
        true
    }

    pub(crate) fn old_put_string(&mut self, string: *const u8, bytes: usize) {
        let bits = (bytes * 8).min(self.filling_end - self.filled);
        // SAFETY: the loader checked the string; the size is bounded by what is left.
        unsafe { copy_bits(&Bits::new(string, 0, bits), self.filling, self.filled) };
        self.filled += bits;
    }

    /// `bs_add`: `a + b * unit`, for sizes.
    pub(crate) fn old_add(&mut self, a: Term, b: Term, unit: usize) -> Term {
        let (Some(a), Some(b)) = (a.as_usize(), b.as_usize()) else {
            let large = [a, b].iter().any(|t| t.as_big().is_some_and(|b| !b.0));
            return self.build_error(if large { atom::SYSTEM_LIMIT } else { atom::BADARG });
        };
        match b.checked_mul(unit).and_then(|b| b.checked_add(a)).filter(|n| *n < MAX_BITS) {
            Some(n) => Term::small(n as i64),
            None => self.build_error(atom::SYSTEM_LIMIT),
        }
    }

    /// Bytes that a code point takes (`bs_utf8_size`, `bs_utf16_size`): 4 for what is none, as stock has it.
    pub(crate) fn old_utf_size(&mut self, kind: usize, value: Term) -> Term {
        let c = value.as_small().and_then(|v| u32::try_from(v).ok());
        let utf = c.and_then(|c| if kind == 8 { put_utf8(c) } else { put_utf16(c, false) });
        Term::small(utf.map_or(4, |u| u.as_bytes().len()) as i64)
    }
}
