//! Buffers to receive into, used again by whoever comes next (`alloc_buffer`, `release_buffer`).

use alloc::vec::Vec;

use joist_vm::sync::Mutex;

/// Buffers larger than this go back to the heap.
const LARGEST: usize = 128 << 10;
const MOST: usize = 16;

static FREE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// A buffer of at least so many bytes; what is in them has no meaning.
pub fn take(size: usize) -> Vec<u8> {
    {
        let mut free = FREE.lock();
        if let Some(at) = free.iter().rposition(|b| b.len() >= size) {
            return free.swap_remove(at);
        }
    }
    alloc::vec![0; size]
}

pub fn give(buffer: Vec<u8>) {
    if buffer.is_empty() || buffer.len() > LARGEST {
        return;
    }
    let mut free = FREE.lock();
    if free.len() < MOST {
        free.push(buffer);
    }
}
