//! What is appended to the linked kernel: the symbol table (by the build) and the archive (by the packer). Each patches
//! its slot here and adds a loadable segment behind the kernel's end.

use crate::boot::Range;
use core::ptr::read_volatile;

/// Where an appended part lies; zeros if there is none.
#[repr(C)]
pub struct Slot {
    magic: [u8; 16],
    /// Physical, page-aligned.
    address: u64,
    length: u64,
}

#[used]
#[unsafe(link_section = ".rodata.slots")]
static ARCHIVE: Slot = Slot { magic: *b"JOIST-ARCHIVE-01", address: 0, length: 0 };

#[used]
#[unsafe(link_section = ".rodata.slots")]
static SYMBOLS: Slot = Slot { magic: *b"JOIST-SYMBOLS-01", address: 0, length: 0 };

unsafe extern "C" {
    static __image_start: u8;
    static __text_end: u8;
    static __rodata_end: u8;
    static __image_end: u8;
    static __eh_frame_start: u8;
    static __eh_frame_end: u8;
    static boot_stack_guard: u8;
    static boot_stack: u8;
    static boot_stack_top: u8;
}

impl Slot {
    fn range(&'static self) -> Range {
        // SAFETY: both fields are plain words of this static. Volatile, since they are patched after compilation.
        let (address, length) =
            unsafe { (read_volatile(&raw const self.address), read_volatile(&raw const self.length)) };
        Range { start: address, end: address + length }
    }

    fn bytes(&'static self) -> &'static [u8] {
        let range = self.range();
        if range.len() == 0 {
            return &[];
        }
        // SAFETY: the loader put the segment's bytes there; `mm` keeps the range out of the heap and maps it read-only.
        unsafe { core::slice::from_raw_parts(range.start as *const u8, range.len() as usize) }
    }
}

/// The release's archive, empty if the image has none.
pub fn archive() -> &'static [u8] {
    ARCHIVE.bytes()
}

/// The kernel's symbol table, empty if the image has none.
pub fn symbols() -> &'static [u8] {
    SYMBOLS.bytes()
}

/// The appended parts' memory.
pub fn appended() -> [Range; 2] {
    [SYMBOLS.range(), ARCHIVE.range()]
}

/// The bytes between two of the linker script's marks in read-only data.
fn between(start: *const u8, end: *const u8) -> &'static [u8] {
    // SAFETY: the script puts the marks in this order around bytes that nobody writes.
    unsafe { core::slice::from_raw_parts(start, end as usize - start as usize) }
}

/// The call frame information.
pub fn eh_frame() -> &'static [u8] {
    between(&raw const __eh_frame_start, &raw const __eh_frame_end)
}

pub fn text() -> Range {
    Range { start: &raw const __image_start as u64, end: &raw const __text_end as u64 }
}

pub fn rodata() -> Range {
    Range { start: &raw const __text_end as u64, end: &raw const __rodata_end as u64 }
}

/// Data up to the page that guards the boot stack.
pub fn data() -> Range {
    Range { start: &raw const __rodata_end as u64, end: &raw const boot_stack_guard as u64 }
}

/// From the boot stack to the image's end.
pub fn stack_and_rest() -> Range {
    Range { start: &raw const boot_stack as u64, end: &raw const __image_end as u64 }
}

/// The first CPU's stack.
pub fn boot_stack_range() -> Range {
    Range { start: &raw const boot_stack as u64, end: &raw const boot_stack_top as u64 }
}

/// All that the loader filled: the linked image and what is appended to it.
pub fn whole() -> Range {
    let linked = Range { start: &raw const __image_start as u64, end: &raw const __image_end as u64 };
    let end = appended().iter().map(|r| r.end).fold(linked.end, u64::max);
    Range { start: linked.start, end: end.next_multiple_of(4096) }
}
