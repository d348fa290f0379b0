//! Atoms in the external term format.

use alloc::borrow::Cow;

use super::out::Out;
use super::scalars::{Cursor, latin1};
use super::tags::*;
use super::{DecodeError, EncodeOptions};
use crate::atom::{self, Atom, MAX_CHARACTERS};

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

/// Atoms that were read lately: most come again and again.
pub struct Recent([Atom; 16]);

impl Recent {
    pub const fn new() -> Recent {
        Recent([atom::OK; 16])
    }

    /// As [`read`], for a tag that is an atom's.
    #[inline]
    pub fn read(&mut self, tag: u8, c: &mut Cursor<'_>, safe: bool) -> Result<Atom, DecodeError> {
        let mut ahead = *c;
        let n = match tag {
            ATOM_EXT | ATOM_UTF8_EXT => usize::from(ahead.u16()?),
            _ => usize::from(ahead.u8()?),
        };
        let bytes = ahead.take(n)?;
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
            return read(tag, c, safe)?.ok_or(DecodeError::Badarg);
        };
        let place = &mut self.0[(n ^ usize::from(*first) ^ usize::from(*last) << 1) & 15];
        // In ASCII all tags mean the same.
        if place.text().as_bytes() == bytes && bytes.is_ascii() {
            *c = ahead;
            return Ok(*place);
        }
        *place = read(tag, c, safe)?.ok_or(DecodeError::Badarg)?;
        Ok(*place)
    }
}

/// An atom where nothing else may be.
pub fn expect(c: &mut Cursor<'_>, safe: bool) -> Result<Atom, DecodeError> {
    let tag = c.u8()?;
    read(tag, c, safe)?.ok_or(DecodeError::Badarg)
}

/// Writes an atom.
#[inline]
pub fn write(atom: Atom, options: &EncodeOptions, out: &mut impl Out) {
    let text = atom.text();
    if !options.utf8_atoms && text.is_ascii() {
        let [a, b] = (text.len() as u16).to_be_bytes();
        out.put(&[ATOM_EXT, a, b]);
        return out.put(text.as_bytes());
    }
    if !options.utf8_atoms && text.chars().all(|c| u32::from(c) < 256) {
        let [a, b] = (text.chars().count() as u16).to_be_bytes();
        out.put(&[ATOM_EXT, a, b]);
        return text.chars().for_each(|c| out.put(&[c as u8]));
    }
    match u8::try_from(text.len()) {
        Ok(n) => out.put(&[SMALL_ATOM_UTF8_EXT, n]),
        Err(_) => {
            let [a, b] = (text.len() as u16).to_be_bytes();
            out.put(&[ATOM_UTF8_EXT, a, b]);
        }
    }
    out.put(text.as_bytes());
}
