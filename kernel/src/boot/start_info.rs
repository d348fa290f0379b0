//! `hvm_start_info` and the memory map behind it (Xen's public/arch-x86/hvm/start_info.h).

use core::ptr::read_unaligned;

/// As the loader lays it out.
#[repr(C)]
struct StartInfo {
    magic: u32,
    version: u32,
    flags: u32,
    modules: u32,
    module_list: u64,
    command_line: u64,
    rsdp: u64,
    memory_map: u64,
    memory_map_entries: u32,
    reserved: u32,
}

#[repr(C)]
struct MapEntry {
    address: u64,
    size: u64,
    kind: u32,
    reserved: u32,
}

const MAGIC: u32 = 0x336e_c578;
const KIND_RAM: u32 = 1;
/// The kernel's longest command line, as Linux's.
pub const COMMAND_LINE_MAX: usize = 4096;
pub const RANGES_MAX: usize = 64;
/// The boot tables map so much; the loader's structures must lie below.
const MAPPED: u64 = 1 << 30;

/// Physical addresses from `start` up to, not with, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range {
    pub start: u64,
    pub end: u64,
}

impl Range {
    pub const fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// The loader's information, in memory of our own.
pub struct BootInfo {
    command_line: [u8; COMMAND_LINE_MAX],
    command_line_length: usize,
    /// Zero if the loader gave none.
    pub rsdp: u64,
    ram: [Range; RANGES_MAX],
    ram_count: usize,
}

impl BootInfo {
    pub fn command_line(&self) -> &[u8] {
        &self.command_line[..self.command_line_length]
    }

    /// The memory map's RAM entries.
    pub fn ram(&self) -> &[Range] {
        &self.ram[..self.ram_count]
    }
}

/// Copies the loader's information.
/// # Errors
/// Says what is wrong with it.
/// # Safety
/// `address` is what the loader left in ebx, the boot tables are in force and nothing was written to memory outside
/// the kernel's image yet.
pub unsafe fn read(address: u64) -> Result<BootInfo, &'static str> {
    if address == 0 || address + size_of::<StartInfo>() as u64 > MAPPED {
        return Err("the loader gave no start info (not a PVH boot)");
    }
    // SAFETY: mapped by the boot tables, and the caller says that the loader's bytes are still there.
    let info: StartInfo = unsafe { read_unaligned(address as *const StartInfo) };
    if info.magic != MAGIC {
        return Err("the loader's start info has a wrong magic number");
    }
    if info.version < 1 || info.memory_map == 0 || info.memory_map_entries == 0 {
        return Err("the loader gave no memory map");
    }
    let mut boot = BootInfo {
        command_line: [0; COMMAND_LINE_MAX],
        command_line_length: 0,
        rsdp: info.rsdp,
        ram: [Range::default(); RANGES_MAX],
        ram_count: 0,
    };
    for i in 0..u64::from(info.memory_map_entries) {
        let at = info.memory_map + i * size_of::<MapEntry>() as u64;
        if at + size_of::<MapEntry>() as u64 > MAPPED {
            return Err("the loader's memory map lies too high");
        }
        // SAFETY: as for the start info.
        let entry: MapEntry = unsafe { read_unaligned(at as *const MapEntry) };
        if entry.kind == KIND_RAM && boot.ram_count < RANGES_MAX {
            boot.ram[boot.ram_count] = Range { start: entry.address, end: entry.address.saturating_add(entry.size) };
            boot.ram_count += 1;
        }
    }
    if info.command_line != 0 {
        loop {
            let at = info.command_line + boot.command_line_length as u64;
            if at >= MAPPED {
                return Err("the loader's command line lies too high");
            }
            // SAFETY: as for the start info.
            let byte = unsafe { read_unaligned(at as *const u8) };
            if byte == 0 {
                break;
            }
            if boot.command_line_length == COMMAND_LINE_MAX {
                return Err("the command line is longer than 4096 bytes");
            }
            boot.command_line[boot.command_line_length] = byte;
            boot.command_line_length += 1;
        }
    }
    Ok(boot)
}
