//! The finished image: the kernel's ELF with the archive as one more loaded segment, its place entered in the slot.
//! Read beside it: the ELF-64 specification, and `joist_image::slot`.
//!
//! Only what is loaded goes in: sections, symbol tables and debug information stay behind. The table of segments goes
//! right behind the header, each segment at an offset that is its address modulo a page.

use crate::error::{Error, Result};
use joist_image::slot::{self, Slot};
use object::elf::{self, FileHeader64, PT_LOAD};
use object::read::elf::{FileHeader, ProgramHeader as _};
use object::write::elf::{FileHeader as Header, ProgramHeader, Writer};
use object::{Endianness, LittleEndian};

const PAGE: u64 = 4096;

/// A segment of an ELF, with its bytes.
#[derive(Debug, Clone)]
pub struct Segment {
    pub kind: u32,
    pub flags: u32,
    pub address: u64,
    pub memory: u64,
    pub align: u64,
    pub data: Vec<u8>,
}

impl Segment {
    pub fn end(&self) -> u64 {
        self.address.saturating_add(self.memory)
    }
}

/// An ELF taken apart.
#[derive(Debug, Clone)]
pub struct Image {
    entry: u64,
    pub segments: Vec<Segment>,
}

impl Image {
    /// Takes an ELF apart; `None` if it is none of ours.
    pub fn parse(bytes: &[u8]) -> Option<Image> {
        let header = FileHeader64::<LittleEndian>::parse(bytes).ok()?;
        let endian = header.endian().ok()?;
        let mut segments = Vec::new();
        for ph in header.program_headers(endian, bytes).ok()? {
            segments.push(Segment {
                kind: ph.p_type(endian),
                flags: ph.p_flags(endian),
                address: ph.p_paddr(endian),
                memory: ph.p_memsz(endian),
                align: ph.p_align(endian),
                data: ph.data(endian, bytes).ok()?.to_vec(),
            });
        }
        Some(Image { entry: header.e_entry(endian), segments })
    }

    fn loaded(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|s| s.kind == PT_LOAD)
    }

    /// The first address behind everything that is loaded.
    pub fn end(&self) -> u64 {
        self.loaded().map(Segment::end).max().unwrap_or(0)
    }

    /// Where the slot lies: segment and offset in it. It must be there once.
    fn slots(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (i, segment) in self.segments.iter().enumerate().filter(|(_, s)| s.kind == PT_LOAD) {
            let places = segment.data.windows(slot::SIZE).enumerate();
            found.extend(places.filter(|(_, w)| w.starts_with(&slot::MAGIC)).map(|(at, _)| (i, at)));
        }
        found
    }

    /// The archive that was put in, if one was.
    pub fn archive(&self) -> Option<&[u8]> {
        let slot = self
            .slots()
            .into_iter()
            .find_map(|(i, at)| Slot::decode(self.segments[i].data.get(at..at + slot::SIZE)?.try_into().ok()?))?;
        let segment = self.loaded().find(|s| s.address == slot.address)?;
        segment.data.get(..usize::try_from(slot.length).ok()?)
    }

    /// Puts an archive in.
    /// # Errors
    /// When the kernel has no slot for it.
    pub fn with_archive(mut self, archive: Vec<u8>) -> Result<Image> {
        let empty: Vec<_> = self
            .slots()
            .into_iter()
            .filter(|&(i, at)| self.segments[i].data[at..at + slot::SIZE] == Slot::EMPTY.encode())
            .collect();
        let [(segment, at)] = empty[..] else {
            let cause = format!("the kernel has {} slots for an archive instead of one", empty.len());
            return Err(Error::new(cause, "build Joist again"));
        };
        let address = self.end().next_multiple_of(PAGE);
        let slot = Slot { address, length: archive.len() as u64 };
        self.segments[segment].data[at..at + slot::SIZE].copy_from_slice(&slot.encode());
        self.segments.push(Segment {
            kind: PT_LOAD,
            flags: elf::PF_R,
            address,
            memory: archive.len() as u64,
            align: PAGE,
            data: archive,
        });
        Ok(self)
    }

    /// The ELF's bytes.
    /// # Errors
    /// When it would be too large for the format.
    pub fn write(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut writer = Writer::new(Endianness::Little, true, &mut out);
        writer.reserve_file_header();
        writer.reserve_program_headers(self.segments.len() as u32);
        // Loaded segments first; a note's bytes lie inside one of them.
        let mut offsets = vec![0; self.segments.len()];
        for (i, s) in self.segments.iter().enumerate().filter(|(_, s)| s.kind == PT_LOAD) {
            let at = (writer.reserved_len() as u64).next_multiple_of(PAGE) + s.address % PAGE;
            writer.reserve_until(at as usize);
            offsets[i] = at;
            writer.reserve(s.data.len(), 1);
        }
        for (i, s) in self.segments.iter().enumerate().filter(|(_, s)| s.kind != PT_LOAD) {
            let inside =
                self.segments.iter().position(|l| l.kind == PT_LOAD && (l.address..l.end()).contains(&s.address));
            offsets[i] = inside.map_or(0, |l| offsets[l] + (s.address - self.segments[l].address));
        }
        let failed = |e: object::write::Error| Error::new(format!("the image can't be written: {e}"), "");
        let header = Header {
            os_abi: 0,
            abi_version: 0,
            e_type: elf::ET_EXEC,
            e_machine: elf::EM_X86_64,
            e_entry: self.entry,
            e_flags: 0,
        };
        writer.write_file_header(&header).map_err(failed)?;
        writer.write_align_program_headers();
        for (s, &offset) in self.segments.iter().zip(&offsets) {
            writer.write_program_header(&ProgramHeader {
                p_type: s.kind,
                p_flags: s.flags,
                p_offset: offset,
                p_vaddr: s.address,
                p_paddr: s.address,
                p_filesz: s.data.len() as u64,
                p_memsz: s.memory,
                p_align: s.align,
            });
        }
        for (s, &offset) in self.segments.iter().zip(&offsets).filter(|(s, _)| s.kind == PT_LOAD) {
            writer.pad_until(offset as usize);
            writer.write(&s.data);
        }
        Ok(out)
    }
}
