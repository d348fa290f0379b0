//! Page tables (Intel SDM vol. 3, 4.5). One address space: virtual is physical, but for the stacks, which lie in a
//! region of their own between unmapped pages. Big pages wherever alignment lets them.

use super::regions::Regions;
use crate::arch::cpuid;
use crate::arch::lock::IrqLock;
use crate::boot::Range;
use crate::image;
use alloc::alloc::{Layout, alloc_zeroed};
use x86_64::PhysAddr;
use x86_64::registers::control::{Cr3, Cr3Flags};
use x86_64::structures::paging::{PageTable, PageTableFlags as Flags, PhysFrame};

const PAGE: u64 = 4096;
/// The boot tables map so much: the first tables must lie below it.
const BOOT_MAPPED: u64 = 1 << 30;

pub const TEXT: Flags = Flags::PRESENT;
pub const RODATA: Flags = Flags::PRESENT.union(Flags::NO_EXECUTE);
pub const DATA: Flags = Flags::PRESENT.union(Flags::WRITABLE).union(Flags::NO_EXECUTE);
/// Device registers: uncached.
pub const DEVICE: Flags = DATA.union(Flags::NO_CACHE).union(Flags::WRITE_THROUGH);
const BRANCH: Flags = Flags::PRESENT.union(Flags::WRITABLE);

/// Where a started CPU's first instructions lie; see `smp`.
pub const TRAMPOLINE: u64 = 0x8000;

struct Tables {
    root: u64,
    huge: bool,
}

static TABLES: IrqLock<Tables> = IrqLock::new(Tables { root: 0, huge: false });

/// The table at a physical address.
fn table(address: u64) -> &'static mut PageTable {
    // SAFETY: called with addresses of tables that this module took from free pages; they are mapped at their
    // physical address (by the boot tables at first), and `TABLES`' lock keeps a second reference away.
    unsafe { &mut *(address as *mut PageTable) }
}

impl Tables {
    /// The physical address of the table that entry `index` of `parent` leads to, made if missing.
    fn child(parent: u64, index: usize, page: &mut dyn FnMut() -> u64) -> u64 {
        let entry = &mut table(parent)[index];
        if entry.is_unused() {
            entry.set_addr(PhysAddr::new(page()), BRANCH);
        }
        assert!(!entry.flags().contains(Flags::HUGE_PAGE), "mapping inside a big page");
        entry.addr().as_u64()
    }

    fn map(&self, virt: u64, phys: u64, length: u64, flags: Flags, page: &mut dyn FnMut() -> u64) {
        let mut done = 0;
        while done < length {
            let (v, p, left) = (virt + done, phys + done, length - done);
            let fits = |size: u64| (v | p) % size == 0 && left >= size;
            let l3 = Self::child(self.root, (v >> 39) as usize & 511, page);
            done += if self.huge && fits(1 << 30) {
                table(l3)[(v >> 30) as usize & 511].set_addr(PhysAddr::new(p), flags | Flags::HUGE_PAGE);
                1 << 30
            } else if fits(2 << 20) {
                let l2 = Self::child(l3, (v >> 30) as usize & 511, page);
                table(l2)[(v >> 21) as usize & 511].set_addr(PhysAddr::new(p), flags | Flags::HUGE_PAGE);
                2 << 20
            } else {
                let l2 = Self::child(l3, (v >> 30) as usize & 511, page);
                let l1 = Self::child(l2, (v >> 21) as usize & 511, page);
                table(l1)[(v >> 12) as usize & 511].set_addr(PhysAddr::new(p), flags);
                PAGE
            };
        }
    }

    fn is_mapped(&self, virt: u64) -> bool {
        let mut at = self.root;
        for shift in [39, 30, 21, 12] {
            let entry = &table(at)[(virt >> shift) as usize & 511];
            if entry.is_unused() {
                return false;
            }
            if entry.flags().contains(Flags::HUGE_PAGE) {
                return true;
            }
            at = entry.addr().as_u64();
        }
        true
    }
}

/// Builds the kernel's tables and switches to them.
/// # Panics
/// When there is no memory for them below 1 GiB.
pub fn init(regions: &mut Regions) {
    // Tables are taken out of the regions, and must be mapped like them: map what was there before.
    let ram = regions.clone();
    let mut page = || {
        let page = regions.take_page(BOOT_MAPPED).expect("no memory for page tables below 1 GiB");
        table(page).zero();
        page
    };
    let mut tables = TABLES.lock();
    *tables = Tables { root: page(), huge: cpuid::huge_pages() };
    let mut same = |range: Range, flags| {
        let start = range.start & !(PAGE - 1);
        tables.map(start, start, range.end.next_multiple_of(PAGE) - start, flags, &mut page);
    };
    same(image::text(), TEXT);
    same(image::rodata(), RODATA);
    same(image::data(), DATA);
    same(image::stack_and_rest(), DATA);
    for part in image::appended() {
        same(part, RODATA);
    }
    same(Range { start: TRAMPOLINE, end: TRAMPOLINE + PAGE }, TEXT);
    for &range in ram.as_slice() {
        same(range, DATA);
    }
    // SAFETY: the boot tables are still in force, and the loader's data in low memory was copied out.
    unsafe { crate::smp::prepare(tables.root) };
    let root = PhysFrame::containing_address(PhysAddr::new(tables.root));
    // SAFETY: the new tables map the running code, its data and its stack where they are.
    unsafe { Cr3::write(root, Cr3Flags::empty()) };
}

/// A zeroed page from the heap for a table.
fn heap_page() -> u64 {
    let layout = Layout::from_size_align(PAGE as usize, PAGE as usize).expect("a page is a valid layout");
    // SAFETY: the layout's size is not zero.
    let page = unsafe { alloc_zeroed(layout) } as u64;
    assert!(page != 0, "no memory for page tables");
    page
}

/// Maps pages at an address where nothing is mapped yet.
pub fn map(virt: u64, phys: u64, length: u64, flags: Flags) {
    TABLES.lock().map(virt, phys, length, flags, &mut heap_page);
}

/// Maps those pages of a physical range that are not mapped yet, where they are.
pub fn map_missing(range: Range, flags: Flags) {
    let tables = TABLES.lock();
    for page in (range.start & !(PAGE - 1)..range.end).step_by(PAGE as usize) {
        if !tables.is_mapped(page) {
            tables.map(page, page, PAGE, flags, &mut heap_page);
        }
    }
}

/// Is there a page at the address?
pub fn is_mapped(virt: u64) -> bool {
    TABLES.try_lock(100_000).is_some_and(|t| t.is_mapped(virt))
}

/// Takes the trampoline's page away, once no CPU is to be started any more.
pub fn unmap_trampoline() {
    let tables = TABLES.lock();
    let mut at = tables.root;
    for shift in [39, 30, 21] {
        at = table(at)[(TRAMPOLINE >> shift) as usize & 511].addr().as_u64();
    }
    table(at)[(TRAMPOLINE >> 12) as usize & 511].set_unused();
    x86_64::instructions::tlb::flush(x86_64::VirtAddr::new(TRAMPOLINE));
}
