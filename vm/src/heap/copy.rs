//! Deep copies of terms, as sending does: sharing is not kept (as in stock Erlang), short parts of binaries become
//! binaries of their own, long ones share the bytes by reference count. Neither function recurses.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::term::build::HEAP_BITS_LIMIT;
use crate::term::record::shares_definition;
use crate::term::{Alloc, Binary, Bits, Header, Magic, OffHeap, Tag, Term};

/// The bits that a window or a match context looks at.
fn window_bits(term: Term) -> Bits {
    term.as_bits().unwrap_or_else(|| {
        let w = term.words();
        // SAFETY: a match context is laid out as a window, over live bits.
        unsafe { Bits::new(w[1] as *const u8, w[2] as usize, (w[3] - w[2]) as usize) }
    })
}

/// Words that a window into bits takes when it is copied.
fn window_size(term: Term) -> usize {
    let bits = window_bits(term).len;
    if bits <= HEAP_BITS_LIMIT * 8 { 2 + bits.div_ceil(64) } else { 8 }
}

/// Words that a copy of the term takes.
#[must_use]
pub fn size(term: Term) -> usize {
    let mut total = 0;
    let mut todo: Vec<Term> = Vec::new();
    let mut next = term;
    loop {
        let mut t = next;
        while let Some((head, tail)) = t.as_cons() {
            total += 2;
            if !head.is_immediate() {
                todo.push(head);
            }
            t = tail;
        }
        if let Some(header) = t.header() {
            match header.tag() {
                Tag::SubBits | Tag::MatchContext => total += window_size(t),
                _ => {
                    total += 1 + header.arity();
                    let (mut raw, mut terms) = header.scan();
                    if header.is(Tag::Record) && shares_definition(t) {
                        (raw, terms) = (1, terms - 1);
                    }
                    todo.extend(t.term_words()[raw..raw + terms].iter().filter(|w| !w.is_immediate()));
                }
            }
        }
        match todo.pop() {
            Some(t) => next = t,
            None => return total,
        }
    }
}

/// Where a copy is being written.
struct Target<'a> {
    at: *mut u64,
    off_heap: &'a mut OffHeap,
}

impl Target<'_> {
    /// Claims so many words of the room that `size` measured.
    fn take(&mut self, words: usize) -> *mut u64 {
        let p = self.at;
        // SAFETY: `size` counted these words, so they lie inside the room that was allocated.
        self.at = unsafe { p.add(words) };
        p
    }

    /// Copies one object (or the whole spine of a list), leaving the terms inside as they are.
    fn shallow(&mut self, term: Term) -> Term {
        if term.is_cons() {
            return self.spine(term);
        }
        let header = term.header().expect("immediates are not copied");
        match header.tag() {
            Tag::SubBits | Tag::MatchContext => self.window(term),
            Tag::Ref if header.arity() == 4 => {
                let p = self.take(5);
                let magic: Magic = term.as_magic().expect("four words mean magic").clone();
                // SAFETY: five fresh words; the copied box pointer is replaced by one of its own.
                unsafe {
                    core::ptr::copy_nonoverlapping(term.ptr(), p, 5);
                    *p.add(4) = Box::into_raw(Box::new(magic)) as u64;
                }
                self.off_heap.push(p);
                Term::boxed(p)
            }
            _ => {
                let n = 1 + header.arity();
                let p = self.take(n);
                // SAFETY: n words of a live object into n fresh ones.
                unsafe { core::ptr::copy_nonoverlapping(term.ptr(), p, n) };
                Term::boxed(p)
            }
        }
    }

    fn spine(&mut self, list: Term) -> Term {
        let first = self.at;
        let mut rest = list;
        while let Some((head, tail)) = rest.as_cons() {
            let p = self.take(2);
            // SAFETY: two fresh words; the next cell (if any) lies right behind.
            unsafe {
                *p = head.raw();
                *p.add(1) = if tail.is_cons() { Term::cons_at(p.add(2)).raw() } else { tail.raw() };
            }
            rest = tail;
        }
        Term::cons_at(first)
    }

    fn window(&mut self, term: Term) -> Term {
        let bits = window_bits(term);
        if bits.len <= HEAP_BITS_LIMIT * 8 {
            let words = bits.len.div_ceil(64);
            let p = self.take(2 + words);
            // SAFETY: 2 + words fresh words; at most `words * 8` bytes are written.
            unsafe {
                *p = Header::new(Tag::HeapBits, 1 + words).0;
                *p.add(1) = bits.len as u64;
                p.add(2).write_bytes(0, words);
                let bytes = p.add(2).cast::<u8>();
                for i in 0..bits.len.div_ceil(8) {
                    *bytes.add(i) = bits.byte(i);
                }
            }
            return Term::boxed(p);
        }
        let binary = binary_of(term);
        // SAFETY: the source term keeps the binary alive.
        unsafe { binary.as_ref().retain() };
        let p = self.take(8);
        // SAFETY: eight fresh words.
        unsafe {
            *p = Header::new(Tag::BinRef, 2).0;
            *p.add(2) = binary.as_ptr() as u64;
            self.off_heap.push(p);
            let w = p.add(3);
            *w = Header::new(Tag::SubBits, 4).0;
            *w.add(1) = Term::boxed(p).raw();
            *w.add(2) = bits.base() as u64;
            *w.add(3) = bits.start as u64;
            *w.add(4) = (bits.start + bits.len) as u64;
            Term::boxed(w)
        }
    }
}

/// The binary under a window longer than the heap limit: nothing else can hold so many bytes.
fn binary_of(term: Term) -> core::ptr::NonNull<Binary> {
    term.bits_binary().expect("long windows are windows into binaries")
}

/// A deep copy of the term in `a`.
pub fn copy<A: Alloc + ?Sized>(a: &mut A, term: Term) -> Term {
    if term.is_immediate() {
        return term;
    }
    let room = size(term);
    let start = a.alloc(room);
    let mut target = Target { at: start, off_heap: a.off_heap() };
    let result = target.shallow(term);
    let mut scan = start;
    // SAFETY: scans the words written so far, object by object; `target.at` never passes the room.
    unsafe {
        while scan < target.at {
            let word = Term::from_raw(*scan);
            if word.is_immediate() {
                scan = scan.add(1);
            } else if word.is_cons() || word.is_boxed() {
                if !(start..target.at).contains(&word.ptr()) {
                    *scan = target.shallow(word).raw();
                }
                scan = scan.add(1);
            } else {
                let header = Header(word.raw());
                let (raw, terms) = header.scan();
                let skip = match header.tag() {
                    Tag::SubBits | Tag::MatchContext => header.arity(),
                    Tag::Record if shares_definition(Term::boxed(scan)) => 1,
                    _ if terms > 0 => raw,
                    _ => header.arity(),
                };
                scan = scan.add(1 + skip);
            }
        }
        debug_assert_eq!(scan, start.add(room));
    }
    result
}
