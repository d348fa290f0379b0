//! The kernel's ELF, finished: only what is loaded and the note, with what backtraces need (or another appended part) as one
//! more segment behind the image's end, its place entered in the kernel's slot for it (`kernel/src/image.rs`).

use object::LittleEndian;
use object::elf::{FileHeader64, PF_R, PT_LOAD};
use object::read::elf::{FileHeader, ProgramHeader};

const PAGE: usize = 4096;
const HEADER: usize = 64;
const SEGMENT: usize = 56;
/// The slot of what backtraces need.
pub const REPORT: &[u8; 16] = b"JOIST-REPORT--01";

struct Segment {
    kind: u32,
    flags: u32,
    address: u64,
    memory: u64,
    data: Vec<u8>,
}

/// Strips a kernel and appends the part that belongs to a slot; `replaced`: instead of the segment at this address.
pub fn append(elf: &[u8], slot: &[u8; 16], part: Vec<u8>, replaced: Option<u64>) -> Result<Vec<u8>, String> {
    let (entry, mut segments) = parse(elf).map_err(|e| format!("the kernel: {e}"))?;
    segments.retain(|s| s.kind != PT_LOAD || Some(s.address) != replaced);
    let end = segments.iter().filter(|s| s.kind == PT_LOAD).map(|s| s.address + s.memory).max().unwrap_or(0);
    let address = end.next_multiple_of(PAGE as u64);
    enter(&mut segments, slot, address, part.len() as u64)?;
    segments.push(Segment { kind: PT_LOAD, flags: PF_R, address, memory: part.len() as u64, data: part });
    Ok(write(entry, &segments))
}

fn parse(elf: &[u8]) -> Result<(u64, Vec<Segment>), object::Error> {
    let header = FileHeader64::<LittleEndian>::parse(elf)?;
    let endian = header.endian()?;
    let mut segments = Vec::new();
    for segment in header.program_headers(endian, elf)? {
        segments.push(Segment {
            kind: segment.p_type(endian),
            flags: segment.p_flags(endian),
            address: segment.p_paddr(endian),
            memory: segment.p_memsz(endian),
            data: segment.data(endian, elf).unwrap_or_default().to_vec(),
        });
    }
    Ok((header.e_entry(endian), segments))
}

/// Writes the part's place into its slot.
fn enter(segments: &mut [Segment], slot: &[u8; 16], address: u64, length: u64) -> Result<(), String> {
    let mut places = Vec::new();
    for (i, segment) in segments.iter().enumerate().filter(|(_, s)| s.kind == PT_LOAD) {
        let found = segment.data.windows(slot.len()).enumerate().filter(|(_, w)| w == slot);
        places.extend(found.map(|(at, _)| (i, at)));
    }
    let [(segment, at)] = places[..] else {
        return Err(format!("the kernel has {} slots {} instead of one", places.len(), slot.escape_ascii()));
    };
    let slot = &mut segments[segment].data[at + 16..at + 32];
    slot[..8].copy_from_slice(&address.to_le_bytes());
    slot[8..].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// An ELF with nothing but segments. A note lies inside a loaded segment and gets its place there.
fn write(entry: u64, segments: &[Segment]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for half in [2u16, 62] {
        out.extend_from_slice(&half.to_le_bytes()); // an executable, x86-64
    }
    out.extend_from_slice(&1u32.to_le_bytes());
    for word in [entry, HEADER as u64, 0] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.extend_from_slice(&0u32.to_le_bytes());
    for half in [HEADER, SEGMENT, segments.len(), 64, 0, 0] {
        out.extend_from_slice(&(half as u16).to_le_bytes());
    }
    // A page for the headers leaves room for those that the packer adds.
    let mut offset = PAGE as u64;
    let mut offsets = Vec::new();
    for segment in segments.iter().filter(|s| s.kind == PT_LOAD) {
        offsets.push((segment, offset));
        offset = (offset + segment.data.len() as u64).next_multiple_of(PAGE as u64);
    }
    let place = |s: &Segment| {
        let holder = offsets.iter().find(|(l, _)| s.address >= l.address && s.address < l.address + l.memory);
        holder.map_or(0, |(l, at)| at + s.address - l.address)
    };
    for segment in segments {
        let align = if segment.kind == PT_LOAD { PAGE as u64 } else { 4 };
        out.extend_from_slice(&segment.kind.to_le_bytes());
        out.extend_from_slice(&segment.flags.to_le_bytes());
        let size = segment.data.len() as u64;
        for word in [place(segment), segment.address, segment.address, size, segment.memory, align] {
            out.extend_from_slice(&word.to_le_bytes());
        }
    }
    for (segment, at) in offsets {
        out.resize(at as usize, 0);
        out.extend_from_slice(&segment.data);
    }
    out
}
