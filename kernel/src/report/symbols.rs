//! The symbol table (tools/build/symbols.rs describes and writes it): sorted by address, names
//! in blocks of 16, each name given as what it has in common with the one before and its own rest.

use crate::image;
use core::fmt;

const MAGIC: u32 = u32::from_le_bytes(*b"JSY1");
const BLOCK: usize = 16;
const NAME: usize = 256;

/// A function's name, and how far into it an address lies.
pub struct Symbol {
    name: [u8; NAME],
    length: usize,
    offset: u64,
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = core::str::from_utf8(&self.name[..self.length]).unwrap_or("?");
        write!(f, "{name} + {:#x}", self.offset)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Takes a number of 7 bits a byte, least significant first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The function that an address of the kernel's text lies in.
pub fn lookup(address: u64) -> Option<Symbol> {
    let (table, text) = (super::tables::get()?.symbols, image::text());
    if !(text.start..text.end).contains(&address) {
        return None;
    }
    if u32_at(table, 0)? != MAGIC {
        return None;
    }
    let blocks = u32_at(table, 4)? as usize;
    let first_of = |block: usize| u32_at(table, 8 + block * 8).map(u64::from);
    // The last block that begins at or before the address.
    let (mut low, mut high) = (0, blocks);
    while low < high {
        let middle = (low + high) / 2;
        if first_of(middle)? <= address {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let block = low.checked_sub(1)?;
    let mut entries = table.get(u32_at(table, 8 + block * 8 + 4)? as usize..)?;
    let mut symbol = Symbol { name: [0; NAME], length: 0, offset: 0 };
    let mut found = None;
    let mut at = first_of(block)?;
    for _ in 0..BLOCK {
        at += varint(&mut entries)?;
        if at > address {
            break;
        }
        let (common, own) = (varint(&mut entries)? as usize, varint(&mut entries)? as usize);
        symbol.name.get_mut(common..common + own)?.copy_from_slice(entries.get(..own)?);
        entries = &entries[own..];
        symbol.length = common + own;
        found = Some(at);
        if entries.is_empty() {
            break;
        }
    }
    symbol.offset = address - found?;
    Some(symbol)
}
