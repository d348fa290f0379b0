//! Lists of strings, each a u32 length and its bytes, as the boot sections hold them.

/// Takes `n` bytes off the front.
pub(crate) fn take<'a>(bytes: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_at_checked(n)?;
    *bytes = rest;
    Some(head)
}

pub(crate) fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?))
}

pub(crate) fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(take(bytes, 8)?.try_into().ok()?))
}

pub(crate) fn take_string<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = take_u32(bytes)?;
    take(bytes, usize::try_from(len).ok()?)
}

/// A list of byte strings.
#[derive(Debug, Clone)]
pub struct Strings<'a>(&'a [u8]);

impl<'a> Strings<'a> {
    /// A view of bytes that have been checked with [`Strings::check`] (of others it shows what comes before the flaw).
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Are the bytes a whole number of strings? Answers how many.
    pub(crate) fn check(mut bytes: &[u8]) -> Option<usize> {
        let mut n = 0;
        while !bytes.is_empty() {
            take_string(&mut bytes)?;
            n += 1;
        }
        Some(n)
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];
    fn next(&mut self) -> Option<&'a [u8]> {
        take_string(&mut self.0)
    }
}

/// A list of pairs of byte strings.
#[derive(Debug, Clone)]
pub struct Pairs<'a>(Strings<'a>);

impl<'a> Pairs<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(Strings::new(bytes))
    }

    pub(crate) fn check(bytes: &[u8]) -> Option<usize> {
        Strings::check(bytes).filter(|n| n % 2 == 0).map(|n| n / 2)
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);
    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}
