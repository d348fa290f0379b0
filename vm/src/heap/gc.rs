//! The garbage collector: generational copying, as `erl_gc.c` does it. A minor collection promotes what survived
//! the one before into the old block and copies the rest of the young; a major one copies everything into a new old
//! block. Cheney's scan: no recursion, no mark stack.

use core::sync::atomic::{AtomicU64, Ordering};

use super::block::Words;
use super::process_heap::{ProcessHeap, RESERVED};
use super::{sizes, stress};
use crate::term::{Header, OffHeap, Tag, Term};

static COLLECTIONS: AtomicU64 = AtomicU64::new(0);
static RECLAIMED: AtomicU64 = AtomicU64::new(0);

/// A process that collects more often than this without waiting gets a larger young block: for its throughput, as
/// long as it is busy.
const RESTLESS: u32 = 3;
const RESTLESS_YOUNG: usize = 6772;

/// How many collections there have been in all processes.
pub fn collections() -> u64 {
    COLLECTIONS.load(Ordering::Relaxed)
}

/// How many words they have reclaimed.
pub fn reclaimed() -> u64 {
    RECLAIMED.load(Ordering::Relaxed)
}

/// Address ranges whose objects are to be moved.
struct From {
    /// Young objects that survived a collection before: `young_lo..mature`.
    young_lo: usize,
    mature: usize,
    young_hi: usize,
    /// The old block, in a major collection; else empty.
    old_lo: usize,
    old_hi: usize,
    /// Fragments, sorted by address, and the span that encloses them all.
    fragments: alloc::vec::Vec<(usize, usize)>,
    span: (usize, usize),
    fragments_to: Generation,
}

impl From {
    fn in_fragments(&self, p: usize) -> bool {
        if p < self.span.0 || p >= self.span.1 {
            return false;
        }
        let i = self.fragments.partition_point(|f| f.0 <= p);
        i > 0 && p < self.fragments[i - 1].1
    }
}

struct Collector {
    from: From,
    /// Next free word for young survivors.
    young: *mut u64,
    /// Next free word for promoted ones.
    old: *mut u64,
}

#[derive(Clone, Copy)]
enum Generation {
    Young,
    Old,
}

impl Collector {
    /// Where an object at `p` goes, if it is to be moved at all.
    #[inline(always)]
    fn destination(&self, p: usize) -> Option<Generation> {
        let f = &self.from;
        if p >= f.young_lo && p < f.young_hi {
            return Some(if p < f.mature { Generation::Old } else { Generation::Young });
        }
        if p >= f.old_lo && p < f.old_hi {
            return Some(Generation::Old);
        }
        if f.in_fragments(p) { Some(f.fragments_to) } else { None }
    }

    /// Moves what the word points to (unless it was moved already, or stays), and updates the word.
    /// # Safety
    /// `at` must point to a term word; all objects reachable must be well formed.
    #[inline(always)]
    unsafe fn forward(&mut self, at: *mut u64) {
        // SAFETY: the caller's promise; to-space was sized for everything that can survive.
        unsafe {
            let word = *at;
            match word & 3 {
                1 => {
                    let p = (word - 1) as *mut u64;
                    let Some(to) = self.destination(p as usize) else { return };
                    if *p == 0 {
                        *at = *p.add(1);
                        return;
                    }
                    let d = self.target(to);
                    let q = *d;
                    *d = q.add(2);
                    *q = *p;
                    *q.add(1) = *p.add(1);
                    *p = 0;
                    *p.add(1) = q as u64 | 1;
                    *at = q as u64 | 1;
                }
                2 => {
                    let p = (word - 2) as *mut u64;
                    let Some(to) = self.destination(p as usize) else { return };
                    let header = *p;
                    if header & 3 == 2 {
                        *at = header;
                        return;
                    }
                    let n = (header >> 6) as usize + 1;
                    let d = self.target(to);
                    let q = *d;
                    *d = q.add(n);
                    let mut i = 0;
                    while i < n {
                        *q.add(i) = *p.add(i);
                        i += 1;
                    }
                    *p = q as u64 | 2;
                    *at = q as u64 | 2;
                }
                _ => {}
            }
        }
    }

    #[inline(always)]
    fn target(&mut self, g: Generation) -> &mut *mut u64 {
        match g {
            Generation::Young => &mut self.young,
            Generation::Old => &mut self.old,
        }
    }

    /// Scans one object or term word at `scan`; answers the next.
    /// # Safety
    /// `scan` must be at an object's first word, a cons cell's word, or a term inside a tuple-like object.
    #[inline(always)]
    unsafe fn scan_one(&mut self, scan: *mut u64) -> *mut u64 {
        // SAFETY: the caller's promise.
        unsafe {
            let word = *scan;
            if word & 3 != 0 {
                self.forward(scan);
                return scan.add(1);
            }
            let header = Header(word);
            match header.tag() {
                Tag::Tuple | Tag::FlatMap | Tag::HashMap | Tag::HamtNode | Tag::Record => scan.add(1),
                Tag::Fun => scan.add(2),
                Tag::SubBits | Tag::MatchContext => {
                    self.forward(scan.add(1));
                    let origin = (*scan.add(1) - 2) as *mut u64;
                    if Header(*origin).is(Tag::HeapBits) {
                        *scan.add(2) = origin.add(2) as u64;
                    }
                    scan.add(5)
                }
                _ => scan.add(1 + header.arity()),
            }
        }
    }

    /// Scans both to-spaces until nothing is left to move.
    /// # Safety
    /// The two pointers must be where copying into the spaces began.
    unsafe fn scan(&mut self, mut young: *mut u64, mut old: *mut u64) {
        // SAFETY: what has been copied is whole objects.
        unsafe {
            while young < self.young || old < self.old {
                while young < self.young {
                    young = self.scan_one(young);
                }
                while old < self.old {
                    old = self.scan_one(old);
                }
            }
        }
    }
}

/// The places outside of the heap that hold a process's terms: registers, dictionary, …
pub(crate) trait Roots {
    /// Calls `visit` with each of them.
    fn each(&mut self, visit: &mut dyn FnMut(&mut Term));
}

impl ProcessHeap {
    /// Makes room for `need` words between heap and stack, collecting garbage.
    pub(crate) fn collect(&mut self, need: usize, roots: &mut dyn Roots) {
        let before = self.used();
        let mature = (self.high_water as usize - self.young.start() as usize) / 8;
        if self.old.len() == 0 && mature > 0 && self.policy.fullsweep_after > 0 {
            self.old = Words::new(sizes::next_size(mature * 2));
            self.old_hp = self.old.start();
        }
        let room = (self.old.end() as usize - self.old_hp as usize) / 8;
        let sweep_due = self.stats.minor >= self.policy.fullsweep_after || stress::sweeps(self.stats.total, before);
        if mature > room || sweep_due || self.old_off_heap.words > self.binary_limit * 4 {
            self.major(need, roots);
        } else {
            self.minor(need, roots);
        }
        self.count(before);
        self.binary_limit = stress::limit(self.policy.min_bin_vheap_size.max(self.off_heap.words * 2));
    }

    /// Would a collection now be a major one? (It may be even if this says no, when little room is left.)
    pub(crate) fn collects_all(&self) -> bool {
        self.stats.minor >= self.policy.fullsweep_after || self.old_off_heap.words > self.binary_limit * 4
    }

    /// A major collection now, whatever is due. Who asks for it wants a small heap, not one for what there was before.
    pub(crate) fn collect_all(&mut self, need: usize, roots: &mut dyn Roots) {
        let before = self.used();
        self.shrink_next();
        self.major(need, roots);
        self.count(before);
        self.binary_limit = stress::limit(self.policy.min_bin_vheap_size.max(self.binary_words() * 2));
    }

    /// The heap of a process that will do nothing for long gets no room beyond what it holds.
    pub(crate) fn pack(&mut self, roots: &mut dyn Roots) {
        let must = self.stack_size() + RESERVED;
        self.copy_into(Words::new(self.used()), Words::new(must), roots);
        if self.old.len() > self.old_used() {
            self.copy_into(Words::new(self.old_used()), Words::new(must), roots);
        }
        self.next_young = self.policy.min_heap_size;
    }

    /// The heap of such a process gets room again. (With anything in the young block already, the next collection does that.)
    pub(crate) fn unpack(&mut self) {
        if self.young_used() + self.stack_size() == 0 {
            self.young = Words::new(stress::size(RESERVED, sizes::next_size(self.policy.min_heap_size)));
            (self.hp, self.sp, self.high_water) = (self.young.start(), self.young.end(), self.young.start());
        }
    }

    fn count(&mut self, before: usize) {
        let freed = before.saturating_sub(self.used()) as u64;
        self.stats.total += 1;
        self.stats.reclaimed += freed;
        COLLECTIONS.fetch_add(1, Ordering::Relaxed);
        RECLAIMED.fetch_add(freed, Ordering::Relaxed);
    }

    fn moving(&self, major: bool) -> From {
        let mut fragments: alloc::vec::Vec<(usize, usize)> =
            self.fragments.ranges().map(|(a, b)| (a as usize, b as usize)).collect();
        fragments.sort_unstable();
        let span = match (fragments.first(), fragments.last()) {
            (Some(a), Some(b)) => (a.0, b.1),
            _ => (0, 0),
        };
        From {
            young_lo: self.young.start() as usize,
            mature: if major { self.hp as usize } else { self.high_water as usize },
            young_hi: self.hp as usize,
            old_lo: if major { self.old.start() as usize } else { 0 },
            old_hi: if major { self.old_hp as usize } else { 0 },
            fragments,
            span,
            fragments_to: if major { Generation::Old } else { Generation::Young },
        }
    }

    /// Copies the stack to the end of a new young block and moves what it refers to.
    fn move_stack(&self, to: &Words, c: &mut Collector) -> *mut u64 {
        let n = self.stack_size();
        // SAFETY: the new block has room for the stack at its end; its words are terms or return addresses, and
        // those have the low bits of neither a list nor a box.
        unsafe {
            let sp = to.end().sub(n);
            core::ptr::copy_nonoverlapping(self.sp, sp, n);
            let mut p = sp;
            while p < to.end() {
                c.forward(p);
                p = p.add(1);
            }
            sp
        }
    }

    fn minor(&mut self, need: usize, roots: &mut dyn Roots) {
        // What survived already leaves the young block.
        let fresh = (self.hp as usize - self.high_water as usize) / 8;
        let must = fresh + self.fragments.words() + self.stack_size() + need + RESERVED;
        let to = Words::new(stress::size(must, sizes::next_size(must.max(self.next_young))));
        let promoted = self.old_hp;
        let mut c = Collector { from: self.moving(false), young: to.start(), old: self.old_hp };
        let sp = self.move_stack(&to, &mut c);
        // SAFETY: roots are terms of this process.
        roots.each(&mut |t| unsafe { c.forward((&raw mut *t).cast()) });
        // SAFETY: scans object by object up to what has been copied.
        unsafe { c.scan(to.start(), promoted) };
        let (mut young_list, mut old_list) = (OffHeap::new(), core::mem::take(&mut self.old_off_heap));
        let old_range = (self.old.start() as usize, self.old.end() as usize);
        let mut fragments_list = self.fragments.take_off_heap();
        sweep(&mut self.off_heap, &mut young_list, &mut old_list, old_range);
        sweep(&mut fragments_list, &mut young_list, &mut old_list, old_range);
        let _ = self.fragments.free_blocks();
        (self.off_heap, self.old_off_heap) = (young_list, old_list);
        (self.young, self.hp, self.sp, self.high_water, self.old_hp) = (to, c.young, sp, c.young, c.old);
        self.stats.minor += 1;
        self.fit_young(need);
    }

    /// How large the young block should be for what survived. The one at hand was made for the case that everything
    /// survives: most often much of it is not needed, and a small block that is used again and again stays in the
    /// processor's caches.
    fn fit_young(&mut self, need: usize) {
        let stack = self.stack_size();
        let live = self.young_used() + stack + need + RESERVED;
        self.restless = self.restless.saturating_add(1);
        let least = if self.restless > RESTLESS { RESTLESS_YOUNG } else { self.policy.min_heap_size };
        let wanted = sizes::next_size(least.max(self.policy.min_heap_size).max(live * 4));
        self.next_young = wanted;
        if wanted < self.young.len() {
            let from = self.sp;
            self.young.cut(wanted);
            // SAFETY: the stack fits behind what survived, since `wanted` counts both.
            unsafe {
                self.sp = self.young.end().sub(stack);
                core::ptr::copy(from, self.sp, stack);
            }
        }
    }

    fn major(&mut self, need: usize, roots: &mut dyn Roots) {
        let bound = self.used();
        self.copy_all(bound, need, roots);
        let live = self.old_used();
        let wanted = sizes::next_size(live + live / 2 + self.young.len() / 2);
        if bound > wanted * 2 {
            self.copy_all(wanted, need, roots);
        }
        self.stats.minor = 0;
    }

    /// Copies all survivors into a new old block of at least `size` words, the stack into a new young one.
    fn copy_all(&mut self, size: usize, need: usize, roots: &mut dyn Roots) {
        let must = self.stack_size() + need + RESERVED;
        let young = sizes::next_size(must.max(self.policy.min_heap_size).max(self.next_young));
        let to = Words::new(stress::size(must, young));
        self.copy_into(Words::new(if size == 0 { 0 } else { sizes::next_size(size) }), to, roots);
    }

    fn copy_into(&mut self, old: Words, to: Words, roots: &mut dyn Roots) {
        let mut c = Collector { from: self.moving(true), young: to.start(), old: old.start() };
        let sp = self.move_stack(&to, &mut c);
        // SAFETY: roots are terms of this process.
        roots.each(&mut |t| unsafe { c.forward((&raw mut *t).cast()) });
        // SAFETY: scans object by object up to what has been copied.
        unsafe { c.scan(to.start(), old.start()) };
        let mut list = OffHeap::new();
        let mut unused = OffHeap::new();
        let mut fragments_list = self.fragments.take_off_heap();
        for from in [&mut self.off_heap, &mut self.old_off_heap, &mut fragments_list] {
            sweep(from, &mut unused, &mut list, (0, usize::MAX));
        }
        let _ = self.fragments.free_blocks();
        (self.off_heap, self.old_off_heap) = (OffHeap::new(), list);
        (self.young, self.hp, self.sp, self.high_water) = (to, c.young, sp, c.young);
        (self.old, self.old_hp) = (old, c.old);
    }
}

/// Moves the survivors of an off-heap list into new ones, and releases the dead.
fn sweep(list: &mut OffHeap, young: &mut OffHeap, old: &mut OffHeap, old_range: (usize, usize)) {
    let mut p = core::mem::take(list).first;
    while !p.is_null() {
        // SAFETY: a list of objects in from-space: dead ones still hold their words, moved ones a forwarding
        // pointer in the first.
        unsafe {
            let word = *p;
            if word & 3 == 2 {
                let new = (word - 2) as *mut u64;
                p = *OffHeap::link(new) as *mut u64;
                let to = if (old_range.0..old_range.1).contains(&(new as usize)) { &mut *old } else { &mut *young };
                to.push(new);
            } else {
                let next = *OffHeap::link(p) as *mut u64;
                OffHeap::release(p);
                p = next;
            }
        }
    }
}
