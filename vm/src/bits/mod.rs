//! Bits: copying and comparing windows at any offset, integers, floats and Unicode of the bit syntax. Read beside it:
//! `erts/emulator/beam/erl_bits.c`.
//!
//! The first bit of a byte is its highest. What writes takes a raw destination, since binaries under construction have
//! no term yet.

mod compare;
mod copy;
mod float;
mod integer;
mod utf;

pub use copy::{copy_bits, write_word};
pub use float::{extract_float, write_float};
pub use integer::{extract_integer, write_integer};
pub use utf::{Utf, get_utf8, get_utf16, get_utf32, put_utf8, put_utf16, put_utf32, valid_code_point};

#[cfg(test)]
mod tests;
