//! The checks behind [`Archive::new_checked`]: after them no accessor meets a range that isn't there.

use crate::archive::Archive;
use crate::boot::Preloaded;
use crate::error::Error;
use crate::layout::{ALIGN, HASH, HEADER, MAGIC, NODE, SECTIONS, Section, VERSION, kind, packing};
use crate::strings::{Pairs, Strings, take, take_string, take_u64};

const ALL: [Section; SECTIONS] =
    [Section::Nodes, Section::Hashes, Section::Names, Section::Args, Section::Env, Section::Preloaded, Section::Meta];

/// Magic, version and length; answers the archive's bytes without what comes after them.
pub(crate) fn header(bytes: &[u8]) -> Result<&[u8], Error> {
    if !bytes.starts_with(&MAGIC) {
        return Err(Error::NoArchive);
    }
    let word = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    let version = word(8).ok_or(Error::Truncated)?;
    if version != VERSION {
        return Err(Error::Version(version));
    }
    let length = bytes.get(16..24).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes).ok_or(Error::Truncated)?;
    let length = usize::try_from(length).map_err(|_| Error::Truncated)?;
    if length < HEADER {
        return Err(Error::Truncated);
    }
    bytes.get(..length).ok_or(Error::Truncated)
}

/// Every section lies inside the archive, behind the header; nodes and hashes are as many as the header says.
pub(crate) fn sections(archive: &Archive<'_>) -> Result<(), Error> {
    for section in ALL {
        let (offset, length) = (archive.u64_at(section.entry()), archive.u64_at(section.entry() + 8));
        if offset < HEADER as u64 || archive.try_range(offset, length).is_none() {
            return Err(Error::Section(section as usize));
        }
    }
    let count = (archive.u64_at(8) >> 32) as usize;
    if count == 0 || archive.section(Section::Nodes).len() != count * NODE {
        return Err(Error::Section(Section::Nodes as usize));
    }
    if archive.section(Section::Hashes).len() != count * HASH {
        return Err(Error::Section(Section::Hashes as usize));
    }
    Ok(())
}

/// The nodes are a tree in breadth-first order: the ranges of children tile the nodes behind the root, so that each
/// node has exactly one parent, which comes before it.
pub(crate) fn tree(archive: &Archive<'_>) -> Result<(), Error> {
    let count = archive.len() as u64;
    let mut next = 1; // the first node that no directory has claimed yet
    for index in 0..archive.len() {
        let raw = archive.raw(index as u32);
        let name_end = raw.name_offset as usize + usize::from(raw.name_length);
        let name = archive.section(Section::Names).get(raw.name_offset as usize..name_end);
        let named = name.is_some_and(|n| if index == 0 { n.is_empty() } else { is_name(n) });
        // Claimed by an earlier node, or it would not be reachable from the root.
        if !named || raw.packing > packing::LZ4 || (index != 0 && index as u64 >= next) {
            return Err(Error::Node(index));
        }
        match raw.kind {
            kind::DIRECTORY if raw.packing == packing::NONE => {
                let end = next.checked_add(raw.count).filter(|&end| end <= count).ok_or(Error::Node(index))?;
                if raw.first != next {
                    return Err(Error::Node(index));
                }
                children(archive, index as u32, next, end)?;
                next = end;
            }
            kind::FILE | kind::SYMLINK if index != 0 => {
                let aligned = raw.kind == kind::SYMLINK || raw.first.is_multiple_of(ALIGN as u64);
                let is_there = match raw.packing {
                    packing::NONE => archive.try_range(raw.first, raw.count).is_some(),
                    _ => raw.kind == kind::FILE && archive.packed(&raw).is_some(),
                };
                if !aligned || !is_there {
                    return Err(Error::Node(index));
                }
            }
            _ => return Err(Error::Node(index)),
        }
    }
    if next == count && archive.raw(0).parent == 0 { Ok(()) } else { Err(Error::Tree) }
}

/// The nodes `first..end` name `parent` as theirs, and are sorted by name without doubles.
fn children(archive: &Archive<'_>, parent: u32, first: u64, end: u64) -> Result<(), Error> {
    let mut before: &[u8] = &[];
    for index in first..end {
        let index = u32::try_from(index).map_err(|_| Error::Tree)?;
        let raw = archive.raw(index);
        let name_end = raw.name_offset as usize + usize::from(raw.name_length);
        let name = archive.section(Section::Names).get(raw.name_offset as usize..name_end).unwrap_or_default();
        if raw.parent != parent || name <= before {
            return Err(Error::Node(index as usize));
        }
        before = name;
    }
    Ok(())
}

/// May it be a component of a path?
pub(crate) fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name != b"." && name != b".." && !name.contains(&b'/') && !name.contains(&0)
}

/// The boot sections are whole lists, and the preloaded modules' bytes are there.
pub(crate) fn boot(archive: &Archive<'_>) -> Result<(), Error> {
    let bad = |section: Section| Error::Strings(section as usize);
    Strings::check(archive.section(Section::Args)).ok_or(bad(Section::Args))?;
    Pairs::check(archive.section(Section::Env)).ok_or(bad(Section::Env))?;
    Pairs::check(archive.section(Section::Meta)).ok_or(bad(Section::Meta))?;
    let mut rest = archive.section(Section::Preloaded);
    while !rest.is_empty() {
        preloaded(archive, &mut rest).ok_or(bad(Section::Preloaded))?;
    }
    Ok(())
}

/// Takes the next preloaded module off the list.
pub(crate) fn preloaded<'a>(archive: &Archive<'a>, rest: &mut &'a [u8]) -> Option<Preloaded<'a>> {
    let name = core::str::from_utf8(take_string(rest)?).ok()?;
    let (offset, length) = (take_u64(rest)?, take_u64(rest)?);
    let hash = take(rest, HASH)?.try_into().ok()?;
    Some(Preloaded { name, beam: archive.try_range(offset, length)?, hash })
}
