//! Unicode: validating UTF-8, and the conversions behind `unicode:characters_to_binary/2` and
//! `unicode:characters_to_list/2` for `latin1` and `utf8`. (The other encodings are converted by stock Erlang code, with
//! the bit syntax: see [`crate::bits`].) Read beside it: `erts/emulator/beam/erl_unicode.c`.

mod convert;
mod utf8;

pub use convert::{Conversion, End, answer, characters_to_binary, characters_to_list, is_character_data};
pub use utf8::{Validity, is_7bit, validate};
