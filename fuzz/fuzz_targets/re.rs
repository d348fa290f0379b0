//! Any bytes as a pattern, with any options, on any subject: it compiles or is refused, and a search ends within its
//! limits, in one go and in pauses alike, with captures that lie inside the subject.
#![no_main]

use joist_bif::re::probe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u32, u8, Vec<u8>, Vec<u8>)| {
    let (flags, newline, pattern, subject) = input;
    let whole = probe(&pattern, flags, newline, &subject, u64::MAX);
    let slices = probe(&pattern, flags, newline, &subject, 5);
    assert_eq!(whole, slices);
    for (from, to) in whole.unwrap_or_default().into_iter().flatten() {
        assert!(from <= subject.len() && to <= subject.len());
    }
});
