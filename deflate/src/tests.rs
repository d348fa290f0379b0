//! What is compressed unpacks to what it was, however it is cut up. That the bytes are zlib's own is shown by the
//! comparison with stock Erlang (`beam-fixtures/src/zlib_bytes.erl`).

use alloc::vec::Vec;

use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use zlib_rs::{Inflate, InflateFlush};

use super::{Deflate, Flush, Status, Strategy};

/// Compresses in pieces of input and output; `changes`: before which pieces to flush or change parameters.
fn pack(bytes: &[u8], setup: (i32, i32, i32, i32), piece: usize, room: usize, flushes: &[i32]) -> Vec<u8> {
    let (level, bits, memory, strategy) = setup;
    let mut d = Deflate::new(level, bits, memory, Strategy::from_number(strategy).unwrap());
    let mut all = Vec::new();
    let mut buffer = alloc::vec![0; room];
    let mut run = |d: &mut Deflate, mut input: &[u8], flush: Flush| loop {
        let (used, made, status) = d.compress(input, &mut buffer, flush);
        input = &input[used..];
        all.extend_from_slice(&buffer[..made]);
        match status.unwrap() {
            Status::Ok if made == buffer.len() || !input.is_empty() || flush == Flush::Finish => {}
            _ => return,
        }
    };
    for (n, piece) in bytes.chunks(piece.max(1)).enumerate() {
        let flush = flushes.get(n).and_then(|f| Flush::from_number(*f)).filter(|f| *f != Flush::Finish);
        run(&mut d, piece, flush.unwrap_or(Flush::None));
    }
    run(&mut d, &[], Flush::Finish);
    all
}

fn unpack(packed: &[u8], bits: i32, n: usize) -> Vec<u8> {
    let mut i = Inflate::new(bits > 0, if bits < 0 { -bits } else { bits } as u8);
    let mut all = alloc::vec![0; n + 1];
    let status = i.decompress(packed, &mut all, InflateFlush::Finish).unwrap();
    assert_eq!(status, zlib_rs::Status::StreamEnd);
    assert_eq!(i.total_in(), packed.len() as u64);
    all.truncate(i.total_out() as usize);
    all
}

/// Text with repetitions near and far, of one byte and of many.
fn text() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        proptest::collection::vec(97u8..101, 0..2000),
        (any::<u8>(), 0..5000usize).prop_map(|(b, n)| alloc::vec![b; n]),
        (0..40_000usize).prop_map(|n| (0..n).map(|i| (i * i / 7) as u8).collect()),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| {
        let mut all: Vec<u8> = parts.concat();
        let again = all.clone();
        all.extend_from_slice(&again[again.len() / 3..]);
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn comes_back(
        bytes in text(),
        level in -1..10i32,
        bits in prop_oneof![9..16i32, -15..-8i32],
        memory in 1..10i32,
        strategy in 0..5i32,
        piece in 1..70_000usize,
        room in 1..5000usize,
        flushes in proptest::collection::vec(0..6i32, 0..6),
    ) {
        // With less room, a flush that is asked for again and again puts out a mark each time.
        let room = room.max(16);
        let packed = pack(&bytes, (level, bits, memory, strategy), piece, room, &flushes);
        prop_assert_eq!(unpack(&packed, bits, bytes.len()), bytes);
    }
}
