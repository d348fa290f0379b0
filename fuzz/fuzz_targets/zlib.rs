//! Any bytes, compressed with any level, window, memory, strategy and flushes, are the same when they are unpacked; any bytes
//! are unpacked, or refused, alike in whatever pieces the work is done.
#![no_main]

use joist_bif::zlib::probe::{Pace, deflate, inflate};
use libfuzzer_sys::fuzz_target;

const WHOLE: Pace = Pace { enqueue: usize::MAX, input: usize::MAX, output: 1 << 20 };

fuzz_target!(|input: ([u8; 5], [u16; 3], Vec<u8>, Vec<u8>)| {
    let ([how, level, bits, memory, strategy], pace, flushes, bytes) = input;
    let [enqueue, input, output] = pace.map(usize::from);
    let pace = Pace { enqueue, input, output };
    let bits = i32::from(bits) % 80 - 20;
    if how & 1 == 0 {
        let whole = inflate(&bytes, bits, WHOLE);
        let pieces = inflate(&bytes, bits, pace);
        // What comes before an error depends on the pieces; that it is one does not.
        assert_eq!(whole, pieces);
        return;
    }
    // As with zlib itself, a flush that has no room for its mark is repeated for ever.
    let pace = Pace { output: output.max(16), ..pace };
    let parameters = [i32::from(level % 12) - 1, bits, i32::from(memory % 10), i32::from(strategy % 6)];
    if let Some(packed) = deflate(&bytes, parameters, pace, &flushes) {
        // A window of 256 bytes is made one of 512, as zlib does.
        let bits = if bits.abs() == 8 { bits + bits.signum() } else { bits };
        for pace in [pace, WHOLE] {
            let again = inflate(&packed, bits, pace);
            assert!(
                bytes.is_empty() || again.as_deref() == Some(&bytes[..]),
                "{parameters:?} {pace:?}: {packed:02x?} {again:?}"
            );
        }
    }
});
