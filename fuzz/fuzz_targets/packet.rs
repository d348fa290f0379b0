//! Packets of any kind: no input panics, a packet that is all there can be taken apart, and how its bytes arrive changes
//! nothing but the waiting.
#![no_main]

use joist_bif::packet::{Kind, Length, Limits, body, length, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(([kind, packet_size, line_length], bytes)) = input.split_first_chunk::<3>() else { return };
    let kind = Kind::ALL[usize::from(*kind) % Kind::ALL.len()];
    let limits =
        Limits { packet_size: u32::from(*packet_size), line_length: u32::from(*line_length), ..Limits::default() };
    let Length::Known(n) = length(kind, bytes, limits, false) else { return };
    if n > bytes.len() {
        return;
    }
    let (from, len) = body(kind, &bytes[..n]);
    assert!(from + len <= n);
    let mut in_headers = false;
    let _ = parse(kind, &bytes[..n], &mut in_headers);
    if kind != Kind::Raw && kind != Kind::Http && kind != Kind::Headers && kind != Kind::Line {
        for cut in 0..n {
            assert_ne!(length(kind, &bytes[..cut], limits, false), Length::Invalid, "what was a packet became none");
        }
    }
});
