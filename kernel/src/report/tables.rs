//! What a backtrace needs, unpacked when the first one is printed: call frame information and the symbol table
//! (`tools/build/report.rs` packs them). Into a buffer of the kernel's own, since the heap may be what has failed.

use crate::image;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU8, Ordering::SeqCst};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

const MAGIC: u32 = u32::from_le_bytes(*b"JRT1");
const HEADER: usize = 16;
/// As the build checks.
const MOST: usize = 512 * 1024;

struct Buffer(UnsafeCell<[u8; MOST]>);
// SAFETY: written once, by whoever moves STATE from EMPTY, and read only when it is READY.
unsafe impl Sync for Buffer {}
static BUFFER: Buffer = Buffer(UnsafeCell::new([0; MOST]));

const EMPTY: u8 = 0;
const BUSY: u8 = 1;
const READY: u8 = 2;
static STATE: AtomicU8 = AtomicU8::new(EMPTY);

/// The unpacked tables.
#[derive(Clone, Copy)]
pub struct Tables {
    pub frames: &'static [u8],
    /// Where the linker put the frames: they refer to other places from there.
    pub frames_at: u64,
    pub symbols: &'static [u8],
}

/// The tables, if the image has them.
pub fn get() -> Option<Tables> {
    let packed = image::report();
    let number = |i: usize| Some(u32::from_le_bytes(packed.get(i * 4..i * 4 + 4)?.try_into().ok()?) as usize);
    if number(0)? != MAGIC as usize {
        return None;
    }
    let (length, frames, at) = (number(1)?, number(2)?, number(3)?);
    if length > MOST || frames > length {
        return None;
    }
    if STATE.compare_exchange(EMPTY, BUSY, SeqCst, SeqCst).is_ok() {
        // SAFETY: nobody else gets here, and nobody reads before READY.
        let buffer = unsafe { &mut *BUFFER.0.get() };
        let mode = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let mut state = DecompressorOxide::new();
        let (status, _, written) = decompress(&mut state, packed.get(HEADER..)?, &mut buffer[..length], 0, mode);
        if status == TINFLStatus::Done && written == length {
            STATE.store(READY, SeqCst);
        }
    }
    if STATE.load(SeqCst) != READY {
        return None;
    }
    // SAFETY: written before READY, and never again.
    let buffer: &'static [u8; MOST] = unsafe { &*BUFFER.0.get() };
    let (frames, symbols) = buffer[..length].split_at(frames);
    Some(Tables { frames, frames_at: at as u64, symbols })
}
