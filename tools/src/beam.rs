//! The little that the packer must know about `.beam` files: that they are whole, the module's name, and what it
//! imports. Read beside it: OTP's `lib/stdlib/src/beam_lib.erl` and the "BEAM file format" notes in erts' internal
//! documentation. What the VM checks before it runs a module is the loader's own matter.

/// A view of a `.beam` whose chunks are whole.
pub struct Beam<'a> {
    bytes: &'a [u8],
    atoms: Vec<&'a str>,
}

/// Why bytes are no `.beam`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeamError {
    /// No `FOR1…BEAM` header.
    Header,
    /// A chunk or the file ends early.
    Truncated,
    /// There is no table of atoms, or a malformed one.
    Atoms,
    /// There is no code.
    NoCode,
}

impl std::fmt::Display for BeamError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            BeamError::Header => "it is no .beam file",
            BeamError::Truncated => "it is cut off",
            BeamError::Atoms => "its table of atoms is malformed",
            BeamError::NoCode => "it has no code",
        })
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

impl<'a> Beam<'a> {
    /// Checks the file's frame.
    pub fn new_checked(bytes: &'a [u8]) -> Result<Beam<'a>, BeamError> {
        if !bytes.starts_with(b"FOR1") || bytes.get(8..12) != Some(b"BEAM") {
            return Err(BeamError::Header);
        }
        let size = word(bytes, 4).ok_or(BeamError::Truncated)? as usize;
        let bytes = bytes.get(..size.saturating_add(8)).ok_or(BeamError::Truncated)?;
        let mut at = 12;
        while at < bytes.len() {
            let length = word(bytes, at + 4).ok_or(BeamError::Truncated)? as usize;
            let end = (at + 8).saturating_add(length);
            if end > bytes.len() {
                return Err(BeamError::Truncated);
            }
            at = end.next_multiple_of(4);
        }
        let mut beam = Beam { bytes, atoms: Vec::new() };
        beam.atoms = beam.read_atoms().ok_or(BeamError::Atoms)?;
        if beam.chunk(b"Code").is_none() {
            return Err(BeamError::NoCode);
        }
        Ok(beam)
    }

    /// The bytes, without what came after them.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    fn chunk(&self, id: &[u8; 4]) -> Option<&'a [u8]> {
        let mut at = 12;
        while let Some(length) = word(self.bytes, at + 4) {
            let body = self.bytes.get(at + 8..at + 8 + length as usize)?;
            if self.bytes.get(at..at + 4) == Some(id) {
                return Some(body);
            }
            at = (at + 8 + length as usize).next_multiple_of(4);
        }
        None
    }

    fn read_atoms(&self) -> Option<Vec<&'a str>> {
        let (chunk, latin1) = match self.chunk(b"AtU8") {
            Some(chunk) => (chunk, false),
            None => (self.chunk(b"Atom")?, true),
        };
        // Since OTP 28 a negative count says that the lengths are compact terms.
        let count = word(chunk, 0)?.cast_signed();
        let mut at = 4;
        let mut atoms = Vec::new();
        for _ in 0..count.unsigned_abs() {
            let first = usize::from(*chunk.get(at)?);
            at += 1;
            let length = match (count < 0, first & 0b1_1000) {
                (false, _) => first,
                (true, 0 | 0b1_0000) => first >> 4,
                (true, 0b0_1000) => {
                    at += 1;
                    ((first & 0b1110_0000) << 3) | usize::from(*chunk.get(at - 1)?)
                }
                (true, _) => return None,
            };
            let text = chunk.get(at..at + length)?;
            // Latin-1 names beyond ASCII are of no interest here; they keep their place.
            let name = std::str::from_utf8(text).ok();
            atoms.push(if latin1 { name.unwrap_or("?") } else { name? });
            at += length;
        }
        (!atoms.is_empty()).then_some(atoms)
    }

    /// The module's name.
    pub fn module(&self) -> &'a str {
        self.atoms.first().copied().unwrap_or_default()
    }

    /// The functions of other modules that it calls by name: module, name, arity.
    pub fn imports(&self) -> impl Iterator<Item = (&'a str, &'a str, u32)> + '_ {
        let chunk = self.chunk(b"ImpT").unwrap_or_default();
        let atom = |index: u32| (index as usize).checked_sub(1).and_then(|i| self.atoms.get(i)).copied();
        chunk
            .get(4..)
            .unwrap_or_default()
            .chunks_exact(12)
            .filter_map(move |entry| Some((atom(word(entry, 0)?)?, atom(word(entry, 4)?)?, word(entry, 8)?)))
    }

    pub fn calls(&self, module: &str, name: &str) -> bool {
        self.imports().any(|(m, n, _)| m == module && n == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = id.to_vec();
        out.extend((body.len() as u32).to_be_bytes());
        out.extend(body);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        let body = chunks.concat();
        let mut out = b"FOR1".to_vec();
        out.extend((body.len() as u32 + 4).to_be_bytes());
        out.extend(b"BEAM");
        out.extend(body);
        out
    }

    #[test]
    fn both_forms_of_atoms() {
        let code = chunk(b"Code", b"x");
        let old = file(&[chunk(b"AtU8", b"\0\0\0\x02\x01m\x03erl"), code.clone()]);
        assert_eq!(Beam::new_checked(&old).map(|b| b.module()), Ok("m"));
        let new = file(&[chunk(b"AtU8", b"\xff\xff\xff\xfe\x10m\x30erl"), code.clone()]);
        assert_eq!(Beam::new_checked(&new).map(|b| b.module()), Ok("m"));
        let long = [&b"\xff\xff\xff\xff\x08\x11"[..], &[b'a'; 17]].concat();
        assert_eq!(Beam::new_checked(&file(&[chunk(b"AtU8", &long), code])).map(|b| b.module().len()), Ok(17));
    }

    #[test]
    fn damaged_ones() {
        let good = file(&[chunk(b"AtU8", b"\0\0\0\x01\x01m"), chunk(b"Code", b"x")]);
        for cut in 0..good.len() {
            assert!(Beam::new_checked(&good[..cut]).is_err());
        }
        assert_eq!(Beam::new_checked(&file(&[chunk(b"AtU8", b"\0\0\0\x01\x01m")])).err(), Some(BeamError::NoCode));
        assert_eq!(Beam::new_checked(&file(&[chunk(b"AtU8", b"\0\0\0\x09\x01m")])).err(), Some(BeamError::Atoms));
        for i in 0..good.len() {
            let mut bad = good.clone();
            bad[i] ^= 0xff;
            let _ = Beam::new_checked(&bad).map(|b| b.imports().count());
        }
    }
}
