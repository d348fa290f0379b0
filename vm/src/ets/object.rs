//! An object of a table: a tuple with all that it holds, in one piece of memory of its own (`DbTerm` in
//! `erl_db_util.h`).

use alloc::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use core::ptr::NonNull;

use crate::heap;
use crate::term::{Alloc, Binary, Header, OffHeap, Tag, Term};

/// What stands before the object's words.
#[repr(C)]
struct Head {
    off_heap: OffHeap,
    words: usize,
}

impl Head {
    fn layout(words: usize) -> Layout {
        Layout::from_size_align(size_of::<Head>() + words * 8, 8).expect("object too large")
    }
}

/// A tuple of at least one element, owned.
pub struct Object(NonNull<Head>);

// SAFETY: an object owns its words and everything its off-heap list holds; binaries and magic objects are Send.
unsafe impl Send for Object {}
// SAFETY: shared access only reads.
unsafe impl Sync for Object {}

/// Takes the one allocation that a copy makes.
struct Maker {
    head: Option<NonNull<Head>>,
    off_heap: OffHeap,
}

impl Alloc for Maker {
    fn alloc(&mut self, words: usize) -> *mut u64 {
        assert!(self.head.is_none(), "a copy allocates once");
        let layout = Head::layout(words);
        // SAFETY: the layout's size is not zero.
        let p = unsafe { alloc(layout) }.cast::<Head>();
        let Some(head) = NonNull::new(p) else { handle_alloc_error(layout) };
        // SAFETY: freshly allocated for a Head and so many words behind it.
        unsafe { head.write(Head { off_heap: OffHeap::new(), words }) };
        self.head = Some(head);
        // SAFETY: the words lie right behind the head.
        unsafe { p.add(1).cast() }
    }

    fn off_heap(&mut self) -> &mut OffHeap {
        &mut self.off_heap
    }
}

impl Object {
    /// A copy of a tuple.
    /// # Panics
    /// When the term is no tuple, or an empty one.
    #[must_use]
    pub fn new(tuple: Term) -> Object {
        assert!(tuple.as_tuple().is_some_and(|t| !t.is_empty()), "objects are tuples");
        let mut maker = Maker { head: None, off_heap: OffHeap::new() };
        heap::copy(&mut maker, tuple);
        let mut head = maker.head.expect("a tuple takes room");
        // SAFETY: the head is initialised and owned here.
        unsafe { head.as_mut().off_heap = maker.off_heap };
        Object(head)
    }

    /// The tuple; valid while the object lives and is not written to.
    #[inline]
    #[must_use]
    pub fn term(&self) -> Term {
        // SAFETY: a copy begins with its root, here the tuple.
        Term::boxed(unsafe { self.0.as_ptr().add(1).cast() })
    }

    /// Its elements.
    #[inline]
    #[must_use]
    pub fn elements(&self) -> &[Term] {
        self.term().as_tuple().unwrap_or(&[])
    }

    /// The element at the key position (counted from 1).
    #[inline]
    #[must_use]
    pub fn key(&self, keypos: usize) -> Term {
        self.elements()[keypos - 1]
    }

    /// Words of its copy.
    #[must_use]
    pub fn words(&self) -> usize {
        // SAFETY: the head lives as long as the object.
        unsafe { self.0.as_ref().words }
    }

    /// Words of memory, head and all.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.words() + size_of::<Head>() / 8
    }

    /// The reference-counted binaries that it refers to: an address, bytes and references of each.
    #[must_use]
    pub fn binaries(&self) -> alloc::vec::Vec<(u64, usize, usize)> {
        let mut all = alloc::vec::Vec::new();
        // SAFETY: the head lives as long as the object.
        let mut p = unsafe { self.0.as_ref().off_heap.first };
        while !p.is_null() {
            // SAFETY: walks a list of live objects; a binary reference's second word points to its binary, which it
            // keeps alive.
            unsafe {
                if Header(*p).is(Tag::BinRef) {
                    let binary = &*(*p.add(2) as *const Binary);
                    all.push((*p.add(2), binary.capacity(), binary.references()));
                }
                p = *OffHeap::link(p) as *mut u64;
            }
        }
        all
    }

    /// Overwrites an element (counted from 0) by an immediate.
    /// # Panics
    /// When there is no such element, or the value is no immediate.
    pub fn set_immediate(&mut self, index: usize, value: Term) {
        assert!(value.is_immediate() && index < self.elements().len(), "an immediate into an element");
        // SAFETY: the element lies in the object's own words, and `&mut self` says that nobody else reads them.
        unsafe { self.0.as_ptr().add(1).cast::<u64>().add(1 + index).write(value.raw()) };
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: the object owns the allocation, made with this layout.
        unsafe {
            let head = self.0.as_ptr();
            (*head).off_heap.release_all();
            dealloc(head.cast(), Head::layout((*head).words));
        }
    }
}

impl core::fmt::Debug for Object {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Object({} words)", self.words())
    }
}
