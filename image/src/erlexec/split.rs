//! Splitting a line or an arguments file into arguments. Read beside it: `build_args_from_string` in OTP's
//! `erts/etc/common/erlexec.c`.

use alloc::vec::Vec;

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x0b | 0x0c)
}

/// Splits at white space; quotes of both kinds keep it, a backslash outside quotes takes the next byte as it is, and
/// `#` begins a comment where `comments` are allowed (in a file). A NUL ends the text. Where there was an argument at
/// all, `--` is added, so that flags from different sources don't run into each other.
#[must_use]
pub fn split(text: &[u8], comments: bool, otp: u32) -> Vec<Vec<u8>> {
    let mut rest = text.split(|&b| b == 0).next().unwrap_or_default();
    let mut args = Vec::new();
    loop {
        while rest.first().copied().is_some_and(is_space) {
            rest = &rest[1..];
        }
        match rest.first() {
            None => break,
            Some(b'#') if comments => {
                rest = &rest[rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())..];
            }
            Some(_) => args.push(argument(&mut rest, comments)),
        }
    }
    if !args.is_empty() && (otp <= 25 || !args.iter().any(|a: &Vec<u8>| a == b"-extra")) {
        args.push(b"--".to_vec());
    }
    args
}

/// Takes one argument off the front, up to white space, a comment or the end.
fn argument(rest: &mut &[u8], comments: bool) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'#' if comments => break,
            _ if is_space(byte) => break,
            b'"' | b'\'' => {
                let end = after.iter().position(|&b| b == byte).unwrap_or(after.len());
                out.extend_from_slice(&after[..end]);
                *rest = after.get(end + 1..).unwrap_or_default();
            }
            b'\\' => match after.split_first() {
                Some((&next, after)) => {
                    out.push(next);
                    *rest = after;
                }
                None => *rest = after,
            },
            _ => {
                out.push(byte);
                *rest = after;
            }
        }
    }
    out
}
