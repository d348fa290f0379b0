//! The kernel's symbol table, for its panics' backtraces; `kernel/src/report/symbols.rs` reads it. All numbers are
//! little-endian:
//!
//! ```text
//! u32 magic "JSY1"
//! u32 number of blocks
//! for each block: u32 address of its first function, u32 offset of its entries from the table's start
//! for each block up to 16 entries: varint distance from the entry before (0 for the first),
//!     varint bytes that the name has in common with the one before (0 for the first), varint bytes of its own, these
//! ```
//!
//! A varint has 7 bits a byte, least significant first; the high bit says that more follow.

use object::LittleEndian;
use object::elf::{FileHeader64, STT_FUNC};
use object::read::elf::{FileHeader, Sym};

const BLOCK: usize = 16;
/// As the reader's buffer.
const NAME: usize = 255;

/// The table of the functions in a linked ELF.
pub fn table(elf: &[u8]) -> Result<Vec<u8>, object::Error> {
    let header = FileHeader64::<LittleEndian>::parse(elf)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, elf)?;
    let symbols = sections.symbols(endian, elf, object::elf::SHT_SYMTAB)?;
    let mut functions = Vec::new();
    for symbol in symbols.iter() {
        let address = symbol.st_value(endian);
        let label = symbol.st_type() == STT_FUNC || is_label(symbol, endian, &sections)?;
        let name = symbol.name(endian, symbols.strings())?;
        // The linker script's marks are no functions.
        if label && address != 0 && !(symbol.st_type() != STT_FUNC && name.starts_with(b"__")) {
            functions.push((address as u32, short(&String::from_utf8_lossy(name))));
        }
    }
    functions.sort();
    functions.dedup_by_key(|(address, _)| *address);
    Ok(encode(&functions))
}

/// Assembly's functions have no type: a global label in an executable section.
fn is_label<S: Sym<Endian = LittleEndian>>(
    symbol: &S,
    endian: LittleEndian,
    sections: &object::read::elf::SectionTable<'_, FileHeader64<LittleEndian>>,
) -> Result<bool, object::Error> {
    use object::read::elf::SectionHeader;
    let index = symbol.st_shndx(endian);
    if symbol.st_type() != object::elf::STT_NOTYPE || symbol.is_local() || index >= object::elf::SHN_LORESERVE {
        return Ok(false);
    }
    let section = sections.section(object::SectionIndex(usize::from(index)))?;
    Ok(section.sh_flags(endian) & u64::from(object::elf::SHF_EXECINSTR) != 0)
}

/// A name as a reader wants it: demangled, without hashes, not too long.
fn short(name: &str) -> String {
    let mut name = format!("{:#}", rustc_demangle::demangle(name));
    let mut end = name.len().min(NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn encode(functions: &[(u32, String)]) -> Vec<u8> {
    let blocks: Vec<_> = functions.chunks(BLOCK).collect();
    let mut head = Vec::new();
    head.extend_from_slice(b"JSY1");
    head.extend_from_slice(&(blocks.len() as u32).to_le_bytes());
    let entries_at = head.len() + blocks.len() * 8;
    let mut entries = Vec::new();
    for block in blocks {
        let mut before = (block[0].0, "");
        head.extend_from_slice(&block[0].0.to_le_bytes());
        head.extend_from_slice(&((entries_at + entries.len()) as u32).to_le_bytes());
        for (address, name) in block {
            let common = name.bytes().zip(before.1.bytes()).take_while(|(a, b)| a == b).count();
            varint(&mut entries, u64::from(address - before.0));
            varint(&mut entries, common as u64);
            varint(&mut entries, (name.len() - common) as u64);
            entries.extend_from_slice(&name.as_bytes()[common..]);
            before = (*address, name);
        }
    }
    head.extend_from_slice(&entries);
    head
}
