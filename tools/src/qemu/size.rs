//! Sizes of memory as people write them.

use std::fmt;
use std::str::FromStr;

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    /// `128M`, `1G`, `65536K`; a bare number is in MiB, as QEMU has it.
    fn from_str(text: &str) -> Result<Size, String> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
            "K" | "KB" | "KIB" => 10,
            "" | "M" | "MB" | "MIB" => 20,
            "G" | "GB" | "GIB" => 30,
            _ => return Err("write a size such as 128M or 1G".into()),
        };
        let number: u64 = digits.parse().map_err(|_| "write a size such as 128M or 1G".to_owned())?;
        number
            .checked_mul(1 << shift)
            .filter(|n| (1 << 20..1 << 46).contains(n))
            .map(Size)
            .ok_or_else(|| "it must be from 1M to 64T".into())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1 << 20) { write!(f, "{}M", self.0 >> 20) } else { write!(f, "{}K", self.0 >> 10) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in
            [("128M", 128 << 20), ("128", 128 << 20), ("1g", 1 << 30), ("65536K", 64 << 20), ("64MiB", 64 << 20)]
        {
            assert_eq!(text.parse(), Ok(Size(bytes)));
        }
        for text in ["", "M", "12X", "-1", "0", "1K", "99999999999G"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
        assert_eq!(Size(3 << 19).to_string(), "1536K");
    }
}
