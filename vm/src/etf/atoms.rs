//! Atoms in the external term format.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::scalars::{Cursor, latin1};
use super::tags::*;
use super::{DecodeError, EncodeOptions};
use crate::atom::{Atom, MAX_CHARACTERS};

/// The atom behind a tag, or none if the tag is no atom's.
pub fn read(tag: u8, c: &mut Cursor<'_>, safe: bool) -> Result<Option<Atom>, DecodeError> {
    let n = match tag {
        ATOM_EXT | ATOM_UTF8_EXT => usize::from(c.u16()?),
        SMALL_ATOM_EXT | SMALL_ATOM_UTF8_EXT => usize::from(c.u8()?),
        _ => return Ok(None),
    };
    let bytes = c.take(n)?;
    let text = if matches!(tag, ATOM_UTF8_EXT | SMALL_ATOM_UTF8_EXT) {
        Cow::Borrowed(core::str::from_utf8(bytes).map_err(|_| DecodeError::Badarg)?)
    } else {
        Cow::Owned(latin1(bytes))
    };
    if text.chars().count() > MAX_CHARACTERS {
        return Err(DecodeError::Badarg);
    }
    if safe {
        return Atom::existing(&text).map(Some).ok_or(DecodeError::Badarg);
    }
    Atom::try_new(&text).map(Some).map_err(|_| DecodeError::SystemLimit)
}

/// An atom where nothing else may be.
pub fn expect(c: &mut Cursor<'_>, safe: bool) -> Result<Atom, DecodeError> {
    let tag = c.u8()?;
    read(tag, c, safe)?.ok_or(DecodeError::Badarg)
}

/// Writes an atom.
pub fn write(atom: Atom, options: &EncodeOptions, out: &mut Vec<u8>) {
    let text = atom.text();
    let latin1 = !options.utf8_atoms && text.chars().all(|c| u32::from(c) < 256);
    if latin1 {
        let n = text.chars().count();
        out.push(ATOM_EXT);
        out.extend((n as u16).to_be_bytes());
        out.extend(text.chars().map(|c| c as u8));
        return;
    }
    match u8::try_from(text.len()) {
        Ok(n) => out.extend([SMALL_ATOM_UTF8_EXT, n]),
        Err(_) => {
            out.push(ATOM_UTF8_EXT);
            out.extend((text.len() as u16).to_be_bytes());
        }
    }
    out.extend(text.as_bytes());
}
