//! Taking a process off literal areas that are to be freed: what it refers to in them is copied to its heap, in place
//! and once (`erts_garbage_collect_literals` in `erl_gc.c` does the same as part of a collection).

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::gc::Roots;
use super::{Fragments, ProcessHeap};
use crate::term::{Alloc, Binary, Header, Magic, Tag};

/// Address ranges of areas, sorted.
#[derive(Debug, Clone, Default)]
pub struct Areas(Vec<(usize, usize)>);

impl Areas {
    /// None.
    pub const EMPTY: Areas = Areas(Vec::new());

    /// These ranges.
    #[must_use]
    pub fn new(mut ranges: Vec<(usize, usize)>) -> Areas {
        ranges.sort_unstable();
        Areas(ranges)
    }

    fn contains(&self, p: usize) -> bool {
        let i = self.0.partition_point(|r| r.0 <= p);
        i > 0 && p < self.0[i - 1].1
    }

    fn holds(&self, word: u64) -> bool {
        matches!(word & 3, 1 | 2) && self.contains(word as usize & !3)
    }
}

impl ProcessHeap {
    /// Copies what the heap and the roots refer to in the areas. Nothing refers to them afterwards.
    pub(crate) fn leave(&mut self, areas: &Areas, roots: &mut dyn Roots) {
        if !self.may_refer(areas, roots) {
            return;
        }
        let mut copier = Copier {
            areas,
            to: Fragments::new(),
            known: HashMap::with_hasher(ahash::RandomState::with_seeds(13, 14, 15, 16)),
            todo: Vec::new(),
        };
        // SAFETY: roots are terms of this process.
        roots.each(&mut |t| unsafe { copier.slot((&raw mut *t).cast()) });
        let stack = (self.sp, self.young.end());
        let heaps = [(self.young.start(), self.hp), (self.old.start(), self.old_hp)];
        for range in heaps.into_iter().chain(self.fragments.ranges()).chain([stack]) {
            // SAFETY: whole objects and term words; a stack's words are terms and return addresses, and of these
            // the copier takes those with a pointer's tag alone.
            unsafe { if range == stack { copier.words(range) } else { copier.objects(range) } }
        }
        // SAFETY: what has been copied is whole objects.
        unsafe { copier.finish() };
        self.adopt(copier.to);
    }

    /// Could any word refer to the areas? Bytes of binaries may look as if.
    fn may_refer(&self, areas: &Areas, roots: &mut dyn Roots) -> bool {
        let mut found = false;
        roots.each(&mut |t| found |= areas.holds(t.raw()));
        let heaps = [(self.young.start(), self.hp), (self.old.start(), self.old_hp), (self.sp, self.young.end())];
        found
            || heaps.into_iter().chain(self.fragments.ranges()).any(|(start, end)| {
                let n = (end as usize).saturating_sub(start as usize) / 8;
                // SAFETY: the range is initialised memory of this heap.
                n > 0 && unsafe { core::slice::from_raw_parts(start, n) }.iter().any(|w| areas.holds(*w))
            })
    }
}

struct Copier<'a> {
    areas: &'a Areas,
    to: Fragments,
    /// Where objects have been copied to, by their addresses.
    known: HashMap<usize, u64, ahash::RandomState>,
    /// Copies whose own words have not been looked at.
    todo: Vec<(*mut u64, *mut u64)>,
}

impl Copier<'_> {
    /// Makes a term word refer to a copy if it refers to an area.
    /// # Safety
    /// `at` must be a term word of the process; all objects reachable must be well formed.
    unsafe fn slot(&mut self, at: *mut u64) {
        // SAFETY: the caller's promise.
        unsafe {
            let word = *at;
            if !self.areas.holds(word) {
                return;
            }
            let tag = word & 3;
            let from = (word & !3) as *mut u64;
            let copy = match self.known.get(&(from as usize)) {
                Some(copy) => *copy,
                None => {
                    let copy = self.copy(from, if tag == 1 { 2 } else { Header(*from).arity() + 1 }, tag == 1) as u64;
                    self.known.insert(from as usize, copy);
                    copy
                }
            };
            *at = copy | tag;
        }
    }

    /// Copies one object of `n` words.
    /// # Safety
    /// As for [`Copier::slot`].
    unsafe fn copy(&mut self, from: *mut u64, n: usize, cons: bool) -> *mut u64 {
        let to = self.to.alloc(n);
        // SAFETY: n words of a live object into n fresh ones.
        unsafe {
            core::ptr::copy_nonoverlapping(from, to, n);
            let header = Header(*from);
            if !cons && header.is(Tag::BinRef) {
                (*(*to.add(2) as *const Binary)).retain();
                self.to.off_heap().push(to);
            } else if !cons && header.is(Tag::Ref) && header.arity() == 4 {
                // The box behind it is the area's own: the copy gets another.
                let magic: &Magic = &*(*from.add(4) as *const Magic);
                *to.add(4) = Box::into_raw(Box::new(magic.clone())) as u64;
                self.to.off_heap().push(to);
            }
            self.todo.push((to, to.add(n)));
        }
        to
    }

    /// Looks at each word as a term.
    /// # Safety
    /// As for [`Copier::slot`].
    unsafe fn words(&mut self, (mut p, end): (*mut u64, *mut u64)) {
        while p < end {
            // SAFETY: the caller's promise.
            unsafe {
                self.slot(p);
                p = p.add(1);
            }
        }
    }

    /// Looks at the term words of objects that lie one after the other.
    /// # Safety
    /// As for [`Copier::slot`].
    unsafe fn objects(&mut self, (mut p, end): (*mut u64, *mut u64)) {
        while p < end {
            // SAFETY: the caller's promise.
            unsafe {
                let word = *p;
                if word & 3 != 0 {
                    self.slot(p);
                    p = p.add(1);
                    continue;
                }
                let header = Header(word);
                let (raw, terms) = header.scan();
                match header.tag() {
                    Tag::SubBits | Tag::MatchContext => {
                        self.slot(p.add(1));
                        // A window into bits on the heap has their address too.
                        let origin = (*p.add(1) - 2) as *mut u64;
                        if Header(*origin).is(Tag::HeapBits) {
                            *p.add(2) = origin.add(2) as u64;
                        }
                        p = p.add(5);
                    }
                    // The words behind are looked at as what they are.
                    _ if terms > 0 => p = p.add(1 + raw),
                    _ => p = p.add(1 + header.arity()),
                }
            }
        }
    }

    /// Looks at the copies, and at what is copied because of them.
    /// # Safety
    /// As for [`Copier::slot`].
    unsafe fn finish(&mut self) {
        while let Some((start, end)) = self.todo.pop() {
            // SAFETY: a whole object, or a cons cell's two words.
            unsafe { self.objects((start, end)) };
        }
    }
}
