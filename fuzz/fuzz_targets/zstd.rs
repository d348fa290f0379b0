//! Any bytes, compressed by any parameters, behind any dictionary and in any pieces, are the same when they come back.
#![no_main]

use joist_bif::zstd::probe::{Settings, there_and_back};
use libfuzzer_sys::fuzz_target;

/// Level, parameters, bytes in a piece, how the rest is done, the text, a dictionary.
type Input = (i8, [(u8, u8); 4], u16, u8, Vec<u8>, Vec<u8>);

fuzz_target!(|input: Input| {
    let (level, parameters, piece, how, bytes, dictionary) = input;
    // Bytes that occur again, far away, too.
    let text = match how >> 4 {
        0..8 => bytes,
        n => bytes.repeat(1 << (n - 8)),
    };
    if text.len() > 1 << 20 {
        return;
    }
    // Windows and tables that are large take long to make, and say no more.
    let small = |index: u8, value: u8| (index % 17, i32::from(if index % 17 < 4 { value % 20 } else { value }));
    let mut all = parameters.map(|(index, value)| small(index, value)).to_vec();
    all.insert(0, (0, i32::from(level % 23)));
    let dictionary = if how & 1 == 0 { &[][..] } else { &dictionary };
    let settings = Settings { parameters: &all, dictionary, whole: how & 2 == 0, piece: piece.into() };
    if let Some(back) = there_and_back(&text, settings) {
        assert!(back.as_ref() == Ok(&text), "{settings:?} {back:?}");
    }
});
