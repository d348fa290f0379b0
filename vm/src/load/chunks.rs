//! The tables beside the code: atoms, imports, exports, funs, literals, lines, types.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::operand::Reader;
use super::{BeamFile, LoadError};
use crate::atom::{Atom, MAX_CHARACTERS};
use crate::term::Term;

/// A big-endian reader for tables.
pub(crate) struct Table<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Table<'a> {
    pub(crate) const fn new(rest: &'a [u8], what: &'static str) -> Table<'a> {
        Table { rest, what }
    }

    fn short(&self) -> LoadError {
        LoadError::new(alloc::format!("{} chunk too short", self.what))
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn u32(&mut self) -> Result<u32, LoadError> {
        let (b, rest) = self.rest.split_first_chunk::<4>().ok_or_else(|| self.short())?;
        self.rest = rest;
        Ok(u32::from_be_bytes(*b))
    }

    pub(crate) fn bytes(&mut self, n: usize) -> Result<&'a [u8], LoadError> {
        let (b, rest) = self.rest.split_at_checked(n).ok_or_else(|| self.short())?;
        self.rest = rest;
        Ok(b)
    }

    /// A count of entries that take at least `each` bytes.
    pub(crate) fn count(&mut self, each: usize) -> Result<usize, LoadError> {
        let n = self.u32()? as usize;
        if n.checked_mul(each).is_none_or(|bytes| bytes > self.rest.len()) {
            return Err(self.short());
        }
        Ok(n)
    }
}

/// The atom table (`AtU8`, before that `Atom`); since OTP 28 counts are negative and lengths compact.
pub(crate) fn atoms(file: &BeamFile<'_>) -> Result<Vec<Atom>, LoadError> {
    let (chunk, utf8) = match (file.chunk(b"AtU8"), file.chunk(b"Atom")) {
        (Some(c), _) => (c, true),
        (None, Some(c)) => (c, false),
        (None, None) => return Err(LoadError::new("mandatory chunk of type 'AtU8' not found")),
    };
    let mut t = Table::new(chunk, "atom");
    let n = t.u32()?.cast_signed();
    let compact = n < 0;
    let count = n.unsigned_abs() as usize;
    if count > t.rest.len() {
        return Err(t.short());
    }
    let mut atoms = Vec::with_capacity(count);
    for _ in 0..count {
        let len = if compact {
            let mut r = Reader::new(t.rest);
            let (_, len) = r.number()?;
            t.bytes(r.position())?;
            usize::try_from(len).map_err(|_| LoadError::new("bad atom length"))?
        } else {
            usize::from(t.bytes(1)?[0])
        };
        let bytes = t.bytes(len)?;
        let text: Cow<'_, str> = if utf8 {
            Cow::Borrowed(core::str::from_utf8(bytes).map_err(|_| LoadError::new("atom is not UTF-8"))?)
        } else {
            Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect::<String>())
        };
        if text.chars().count() > MAX_CHARACTERS {
            return Err(LoadError::new("atom too long"));
        }
        atoms.push(Atom::try_new(&text).map_err(|_| LoadError::new("atom table full"))?);
    }
    if atoms.is_empty() { Err(LoadError::new("no module name")) } else { Ok(atoms) }
}

/// Three numbers per entry: imports (module, function, arity), exports and locals (function, arity, label).
pub(crate) fn triples(chunk: Option<&[u8]>, what: &'static str) -> Result<Vec<[u32; 3]>, LoadError> {
    let Some(chunk) = chunk else { return Ok(Vec::new()) };
    let mut t = Table::new(chunk, what);
    let n = t.count(12)?;
    (0..n).map(|_| Ok([t.u32()?, t.u32()?, t.u32()?])).collect()
}

/// An entry of the fun table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lambda {
    /// Free variables included.
    pub arity: u32,
    pub label: u32,
    pub index: u32,
    pub free: u32,
    pub old_uniq: u32,
}

pub(crate) fn lambdas(chunk: Option<&[u8]>, atoms: &[Atom]) -> Result<Vec<Lambda>, LoadError> {
    let Some(chunk) = chunk else { return Ok(Vec::new()) };
    let mut t = Table::new(chunk, "fun");
    let n = t.count(24)?;
    (0..n)
        .map(|_| {
            atom(atoms, t.u32()?)?;
            let l = Lambda { arity: t.u32()?, label: t.u32()?, index: t.u32()?, free: t.u32()?, old_uniq: t.u32()? };
            if l.arity > 255 || l.free > l.arity { Err(LoadError::new("bad fun entry")) } else { Ok(l) }
        })
        .collect()
}

/// The atom with this number in the module's table (1 is the module's name).
pub(crate) fn atom(atoms: &[Atom], number: u32) -> Result<Atom, LoadError> {
    let i = (number as usize).checked_sub(1);
    i.and_then(|i| atoms.get(i)).copied().ok_or_else(|| LoadError::new("bad atom index"))
}

/// What `decode` makes of each literal's external format: `LitT` is compressed up to OTP 27, plain (size 0) since 28.
pub(crate) fn literals(
    chunk: Option<&[u8]>,
    mut decode: impl FnMut(&[u8]) -> Result<Term, LoadError>,
) -> Result<Vec<Term>, LoadError> {
    let Some(chunk) = chunk else { return Ok(Vec::new()) };
    let mut t = Table::new(chunk, "literal");
    let size = t.u32()? as usize;
    let data: Cow<'_, [u8]> = if size == 0 {
        Cow::Borrowed(t.rest)
    } else {
        // A deflated byte stands for at most 1032.
        if size / 1100 > t.rest.len() {
            return Err(LoadError::new("bad size of literals"));
        }
        let data = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(t.rest, size)
            .map_err(|_| LoadError::new("literals can't be uncompressed"))?;
        Cow::Owned(data)
    };
    let mut t = Table::new(&data, "literal");
    let n = t.count(4)?;
    (0..n)
        .map(|_| {
            let len = t.u32()? as usize;
            decode(t.bytes(len)?)
        })
        .collect()
}

/// The line table: for each line number of the code its (file, line), and the files' names.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub items: Vec<(u32, u32)>,
    pub files: Vec<String>,
}

pub(crate) fn lines(chunk: Option<&[u8]>) -> Result<Lines, LoadError> {
    let mut lines = Lines { items: alloc::vec![(0, 0)], files: Vec::new() };
    let Some(chunk) = chunk else { return Ok(lines) };
    let mut t = Table::new(chunk, "line");
    let (version, _flags, _instructions) = (t.u32()?, t.u32()?, t.u32()?);
    if version != 0 {
        return Ok(lines);
    }
    let (items, files) = (t.u32()? as usize, t.u32()? as usize);
    if items > t.rest.len() || files > t.rest.len() {
        return Err(t.short());
    }
    let mut r = Reader::new(t.rest);
    let mut file = 0;
    while lines.items.len() <= items {
        match r.number()? {
            (2, n) => file = u32::try_from(n).map_err(|_| LoadError::new("bad file index"))?,
            (1, n) => lines.items.push((file, u32::try_from(n).unwrap_or(0))),
            _ => return Err(LoadError::new("bad line table")),
        }
    }
    let at = r.position();
    let mut names = &t.rest[at..];
    for _ in 0..files {
        let (len, rest) = names.split_first_chunk::<2>().ok_or_else(|| t.short())?;
        let (name, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len))).ok_or_else(|| t.short())?;
        lines.files.push(String::from_utf8_lossy(name).into_owned());
        names = rest;
    }
    Ok(lines)
}

/// How many types the `Type` chunk describes; 0 if there is none (or one of a version that isn't known).
pub(crate) fn types(chunk: Option<&[u8]>) -> usize {
    match chunk {
        Some(c) if c.len() >= 8 => u32::from_be_bytes([c[4], c[5], c[6], c[7]]) as usize,
        _ => 0,
    }
}
