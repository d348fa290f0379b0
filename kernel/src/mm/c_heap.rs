//! C's allocation functions, which the compression library calls: the kernel's heap under their names.

use alloc::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use core::ffi::{c_int, c_void};

/// All blocks are aligned so, which is what the library asks for; in front of each is as much again for its size.
const ALIGN: usize = 64;

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(ALIGN)?, ALIGN).ok()
}

fn allocate(size: usize, with: unsafe fn(Layout) -> *mut u8) -> *mut c_void {
    let Some(layout) = layout(size) else { return core::ptr::null_mut() };
    // SAFETY: the layout is not empty; the size lies in front of the pointer given out, within the block.
    unsafe {
        let block = with(layout);
        if block.is_null() {
            return core::ptr::null_mut();
        }
        block.cast::<usize>().write(size);
        block.add(ALIGN).cast()
    }
}

/// # Safety
/// As POSIX has it: `to` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(to: *mut *mut c_void, align: usize, size: usize) -> c_int {
    const EINVAL: c_int = 22;
    const ENOMEM: c_int = 12;
    if align > ALIGN {
        return EINVAL;
    }
    let block = allocate(size, alloc);
    if block.is_null() {
        return ENOMEM;
    }
    // SAFETY: the caller's promise.
    unsafe { to.write(block) };
    0
}

#[unsafe(no_mangle)]
extern "C" fn calloc(items: usize, size: usize) -> *mut c_void {
    items.checked_mul(size).map_or(core::ptr::null_mut(), |size| allocate(size, alloc_zeroed))
}

/// # Safety
/// The block is null, or comes from one of the functions above and isn't freed yet.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: the size in front of the block makes the layout it was allocated with.
    unsafe {
        let start = block.cast::<u8>().sub(ALIGN);
        if let Some(layout) = layout(start.cast::<usize>().read()) {
            dealloc(start, layout);
        }
    }
}
