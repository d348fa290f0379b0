//! Bitstrings: on the heap, or windows into a heap bitstring or a reference-counted [`Binary`].
//! (OTP 27's `erl_bits.h` has the same two kinds.)

use alloc::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{Tag, Term};
use crate::fatal;

/// Bytes outside of any process heap, shared by reference count. They never move: an append that outgrows the
/// capacity makes a new one, and windows into the old stay valid.
#[repr(C)]
#[derive(Debug)]
pub struct Binary {
    refs: AtomicUsize,
    /// Bytes allocated for data.
    capacity: usize,
    /// Bits handed out so far. An appender whose window ends here may claim more by moving this with a
    /// compare-and-swap; nobody else has seen the bits behind it.
    used: AtomicUsize,
}

impl Binary {
    fn layout(capacity: usize) -> Layout {
        // A capacity that overflows the layout was refused by `new`.
        Layout::from_size_align(size_of::<Binary>() + capacity, 16).expect("capacity was checked")
    }

    /// A binary of `used` bits that can grow to `capacity` in place, with one reference; its bytes are zero.
    #[must_use]
    pub fn new(used: usize, capacity: usize) -> NonNull<Binary> {
        let layout =
            Layout::from_size_align(size_of::<Binary>().saturating_add(capacity), 16).expect("binary too large");
        // SAFETY: the layout's size is not zero.
        let p = fatal::wanted_for(capacity, fatal::Use::Binary, || unsafe { alloc_zeroed(layout) }).cast::<Binary>();
        let Some(p) = NonNull::new(p) else { handle_alloc_error(layout) };
        crate::heap::usage::BINARIES.add(capacity);
        // SAFETY: freshly allocated for a Binary and `capacity` bytes behind it.
        unsafe {
            p.write(Binary { refs: AtomicUsize::new(1), capacity, used: AtomicUsize::new(used) });
        }
        p
    }

    /// The first byte.
    #[must_use]
    pub const fn data(this: NonNull<Binary>) -> *mut u8 {
        // SAFETY: the data lies right behind the struct in the same allocation.
        unsafe { this.add(1).cast::<u8>().as_ptr() }
    }

    /// Bytes allocated.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bits in use.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    /// Claims the bits `from..to` for an appender whose window ends at `from`.
    #[must_use]
    pub fn claim(&self, from: usize, to: usize) -> bool {
        to <= self.capacity * 8 && self.used.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// One more reference.
    pub fn retain(&self) {
        self.refs.fetch_add(1, Ordering::Relaxed);
    }

    /// How many references there are.
    #[must_use]
    pub fn references(&self) -> usize {
        self.refs.load(Ordering::Relaxed)
    }

    /// Gives a reference back; the last one frees the bytes.
    /// # Safety
    /// The caller must own a reference, and not use it again.
    pub unsafe fn release(this: NonNull<Binary>) {
        // SAFETY: the caller's reference keeps the binary alive up to here; the last one out frees it.
        unsafe {
            if this.as_ref().refs.fetch_sub(1, Ordering::AcqRel) == 1 {
                crate::heap::usage::BINARIES.sub(this.as_ref().capacity);
                dealloc(this.as_ptr().cast(), Self::layout(this.as_ref().capacity));
            }
        }
    }
}

/// A window of bits: what every bitstring term is when it is read.
#[derive(Clone, Copy, Debug)]
pub struct Bits {
    base: *const u8,
    /// First bit, counted from `base`.
    pub start: usize,
    /// Bits in the window.
    pub len: usize,
}

impl Bits {
    /// A window over `len` bits that begin `start` bits behind `base`.
    /// # Safety
    /// The bits must stay readable for as long as the window is used.
    #[must_use]
    pub const unsafe fn new(base: *const u8, start: usize, len: usize) -> Bits {
        Bits { base, start, len }
    }

    /// Whole bytes at a byte boundary, without a copy.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> Option<&'static [u8]> {
        if (self.start | self.len) & 7 != 0 {
            return None;
        }
        // SAFETY: a window made from a live term lies within its bytes.
        Some(unsafe { core::slice::from_raw_parts(self.base.add(self.start >> 3), self.len >> 3) })
    }

    /// Is the length a whole number of bytes?
    #[must_use]
    pub const fn is_binary(&self) -> bool {
        self.len & 7 == 0
    }

    /// The byte at index `i` of the window (bits past the end are zero).
    #[inline]
    #[must_use]
    pub fn byte(&self, i: usize) -> u8 {
        let bit = self.start + i * 8;
        let left = self.len.saturating_sub(i * 8);
        if left == 0 {
            return 0;
        }
        let (at, shift) = (bit >> 3, (bit & 7) as u32);
        // SAFETY: at least one bit of the byte `at` is inside the window; the next byte is read only if it holds
        // bits of the window too.
        let v = unsafe {
            let hi = u16::from(*self.base.add(at)) << 8;
            let lo = if shift != 0 && left > 8 - shift as usize { u16::from(*self.base.add(at + 1)) } else { 0 };
            ((hi | lo) << shift >> 8) as u8
        };
        if left < 8 { v & (0xff00u16 >> left) as u8 } else { v }
    }

    /// A part of the window: `from..from + len` must lie inside.
    #[must_use]
    pub fn slice(&self, from: usize, len: usize) -> Bits {
        assert!(from.checked_add(len).is_some_and(|end| end <= self.len), "bits out of range");
        Bits { base: self.base, start: self.start + from, len }
    }

    /// The window's bytes, the last one padded with zero bits, copied.
    #[must_use]
    pub fn to_vec(&self) -> alloc::vec::Vec<u8> {
        let n = self.len.div_ceil(8);
        if let Some(b) = self.as_bytes() {
            return b.to_vec();
        }
        (0..n).map(|i| self.byte(i)).collect()
    }

    /// The window's bytes: borrowed when aligned, else copied. Only for whole bytes.
    #[must_use]
    pub fn bytes(&self) -> Option<alloc::borrow::Cow<'static, [u8]>> {
        if !self.is_binary() {
            return None;
        }
        Some(match self.as_bytes() {
            Some(b) => alloc::borrow::Cow::Borrowed(b),
            None => alloc::borrow::Cow::Owned(self.to_vec()),
        })
    }

    /// Address of the base byte.
    #[inline(always)]
    pub(crate) const fn base(&self) -> *const u8 {
        self.base
    }
}

/// A match context: the mutable view that `bs_start_match` makes.
#[derive(Debug)]
#[repr(C)]
pub struct MatchContext {
    header: u64,
    pub(crate) orig: Term,
    pub(crate) base: *const u8,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Term {
    /// The window of a bitstring.
    #[inline]
    #[must_use]
    pub fn as_bits(self) -> Option<Bits> {
        let header = self.header()?;
        if header.is(Tag::HeapBits) {
            let words = self.words();
            let base = words[1..].as_ptr().cast();
            return Some(Bits { base, start: 0, len: words[0] as usize });
        }
        if header.is(Tag::SubBits) {
            let words = self.words();
            return Some(Bits {
                base: words[1] as *const u8,
                start: words[2] as usize,
                len: (words[3] - words[2]) as usize,
            });
        }
        None
    }

    /// The bytes of a binary (whole bytes only): borrowed when they are aligned.
    #[must_use]
    pub fn as_binary(self) -> Option<alloc::borrow::Cow<'static, [u8]>> {
        self.as_bits()?.bytes()
    }

    /// Is this a bitstring?
    #[inline(always)]
    #[must_use]
    pub fn is_bitstring(self) -> bool {
        self.header().is_some_and(|h| h.is(Tag::HeapBits) || h.is(Tag::SubBits))
    }

    /// Is this a bitstring of whole bytes?
    #[must_use]
    pub fn is_binary(self) -> bool {
        self.as_bits().is_some_and(|b| b.is_binary())
    }

    /// What a window of bits (or a match context) is a window into: a boxed heap bitstring or binary reference.
    pub(crate) fn bits_origin(self) -> Term {
        if self.is_tag(Tag::HeapBits) { self } else { Term(self.words()[0]) }
    }

    /// The reference-counted binary under a bitstring, if it has one.
    #[must_use]
    pub fn bits_binary(self) -> Option<NonNull<Binary>> {
        if !self.is_bitstring() && !self.is_tag(Tag::MatchContext) {
            return None;
        }
        let origin = self.bits_origin();
        if origin.is_tag(Tag::BinRef) { NonNull::new(origin.words()[1] as *mut Binary) } else { None }
    }
    /// How many bytes a bitstring keeps alive: all of what it is a window into.
    #[must_use]
    pub fn referenced_bytes(self) -> Option<usize> {
        let bits = self.as_bits()?;
        if let Some(binary) = self.bits_binary() {
            // SAFETY: the bitstring owns a reference.
            return Some(unsafe { binary.as_ref() }.used() / 8);
        }
        let origin = self.bits_origin().as_bits().unwrap_or(bits);
        Some(origin.len.div_ceil(8))
    }
}
