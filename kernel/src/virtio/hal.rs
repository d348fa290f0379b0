//! What `virtio-drivers` asks of the kernel: memory for queues, and addresses. Memory is where it is for the device
//! and for us alike.

use crate::boot::Range;
use crate::mm::paging;
use alloc::alloc::{Layout, alloc_zeroed, dealloc};
use core::ptr::NonNull;
use virtio_drivers::{BufferDirection, Hal, PAGE_SIZE, PhysAddr};

pub struct KernelHal;

fn pages(count: usize) -> Layout {
    Layout::from_size_align(count * PAGE_SIZE, PAGE_SIZE).expect("queues are small")
}

// SAFETY: the heap's blocks are mapped at their physical address and lie in one piece; zeroed, page-aligned, and nobody
// else's until given back.
unsafe impl Hal for KernelHal {
    fn dma_alloc(count: usize, _direction: BufferDirection) -> (PhysAddr, NonNull<u8>) {
        // SAFETY: the crate asks for at least one page.
        let block = unsafe { alloc_zeroed(pages(count)) };
        // Address 0 is the crate's sign for failure.
        (block as PhysAddr, NonNull::new(block).unwrap_or(NonNull::dangling()))
    }

    unsafe fn dma_dealloc(_address: PhysAddr, block: NonNull<u8>, count: usize) -> i32 {
        // SAFETY: the caller's promise: from `dma_alloc` with this count.
        unsafe { dealloc(block.as_ptr(), pages(count)) };
        0
    }

    unsafe fn mmio_phys_to_virt(address: PhysAddr, size: usize) -> NonNull<u8> {
        paging::map_missing(Range { start: address, end: address + size as u64 }, paging::DEVICE);
        NonNull::new(address as *mut u8).expect("no BAR lies at 0")
    }

    unsafe fn share(buffer: NonNull<[u8]>, _direction: BufferDirection) -> PhysAddr {
        // Buffers come from the heap, from statics, or from the first CPU's stack, which lies in the image: all mapped
        // at their physical addresses. Other CPUs' stacks are not; their callers copy first.
        let address = buffer.cast::<u8>().as_ptr() as u64;
        assert!(!crate::mm::stack::contains(address), "a device can't reach this CPU's stack");
        address
    }

    unsafe fn unshare(_address: PhysAddr, _buffer: NonNull<[u8]>, _direction: BufferDirection) {}
}
