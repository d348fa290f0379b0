//! External terms, hashes and orders.

use std::cmp::Ordering;

use joist_vm::etf::{self, compress};
use joist_vm::heap::Fragments;
use joist_vm::term::compare::{compare, compare_exact, eq, exact_eq};
use joist_vm::term::{Term, build, hash};

use crate::random::{Maker, Random};
use crate::stock::{answers, atom, decode_options, encode_options, value};

fn sign(order: Ordering) -> i64 {
    order as i64
}

/// Is there a map in it whose order is an emulator's own? Large ones are, and from OTP 26 on small ones too, where atoms
/// are keys.
pub fn has_own_order(bytes: &[u8]) -> bool {
    let most = if joist_vm::release::at_least(26) { 1 } else { 32 };
    bytes.windows(5).any(|w| w[0] == 116 && w[1..4] == [0, 0, 0] && w[4] > most)
}

pub fn check(heap: &mut Fragments) {
    let seed = crate::seed();
    let mut terms = Vec::new();
    for i in 0..crate::cases() {
        let random = Random::new(seed + i);
        for twist in [None, Some(Random::new(seed + i + 7_000_000))] {
            let mut maker = Maker::new(heap, random.clone(), twist);
            terms.push(maker.term(3));
        }
    }
    encoding(heap, &terms);
    hostile(heap, &terms);
    hashes(heap, &terms);
    orders(heap, &terms);
}

fn encoding(heap: &mut Fragments, terms: &[Term]) {
    let cases: Vec<Term> = terms.iter().map(|t| build::tuple(heap, &[atom("bytes"), *t])).collect();
    let undecodable = build::tuple(heap, &[atom("error"), atom("undecodable")]);
    for (t, answer) in terms.iter().zip(answers(heap, "bytes", &cases)) {
        assert!(!exact_eq(answer, undecodable), "stock Erlang can't read {:?}", etf::encode(*t, &encode_options(2)));
        let all = value(answer).expect("each term has bytes").as_tuple().expect("a tuple");
        let one = encode_options(1);
        for (version, theirs) in [(1, all[0]), (2, all[1]), (0, all[2])] {
            let theirs = theirs.as_binary().expect("bytes");
            let ours = etf::encode(*t, &encode_options(version));
            if !has_own_order(&ours) {
                assert_eq!(ours, *theirs, "minor version {version}: {t:?}");
            }
            let back = etf::decode(heap, &theirs, &decode_options()).expect("good bytes");
            assert!(exact_eq(back.term, *t), "decoding minor version {version}: {t:?}");
            assert_eq!(back.used, theirs.len());
        }
        let sorted = etf::encode(*t, &etf::EncodeOptions { deterministic: true, ..one });
        assert_eq!(sorted, *all[4].as_binary().expect("bytes"), "deterministic: {t:?}");
        assert_eq!(etf::external_size(*t, &one), etf::encode(*t, &one).len());
        // Not so for funs, references and ports in stock Erlang, which only promises a bound.
        assert!(etf::external_size(*t, &one) <= all[3].as_usize().expect("a size"));
    }
}

/// Broken bytes: both refuse, or both answer the same.
fn hostile(heap: &mut Fragments, terms: &[Term]) {
    let mut random = Random::new(crate::seed() + 99);
    let mut inputs = Vec::new();
    for t in terms {
        let mut bytes = etf::encode(*t, &encode_options(1));
        // Local references with changed numbers may crash stock Erlang, and local pids have other limits here.
        let local = bytes.windows(13).any(|w| w == b"nonode@nohost");
        if bytes.len() < 3 || has_own_order(&bytes) || local {
            continue;
        }
        if random.one_in(4) {
            bytes = compress(&bytes, 6).unwrap_or(bytes);
        }
        match random.below(3) {
            0 => bytes.truncate(1 + random.below(bytes.len() as u64 - 1) as usize),
            1 => {
                let i = 1 + random.below(bytes.len() as u64 - 1) as usize;
                // No references, as above, and none of stock Erlang's internal tags.
                let byte = random.next() as u8;
                bytes[i] = if matches!(byte, 72..=76 | 90 | 101 | 114) { 0 } else { byte };
            }
            _ => bytes.extend(random.bytes(3)),
        }
        inputs.push(bytes);
    }
    let cases: Vec<Term> = inputs
        .iter()
        .map(|bytes| {
            let b = build::binary(heap, bytes);
            build::tuple(heap, &[atom("decode"), b])
        })
        .collect();
    for (bytes, answer) in inputs.iter().zip(answers(heap, "hostile", &cases)) {
        match (etf::decode(heap, bytes, &decode_options()), value(answer)) {
            (Err(_), Err(_)) => {}
            (Ok(ours), Ok(theirs)) => {
                let theirs = theirs.as_tuple().expect("a tuple");
                let encoded = etf::encode(ours.term, &encode_options(1));
                let (bytes_theirs, used) = (theirs[0].as_binary().expect("bytes"), theirs[1].as_usize());
                if !has_own_order(&encoded) {
                    assert_eq!(encoded, *bytes_theirs, "from {bytes:?}");
                }
                assert_eq!(Some(ours.used), used, "from {bytes:?}");
            }
            (ours, theirs) => panic!("here {ours:?}, there {theirs:?}: from {bytes:?}"),
        }
    }
}

fn hashes(heap: &mut Fragments, terms: &[Term]) {
    let cases: Vec<Term> = terms
        .iter()
        .flat_map(|t| [build::tuple(heap, &[atom("phash2"), *t]), build::tuple(heap, &[atom("phash"), *t])])
        .collect();
    for (i, answer) in answers(heap, "hashes", &cases).into_iter().enumerate() {
        let t = terms[i / 2];
        match value(answer) {
            Ok(theirs) if i % 2 == 0 => {
                assert_eq!(i64::from(hash::phash2(t)), theirs.small_value(), "phash2 of {t:?}");
            }
            // phash counts from one.
            Ok(theirs) => assert_eq!(i64::from(hash::phash(t)) + 1, theirs.small_value(), "phash of {t:?}"),
            Err(reason) => assert_eq!((reason, i % 2), ("undef", 1)),
        }
    }
}

fn orders(heap: &mut Fragments, terms: &[Term]) {
    // Each term with its twisted twin, and with a stranger.
    let n = terms.len();
    let pairs: Vec<(Term, Term)> =
        (0..n / 2).flat_map(|i| [(terms[2 * i], terms[2 * i + 1]), (terms[2 * i], terms[(7 * i + 3) % n])]).collect();
    let cases: Vec<Term> = pairs.iter().map(|(a, b)| build::tuple(heap, &[atom("compare"), *a, *b])).collect();
    for ((a, b), answer) in pairs.iter().zip(answers(heap, "orders", &cases)) {
        let all = value(answer).expect("all terms compare").as_tuple().expect("a tuple");
        assert_eq!(sign(compare(*a, *b)), all[0].small_value(), "{a:?} and {b:?}");
        assert_eq!(sign(compare(*b, *a)), -all[0].small_value(), "{b:?} and {a:?}");
        assert_eq!(eq(*a, *b), all[0].small_value() == 0, "{a:?} == {b:?}");
        assert_eq!(exact_eq(*a, *b), all[1] == atom("true"), "{a:?} =:= {b:?}");
        assert_eq!(sign(compare_exact(*a, *b)), all[2].small_value(), "{a:?} and {b:?}, exactly");
        if exact_eq(*a, *b) {
            assert_eq!(hash::internal(*a, 0), hash::internal(*b, 0));
            assert_eq!(hash::internal(*a, 3), hash::internal(*b, 3));
        }
    }
}
