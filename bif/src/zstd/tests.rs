//! What has been compressed comes back, whatever it is; what is no frame is an error.

use alloc::sync::Arc;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::compress::Compressor;
use super::decompress::Decompressor;
use super::dictionary::Dictionary;
use super::parameters::{CHECKSUM, LDM_MIN_MATCH, LDM_RATE_LOG, LEVEL, LONG_DISTANCE, WINDOW_LOG};

/// Pieces of text that occur again, runs, and noise.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        (any::<u8>(), 1usize..3000).prop_map(|(b, n)| alloc::vec![b; n]),
        prop::collection::vec(any::<u8>(), 1..600),
        prop::collection::vec(97u8..101, 1..3000),
        (prop::collection::vec(any::<u8>(), 1..20), 1usize..400).prop_map(|(v, n)| v.repeat(n)),
    ];
    (prop::collection::vec(piece, 0..5), prop::collection::vec(0usize..5, 0..60)).prop_map(|(pieces, order)| {
        let all = order.iter().filter_map(|i| pieces.get(*i));
        all.flatten().copied().collect()
    })
}

fn compress(c: &mut Compressor, data: &[u8], flush_at: usize) -> Vec<u8> {
    c.begin(None);
    let (mut at, mut flushed) = (0, false);
    while at < data.len() {
        if !flushed && at >= flush_at {
            while c.flush().expect("flushed").is_some() {}
            flushed = true;
        }
        at += c.consume(&data[at..]).expect("taken").0;
    }
    while c.finish().expect("ended").is_some() {}
    c.out.take(usize::MAX)
}

fn decompress(d: &mut Decompressor, data: &[u8], piece: usize) -> Result<Vec<u8>, super::frame::Failure> {
    for mut part in data.chunks(piece) {
        while !part.is_empty() {
            part = &part[d.consume(part)?..];
        }
        d.flush()?;
    }
    Ok(d.out.take(usize::MAX))
}

/// `ruzstd`'s encoder failed on this.
#[test]
fn one_repetition_in_a_short_text() {
    let dictionary = Dictionary::new(b"aaabaaab".to_vec()).expect("no tables").map(Arc::new);
    let (mut c, mut d) = (Compressor::new(), Decompressor::new());
    c.set_dictionary(dictionary.clone(), None).expect("idle");
    d.set_dictionary(dictionary).expect("idle");
    let packed = compress(&mut c, b"baaac", usize::MAX);
    assert_eq!(decompress(&mut d, &packed, 1), Ok(b"baaac".to_vec()));
}

proptest! {
    #[test]
    fn there_and_back(
        data in texts(),
        level in -60i32..23,
        window in prop_oneof![Just(0), 10i32..20],
        checksum in 0i32..2,
        dictionary in prop_oneof![Just(Vec::new()), texts()],
        flush_at in 0usize..100_000,
        piece in prop_oneof![Just(usize::MAX), 1usize..5000],
        asked in prop::collection::vec((2usize..14, prop_oneof![4 => 0..33, 1 => 33..140_000]), 0..6),
        far in prop_oneof![3 => Just(None), 1 => (4i32..80, 0i32..8).prop_map(Some)],
    ) {
        let (mut c, mut d) = (Compressor::new(), Decompressor::new());
        for (index, value) in [(LEVEL, level), (WINDOW_LOG, window), (CHECKSUM, checksum)] {
            c.parameters.set(index, value).expect("in bounds");
        }
        let far = far.map(|(least, rate)| [(LONG_DISTANCE, 1), (LDM_MIN_MATCH, least), (LDM_RATE_LOG, rate)]);
        for (index, value) in asked.into_iter().chain(far.into_iter().flatten()) {
            // Or it stays as it is.
            let _ = c.parameters.set(index, value);
        }
        let dictionary = Dictionary::new(dictionary).expect("no tables").map(Arc::new);
        c.set_dictionary(dictionary.clone(), None).expect("idle");
        d.set_dictionary(dictionary).expect("idle");
        let packed = compress(&mut c, &data, flush_at);
        prop_assert!(decompress(&mut d, &packed, piece) == Ok(data));
    }

    #[test]
    fn changed_frames_are_no_danger(data in texts(), at in any::<prop::sample::Index>(), by in 1u8.., cut in any::<prop::sample::Index>()) {
        let mut packed = compress(&mut Compressor::new(), &data, usize::MAX);
        let i = at.index(packed.len());
        packed[i] ^= by;
        let _ = decompress(&mut Decompressor::new(), &packed, 1000);
        packed.truncate(cut.index(packed.len()));
        let _ = decompress(&mut Decompressor::new(), &packed, usize::MAX);
    }

    #[test]
    fn any_bytes_are_no_danger(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decompress(&mut Decompressor::new(), &bytes, usize::MAX);
        let framed: Vec<u8> = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58].into_iter().chain(bytes).collect();
        let _ = decompress(&mut Decompressor::new(), &framed, usize::MAX);
    }
}
