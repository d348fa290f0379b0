//! Reading bytes with every size checked first, and the terms that hold no others.

use alloc::string::String;

use super::DecodeError;
use super::tags::*;
use crate::number::{Buf, finish, float_text};
use crate::term::{Alloc, Term, build};

/// Bytes and a place in them.
#[derive(Clone, Copy)]
pub struct Cursor<'b> {
    pub bytes: &'b [u8],
    pub at: usize,
}

impl<'b> Cursor<'b> {
    pub const fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    #[inline]
    pub fn take(&mut self, n: usize) -> Result<&'b [u8], DecodeError> {
        let end = self.at.checked_add(n).ok_or(DecodeError::Badarg)?;
        let part = self.bytes.get(self.at..end).ok_or(DecodeError::Badarg)?;
        self.at = end;
        Ok(part)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take(N)?.try_into().map_err(|_| DecodeError::Badarg)
    }

    #[inline(always)]
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        let byte = self.bytes.get(self.at).copied().ok_or(DecodeError::Badarg)?;
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    #[inline]
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_be_bytes)
    }

    #[inline]
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_be_bytes)
    }

    /// A number of things of which each takes at least `least` bytes: never more than there can be.
    pub fn count(&mut self, least: usize) -> Result<usize, DecodeError> {
        let n = self.u32()? as usize;
        if n > self.left() / least { Err(DecodeError::Badarg) } else { Ok(n) }
    }
}

fn float<A: Alloc + ?Sized>(a: &mut A, value: f64) -> Result<Term, DecodeError> {
    if value.is_finite() { Ok(build::float(a, value)) } else { Err(DecodeError::Badarg) }
}

/// The scalar behind its tag, or none if the tag is no scalar's. Atoms and identifiers are not among these.
pub fn read<A: Alloc + ?Sized>(a: &mut A, tag: u8, c: &mut Cursor<'_>) -> Result<Option<Term>, DecodeError> {
    Ok(Some(match tag {
        SMALL_INTEGER_EXT => Term::small(i64::from(c.u8()?)),
        INTEGER_EXT => Term::small(i64::from(c.u32()? as i32)),
        SMALL_BIG_EXT => {
            let n = usize::from(c.u8()?);
            big(a, n, c)?
        }
        LARGE_BIG_EXT => {
            let n = c.u32()? as usize;
            big(a, n, c)?
        }
        NEW_FLOAT_EXT => float(a, f64::from_bits(c.u64()?))?,
        FLOAT_EXT => {
            let text = c.take(31)?;
            let n = text.iter().position(|b| *b == 0).unwrap_or(31);
            float(a, float_text::parse(&text[..n]).ok_or(DecodeError::Badarg)?)?
        }
        NIL_EXT => Term::NIL,
        STRING_EXT => {
            let n = usize::from(c.u16()?);
            build::string(a, c.take(n)?)
        }
        BINARY_EXT => {
            let n = c.u32()? as usize;
            build::binary(a, c.take(n)?)
        }
        BIT_BINARY_EXT => {
            let n = c.u32()? as usize;
            let odd = usize::from(c.u8()?);
            if (odd == 0) != (n == 0) || odd > 8 {
                return Err(DecodeError::Badarg);
            }
            let bytes = c.take(n)?;
            build::bitstring(a, bytes, (n * 8).saturating_sub(8 - odd) * usize::from(n != 0))
        }
        _ => return Ok(None),
    }))
}

fn big<A: Alloc + ?Sized>(a: &mut A, n: usize, c: &mut Cursor<'_>) -> Result<Term, DecodeError> {
    let negative = c.u8()? != 0;
    let bytes = c.take(n)?;
    let limbs: Buf = bytes
        .chunks(8)
        .map(|part| {
            let mut limb = [0; 8];
            limb[..part.len()].copy_from_slice(part);
            u64::from_le_bytes(limb)
        })
        .collect();
    // What is too large is no term, as in stock Erlang.
    finish(a, negative, &limbs).map_err(|_| DecodeError::Badarg)
}

/// Latin-1 bytes as a string.
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}
