//! UTF-8 byte by byte, with stock Erlang's view of what is only incomplete.

/// What bytes are as UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Validity {
    Valid,
    /// Good up to this byte.
    Invalid(usize),
    /// Good up to this byte, from which on there is the beginning of a character.
    Incomplete(usize),
}

/// How many bytes a character takes that begins with this one; 0 when none does.
#[must_use]
pub const fn length(first: u8) -> usize {
    match first {
        0..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 0,
    }
}

/// Can these bytes, too few for their first one's length, still become a character?
#[must_use]
pub const fn may_go_on(bytes: &[u8]) -> bool {
    let mut i = 1;
    while i < bytes.len() {
        if bytes[i] & 0xc0 != 0x80 {
            return false;
        }
        i += 1;
    }
    true
}

/// Checks bytes. A character that is cut off at the end counts as incomplete, whatever its bytes are.
#[must_use]
pub fn validate(bytes: &[u8]) -> Validity {
    let Err(e) = core::str::from_utf8(bytes) else { return Validity::Valid };
    let at = e.valid_up_to();
    let n = length(bytes[at]);
    if n > bytes.len() - at { Validity::Incomplete(at) } else { Validity::Invalid(at) }
}

/// Are all bytes ASCII?
#[must_use]
pub const fn is_7bit(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}
