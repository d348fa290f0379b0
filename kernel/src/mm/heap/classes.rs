//! Size classes: multiples of 16 up to 128 bytes, then four to each doubling, up to 32 KiB. At most a fifth is lost to
//! rounding.

use core::alloc::Layout;

pub const COUNT: usize = 8 + 8 * 4;
pub const LARGEST: usize = 32 * 1024;
/// Classes from here on (over 8 KiB) are too large for spans: their blocks come from talc one by one.
pub const SINGLE: usize = 8 + 6 * 4;
/// Every block is so aligned; who wants more goes to talc.
pub const ALIGN: usize = 16;

/// The sizes, ascending.
pub static SIZES: [u32; COUNT] = {
    let mut sizes = [0; COUNT];
    let mut i = 0;
    while i < COUNT {
        sizes[i] = if i < 8 {
            (i as u32 + 1) * 16
        } else {
            let (doubling, step) = ((i as u32 - 8) / 4, (i as u32 - 8) % 4);
            (128 << doubling) + (32 << doubling) * (step + 1)
        };
        i += 1;
    }
    assert!(sizes[COUNT - 1] as usize == LARGEST);
    sizes
};

/// The class of a layout, or `None` for what talc serves.
#[inline]
pub fn of(layout: Layout) -> Option<usize> {
    if layout.align() > ALIGN {
        return None;
    }
    match layout.size() {
        size @ ..=128 => Some(size.max(1).div_ceil(16) - 1),
        size @ ..=LARGEST => {
            let above = size - 1;
            // above lies in [2^top, 2^(top+1)), four classes share it.
            let top = above.ilog2() as usize;
            Some(8 + (top - 7) * 4 + ((above >> (top - 2)) & 3))
        }
        _ => None,
    }
}
