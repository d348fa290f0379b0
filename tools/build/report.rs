//! What the kernel needs to print backtraces, packed: its call frame information, taken out of the loaded image, and
//! its symbol table. `kernel/src/report/tables.rs` unpacks it. All numbers are little-endian:
//!
//! ```text
//! u32 magic "JRT1"
//! u32 bytes when unpacked
//! u32 bytes of call frame information among them (they come first)
//! u32 its address in the linked kernel
//! deflated data
//! ```

use object::LittleEndian;
use object::elf::FileHeader64;
use object::read::elf::{FileHeader, SectionHeader};

/// As the kernel's buffer.
const MOST: usize = 512 * 1024;

/// The packed tables, and the address of the segment that they replace.
pub fn tables(elf: &[u8], symbols: &[u8]) -> Result<(Vec<u8>, u64), String> {
    let (address, frames) = frames(elf).map_err(|e| e.to_string())?.ok_or("no .eh_frame")?;
    let whole = [frames, symbols].concat();
    if whole.len() > MOST {
        return Err(format!("{} bytes of frames and symbols, more than the kernel has room for", whole.len()));
    }
    let mut out = b"JRT1".to_vec();
    let place = u32::try_from(address).map_err(|_| "linked beyond 4 GiB")?;
    for number in [whole.len() as u32, frames.len() as u32, place] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend(miniz_oxide::deflate::compress_to_vec(&whole, 10));
    Ok((out, address))
}

fn frames(elf: &[u8]) -> Result<Option<(u64, &[u8])>, object::Error> {
    let header = FileHeader64::<LittleEndian>::parse(elf)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, elf)?;
    let Some((_, section)) = sections.section_by_name(endian, b".eh_frame") else { return Ok(None) };
    Ok(Some((section.sh_addr(endian), section.data(endian, elf)?)))
}
