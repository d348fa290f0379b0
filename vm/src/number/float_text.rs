//! Floats as text and back: `float_to_list/1,2` and `list_to_float/1`. Read beside it: `sys_double_to_chars_fast` in
//! `erts/emulator/sys/common/erl_sys_common_misc.c`, `to_chars` in `erts/emulator/ryu/d2s.c`.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Write;

/// Room that stock Erlang has for a float's text; what does not fit is `badarg`.
const ROOM: usize = 256;

/// Mantissa with so many decimals, and an exponent of at least two digits and a sign: C's `%.*e`.
/// None when the text is too long.
#[must_use]
pub fn scientific(f: f64, decimals: usize) -> Option<String> {
    if decimals >= ROOM {
        return None;
    }
    let text = format!("{f:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |e| ('-', e));
    let out = format!("{mantissa}e{sign}{exponent:0>2}");
    (out.len() < ROOM).then_some(out)
}

/// `float_to_list/1`: twenty decimals.
#[must_use]
pub fn default(f: f64) -> String {
    scientific(f, 20).unwrap_or_default()
}

fn round_half_away(x: f64) -> u64 {
    // Below 2^64 and not negative, so both conversions are exact but for the fraction.
    let whole = x as u64;
    whole + u64::from(x - whole as f64 >= 0.5)
}

fn drop_zeros(text: &mut String) {
    let kept = text.trim_end_matches('0').len();
    text.truncate(kept);
    if text.ends_with('.') {
        text.push('0');
    }
}

/// A fixed number of decimals; `compact` drops zeros at the end, but the first decimal. None when the text is too
/// long.
#[must_use]
pub fn fixed(f: f64, decimals: usize, compact: bool) -> Option<String> {
    let size = f.abs();
    if size > (1u64 << 53) as f64 || decimals >= 19 {
        if decimals >= ROOM {
            return None;
        }
        let mut text = format!("{f:.decimals$}");
        if text.len() >= ROOM {
            return None;
        }
        if compact {
            drop_zeros(&mut text);
        }
        return Some(text);
    }
    let mut text = String::new();
    if f.is_sign_negative() {
        text.push('-');
    }
    if decimals == 0 {
        text += &round_half_away(size).to_string();
        return Some(text);
    }
    let mut whole = size as u64;
    let power = 10u64.pow(decimals as u32);
    let mut part = round_half_away((size - whole as f64) * power as f64);
    if part >= power {
        whole += 1;
        part = 0;
    }
    let _ = write!(text, "{whole}.{part:0decimals$}");
    if compact {
        drop_zeros(&mut text);
    }
    Some(text)
}

/// The shortest text that reads back as the same float: plain or with an exponent, whichever is shorter.
#[must_use]
pub fn short(f: f64) -> String {
    if f == 0.0 {
        return if f.is_sign_negative() { "-0.0" } else { "0.0" }.to_string();
    }
    // Among the shortest texts Ryu's choice is stock Erlang's, ties included.
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(f.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let part = part.trim_end_matches('0');
    let mut digits = format!("{whole}{part}");
    // value = digits * 10^e
    let mut e = exponent.parse::<i32>().unwrap_or(0) - part.len() as i32;
    let kept = digits.trim_end_matches('0').len();
    e += (digits.len() - kept) as i32;
    digits.truncate(kept);
    let digits = digits.trim_start_matches('0');
    let n = digits.len() as i32;
    let scale = e + n - 1;
    let (lower, upper) = match () {
        () if n == 1 => (-4, 2),
        () if scale >= 10 => (-(n + 2), 2),
        () => (-(n + 2), 1),
    };
    let value: u64 = digits.parse().unwrap_or(u64::MAX);
    // Whole numbers beyond 2^53 are not exact: they get an exponent.
    let inexact =
        (value >= 1 << 53 && e == 0) || (value > (1 << 52) / 5 && e == 1) || (value > (1 << 51) / 25 && e == 2);
    let mut out = String::new();
    if f < 0.0 {
        out.push('-');
    }
    if (lower..=upper).contains(&e) && !inexact {
        let whole = n + e;
        let _ = match () {
            () if e >= 0 => write!(out, "{digits}{:0<1$}.0", "", e as usize),
            () if whole > 0 => write!(out, "{}.{}", &digits[..whole as usize], &digits[whole as usize..]),
            () => write!(out, "0.{:0<1$}{digits}", "", -whole as usize),
        };
        return out;
    }
    let (first, rest) = digits.split_at(1);
    let _ = write!(out, "{first}.{}e{scale}", if rest.is_empty() { "0" } else { rest });
    out
}

/// Reads a float as `list_to_float/1` does: sign, digits, a point (or comma), digits, and an exponent if there is one.
/// None when the text is no such float, or out of range.
#[must_use]
pub fn parse(text: &[u8]) -> Option<f64> {
    let digits = |at: usize| text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let n = digits(at);
    at += n;
    let point = at;
    if n == 0 || !matches!(text.get(at), Some(b'.' | b',')) {
        return None;
    }
    at += 1;
    let n = digits(at);
    if n == 0 {
        return None;
    }
    at += n;
    if matches!(text.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let n = digits(at);
        if n == 0 {
            return None;
        }
        at += n;
    }
    if at != text.len() {
        return None;
    }
    let mut text = text.to_vec();
    text[point] = b'.';
    let value: f64 = core::str::from_utf8(&text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_stock_prints() {
        assert_eq!(default(1.0), "1.00000000000000000000e+00");
        assert_eq!(default(-1.5e-300), "-1.50000000000000012048e-300");
        assert_eq!(scientific(12345.678, 3).as_deref(), Some("1.235e+04"));
        assert_eq!(fixed(7.12, 2, false).as_deref(), Some("7.12"));
        assert_eq!(fixed(7.1, 5, true).as_deref(), Some("7.1"));
        assert_eq!(fixed(-0.0, 2, true).as_deref(), Some("-0.0"));
        for (f, text) in [
            (1.0, "1.0"),
            (100.0, "100.0"),
            (1000.0, "1.0e3"),
            (0.0001, "0.0001"),
            (0.00001, "1.0e-5"),
            (1234e1, "12340.0"),
            (1_234_567_890.0, "1234567890.0"),
            (9_007_199_254_740_992.0, "9.007199254740992e15"),
            (1.7976931348623157e308, "1.7976931348623157e308"),
            (5e-324, "5.0e-324"),
            (-17.29, "-17.29"),
        ] {
            assert_eq!(short(f), text);
        }
        assert_eq!(parse(b"1,5e3"), Some(1500.0));
        assert_eq!(parse(b"1e3"), None);
        assert_eq!(parse(b"1.0e400"), None);
        assert_eq!(parse(b"+1.0"), Some(1.0));
    }
}
