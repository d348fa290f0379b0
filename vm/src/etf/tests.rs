//! Known bytes, hostile bytes, pauses.

use super::*;
use crate::atom;
use crate::heap::Fragments;
use crate::term::compare::exact_eq;
use crate::term::{Term, build};
use alloc::vec::Vec;
use proptest::prelude::*;

fn options() -> DecodeOptions<'static> {
    atom::init();
    DecodeOptions { linker: &CodeLinker, node: NodeName::NONODE, safe: false }
}

fn encoded(t: Term) -> Vec<u8> {
    encode(t, &EncodeOptions { utf8_atoms: false, ..EncodeOptions::default() })
}

#[test]
fn known_bytes() {
    let o = options();
    let mut a = Fragments::new();
    let samples: &[&[u8]] = &[
        &[131, 97, 7],
        &[131, 98, 255, 255, 255, 255],
        &[131, 110, 8, 1, 1, 2, 3, 4, 5, 6, 7, 8],
        &[131, 100, 0, 2, b'o', b'k'],
        &[131, 104, 2, 97, 1, 106],
        &[131, 108, 0, 0, 0, 1, 100, 0, 1, b'a', 97, 2],
        &[131, 107, 0, 2, 1, 2],
        &[131, 109, 0, 0, 0, 3, 1, 2, 3],
        &[131, 77, 0, 0, 0, 2, 3, 1, 0b1010_0000],
        &[131, 116, 0, 0, 0, 1, 97, 1, 107, 0, 1, 9],
        &[131, 70, 63, 240, 0, 0, 0, 0, 0, 0],
        &[131, 113, 100, 0, 1, b'm', 100, 0, 1, b'f', 97, 3],
    ];
    for bytes in samples {
        let d = decode(&mut a, bytes, &o).expect("good bytes");
        assert_eq!(d.used, bytes.len());
        assert_eq!(encoded(d.term), *bytes);
        assert_eq!(
            external_size(d.term, &EncodeOptions { utf8_atoms: false, ..EncodeOptions::default() }),
            bytes.len()
        );
        for cut in 0..bytes.len() {
            assert!(decode(&mut a, &bytes[..cut], &o).is_err());
        }
    }
}

#[test]
fn what_is_claimed_but_not_there_takes_no_memory() {
    let o = options();
    let mut a = Fragments::new();
    // Each level of nesting claims as many elements as there are bytes left.
    for tag in [tags::LARGE_TUPLE_EXT, tags::LIST_EXT, tags::MAP_EXT] {
        let mut bytes = alloc::vec![131];
        for i in (0..20_000u32).rev() {
            bytes.push(tag);
            bytes.extend((i * 2).to_be_bytes());
        }
        assert_eq!(decode(&mut a, &bytes, &o).err(), Some(DecodeError::Badarg));
        assert!(a.words() < 1_000_000);
    }
    assert!(decode(&mut a, &[131, 80, 0xff, 0xff, 0xff, 0xff, 1, 2, 3], &o).is_err());
}

#[test]
fn deep_terms() {
    let o = options();
    let mut a = Fragments::new();
    let mut t = Term::NIL;
    for _ in 0..200_000 {
        let inner = build::list(&mut a, &[t]);
        t = build::tuple(&mut a, &[inner]);
    }
    let bytes = encoded(t);
    let back = decode(&mut a, &bytes, &o).expect("good bytes").term;
    assert!(exact_eq(t, back));
    assert!(crate::term::compare::compare(t, back).is_eq());
    assert_eq!(crate::term::hash::phash2(t), crate::term::hash::phash2(back));
}

proptest! {
    #[test]
    fn any_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), pick in any::<u8>()) {
        let o = options();
        let mut a = Fragments::new();
        let _ = decode(&mut a, &bytes, &o);
        bytes.insert(0, 131);
        if bytes.len() > 1 {
            bytes[1] = tags::NEW_FLOAT_EXT + pick % 55;
        }
        if let Ok(d) = decode(&mut a, &bytes, &o) {
            let again = encoded(d.term);
            let back = decode(&mut a, &again, &o).expect("own bytes").term;
            prop_assert!(exact_eq(d.term, back));
        }
    }

    #[test]
    fn pauses_change_nothing(words in proptest::collection::vec(any::<i64>(), 0..40), depth in 0i64..60, step in 1usize..5) {
        let o = options();
        let mut a = Fragments::new();
        let items: Vec<Term> = words.iter().map(|w| build::integer(&mut a, *w)).collect();
        let list = build::list(&mut a, &items);
        let pairs: Vec<(Term, Term)> = items.iter().map(|i| (*i, list)).collect();
        let map = crate::map::from_pairs(&mut a, &pairs);
        let mut t = build::tuple(&mut a, &[list, map, Term::atom(atom::OK)]);
        for i in 0..depth {
            let inner = build::list(&mut a, &[Term::small(i), t, Term::atom(atom::OK)]);
            t = build::tuple(&mut a, &[inner, list, Term::small(-i)]);
        }
        let whole = encoded(t);
        let mut e = Encoder::new(t, &EncodeOptions { utf8_atoms: false, ..EncodeOptions::default() });
        while e.run(&mut { step }) == Progress::Paused {}
        prop_assert_eq!(&e.finish(), &whole);
        let mut d = Decoder::new(&whole[1..]);
        while d.run(&mut a, &o, &mut { step }).expect("good bytes") == Progress::Paused {}
        prop_assert!(exact_eq(d.term(), t));
        if let Some(packed) = compress(&whole, 6) {
            let back = decode(&mut a, &packed, &o).expect("good bytes");
            prop_assert_eq!(back.used, packed.len());
            prop_assert!(exact_eq(back.term, t));
        }
    }
}
