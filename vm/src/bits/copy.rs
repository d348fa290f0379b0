//! Copying bits: whole bytes by `memcpy`, the rest by words.

use crate::term::Bits;

/// Writes the highest `n` bits (up to 64) of a word to the bit `bit` behind `dst`; the bits around stay as they are.
/// # Safety
/// The bytes that hold these bits must be writable, and nobody else may use them meanwhile.
#[inline]
pub unsafe fn write_word(dst: *mut u8, bit: usize, word: u64, n: usize) {
    debug_assert!(n <= 64);
    if n == 0 {
        return;
    }
    // SAFETY: `bit >> 3` is the byte of the first bit, which the caller lets us write.
    let mut at = unsafe { dst.add(bit >> 3) };
    let shift = bit & 7;
    let mut word = word;
    let mut left = n;
    if shift != 0 {
        let take = left.min(8 - shift);
        let mask = ((0xff00u16 >> take) as u8) >> shift;
        // SAFETY: as above; the next byte is used only if bits are left for it.
        unsafe {
            *at = (*at & !mask) | (((word >> 56) as u8 >> shift) & mask);
            at = at.add(1);
        }
        // At most 7 bits were taken: no full shift.
        word <<= take;
        left -= take;
    }
    let bytes = word.to_be_bytes();
    let whole = left / 8;
    let odd = left & 7;
    // SAFETY: `whole` bytes, and one more if there are odd bits, hold bits that the caller lets us write.
    unsafe {
        core::ptr::copy_nonoverlapping(bytes.as_ptr(), at, whole);
        if odd != 0 {
            let mask = (0xff00u16 >> odd) as u8;
            let last = at.add(whole);
            *last = (*last & !mask) | (bytes[whole] & mask);
        }
    }
}

/// Copies a window to the bit `bit` behind `dst`; the bits around stay as they are.
/// # Safety
/// The bytes that hold these bits must be writable, nobody else may use them meanwhile, and they must not be bytes of
/// the window (but for its last one).
pub unsafe fn copy_bits(from: &Bits, dst: *mut u8, bit: usize) {
    let mut done = 0;
    if bit & 7 == 0 && from.len >= 8 {
        let whole = from.len & !7;
        if let Some(bytes) = from.slice(0, whole).as_bytes() {
            // SAFETY: whole bytes of the destination, which the caller lets us write.
            unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), dst.add(bit >> 3), bytes.len()) };
            done = whole;
        }
    }
    while done < from.len {
        let n = (from.len - done).min(64 - ((bit + done) & 7));
        // SAFETY: bits of the destination, which the caller lets us write.
        unsafe { write_word(dst, bit + done, from.word(done), n) };
        done += n;
    }
}
