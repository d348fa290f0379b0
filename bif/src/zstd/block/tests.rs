//! Whatever a block is made of, `ruzstd`'s decoder makes the same text of it.

use alloc::vec::Vec;

use proptest::prelude::*;
use ruzstd::decoding::FrameDecoder;

use super::super::frame::{self, BLOCK};
use super::fse::{SYMBOLS, Shares};
use super::huffman::Tree;
use super::{Encoder, Repeats, Sequence};

/// Text and the sequences that are to make it, and where blocks end.
#[derive(Default, Debug)]
struct Made {
    text: Vec<u8>,
    blocks: Vec<(usize, Vec<Sequence>)>,
}

/// Literals: how many, from how many different ones. A repetition: how far back, how long.
type Step = (u16, u8, u32, u32);

fn make(blocks: &[Vec<Step>]) -> Made {
    let mut made = Made::default();
    let mut seed = 1u32;
    for steps in blocks {
        let start = made.text.len();
        let mut sequences = Vec::new();
        for &(literals, kinds, offset, length) in steps {
            let room = BLOCK - (made.text.len() - start);
            if room < 4 || (start, made.text.len(), literals) == (0, 0, 0) {
                continue;
            }
            let literals = usize::from(literals).min(room - 3);
            made.text.extend((0..literals).map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Skewed, so that codes get lengths of all kinds.
                let n = seed >> 16;
                ((n & 0xff) % (u32::from(kinds) + 1) % ((n >> 8) + 1)) as u8
            }));
            let offset = 1 + offset as usize % made.text.len().max(1);
            let length = (3 + length as usize).min(room - literals);
            (0..length).for_each(|_| made.text.push(made.text[made.text.len() - offset]));
            sequences.push(Sequence { literals: literals as u32, length: length as u32, offset: offset as u32 });
        }
        made.blocks.push((made.text.len() - start, sequences));
    }
    made
}

fn encode(made: &Made) -> Vec<u8> {
    let mut out = Vec::new();
    frame::write(None, 27, 0, false, &mut out);
    let mut encoder = Encoder::new(Repeats::START, true);
    let mut at = 0;
    for (size, sequences) in &made.blocks {
        encoder.block(&made.text[at..at + size], sequences, false, &mut out);
        at += size;
    }
    encoder.block(&[], &[], true, &mut out);
    out
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let literals = prop_oneof![4 => Just(0u16), 8 => 0..20u16, 2 => 0..2000u16, 1 => any::<u16>()];
    let kinds = prop_oneof![0..4u8, any::<u8>()];
    let offset = prop_oneof![3 => 0..8u32, 2 => 0..300u32, 1 => any::<u32>()];
    let length = prop_oneof![4 => Just(0u32), 6 => 0..30u32, 2 => 0..2000u32, 1 => 0..70_000u32];
    let step = (literals, kinds, offset, length);
    prop_oneof![
        4 => prop::collection::vec(step.clone(), 0..20),
        2 => prop::collection::vec(step.clone(), 0..600),
        // All of one kind.
        1 => (step.clone(), 1usize..400).prop_map(|(step, n)| alloc::vec![step; n]),
        // As many as there can be.
        1 => (prop::collection::vec((0..2u16, any::<u8>(), 0..40u32, Just(0)), 1..50), 1usize..1000)
            .prop_map(|(steps, n)| steps.repeat(n)),
    ]
}

proptest! {
    #[test]
    fn decoded_is_what_was_encoded(blocks in prop::collection::vec(steps(), 1..5)) {
        let made = make(&blocks);
        let packed = encode(&made);
        let mut text = Vec::with_capacity(made.text.len() + 1);
        FrameDecoder::new().decode_all_to_vec(&packed, &mut text).expect("a frame");
        prop_assert!(text == made.text);
    }

    #[test]
    fn all_cells_are_given(few in prop::collection::vec(prop_oneof![Just(0), 0..5u32, 0..50_000u32], 1..54), max_log in 6..10u32) {
        let mut counts = [0; SYMBOLS];
        counts[..few.len()].copy_from_slice(&few);
        prop_assume!(few.iter().any(|n| *n > 0));
        let shares = Shares::fitting(&counts, max_log);
        prop_assert!(shares.is_full());
        prop_assert!(shares.cost(&counts).is_some());
    }

    #[test]
    fn trees_are_full(counts in prop::collection::vec(prop_oneof![3 => Just(0), 1 => 1..4u32, 1 => any::<u32>().prop_map(|n| 1 << (n % 24))], 256)) {
        let counts = counts.try_into().expect("256");
        if let Some(tree) = Tree::new(&counts) {
            prop_assert!(tree.is_full());
            prop_assert!(tree.cost(&counts).is_some());
        }
    }
}
