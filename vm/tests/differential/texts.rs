//! Terms as text, and character data.

use joist_vm::etf;
use joist_vm::heap::Fragments;
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Term, build, display};
use joist_vm::unicode;

use crate::random::{Maker, Random};
use crate::stock::{answers, atom, encode_options, value};
use crate::terms::has_own_order;

pub fn check(heap: &mut Fragments) {
    displays(heap);
    character_data(heap);
}

/// Does it hold what each emulator prints in its own way: large maps, identifiers of other nodes?
fn own_way(t: Term) -> bool {
    let bytes = etf::encode(t, &encode_options(1));
    let has = |part: &[u8]| bytes.windows(part.len()).any(|w| w == part);
    has_own_order(&bytes) || has(b"n@h") || has(b"other@host") || has("å@".as_bytes()) || has(b"\xe5@")
}

fn displays(heap: &mut Fragments) {
    let terms: Vec<Term> = (0..crate::cases())
        .map(|i| Maker::new(heap, Random::new(crate::seed() + i), None).term(3))
        .filter(|t| !own_way(*t))
        .collect();
    let cases: Vec<Term> = terms.iter().map(|t| build::tuple(heap, &[atom("display"), *t])).collect();
    for (t, answer) in terms.iter().zip(answers(heap, "display", &cases)) {
        let theirs = match value(answer) {
            Ok(text) => text.as_binary().expect("bytes"),
            // The function that answers the text was dropped after OTP 25.
            Err("undef") => return,
            Err(reason) => panic!("{t}: {reason}"),
        };
        let mut ours = display::to_bytes(*t, usize::MAX);
        ours.push(b'\n');
        assert_eq!(ours, *theirs, "{t}");
    }
}

/// Character data, most of it good.
fn data(heap: &mut Fragments, random: &mut Random, depth: u32) -> Term {
    match random.below(if depth == 0 { 3 } else { 5 }) {
        0 => {
            let text: String =
                (0..random.below(8)).map(|_| random.pick(&['a', 'é', 'ÿ', 'Ω', '漢', '😀', '\u{ffff}'])).collect();
            let mut bytes = text.into_bytes();
            if random.one_in(5) && !bytes.is_empty() {
                let i = random.below(bytes.len() as u64) as usize;
                bytes[i] = random.pick(&[0x80, 0xc0, 0xe0, 0xed, 0xf4, 0xf8, 0xff, b'a']);
            }
            // Cut in two anywhere: characters may go on in the next binary.
            let at = random.below(bytes.len() as u64 + 1) as usize;
            let (l, r) = (build::binary(heap, &bytes[..at]), build::binary(heap, &bytes[at..]));
            match random.below(4) {
                0 => l,
                1 => r,
                2 => build::list(heap, &[l, r]),
                _ => build::cons(heap, l, r),
            }
        }
        1 if random.one_in(12) => Maker::new(heap, random.clone(), None).term(1),
        1 => {
            let points =
                [0, 65, 0x7f, 0x80, 0xe5, 0xff, 0x100, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x1_0000, 0x10_ffff];
            let n = random.below(6);
            let items: Vec<Term> = (0..n).map(|_| Term::small(random.pick(&points))).collect();
            build::list(heap, &items)
        }
        2 => match random.below(40) {
            0 => build::list(heap, &[Term::small(-1)]),
            1 => build::list(heap, &[Term::small(0xd800)]),
            2 => build::list(heap, &[Term::small(0x11_0000)]),
            3 => {
                let big = build::big(heap, false, &[1, 1]);
                build::list(heap, &[big, atom("after")])
            }
            4 => build::bitstring(heap, &[0x41, 0x80], 9),
            _ => Term::NIL,
        },
        _ => {
            let n = random.below(5);
            let items: Vec<Term> = (0..n).map(|_| data(heap, random, depth - 1)).collect();
            build::list(heap, &items)
        }
    }
}

fn character_data(heap: &mut Fragments) {
    let mut random = Random::new(crate::seed() + 31);
    let (mut cases, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..crate::cases() * 2 {
        let t = data(heap, &mut random, 3);
        let latin1 = random.one_in(4);
        let from = atom(if latin1 { "latin1" } else { "utf8" });
        cases.push(build::tuple(heap, &[atom("unicode"), atom("binary"), t, from]));
        ours.push(unicode::characters_to_binary(heap, t, latin1));
        cases.push(build::tuple(heap, &[atom("unicode"), atom("list"), t, from]));
        ours.push(unicode::characters_to_list(heap, t, latin1));
    }
    for ((case, ours), answer) in cases.iter().zip(ours).zip(answers(heap, "unicode", &cases)) {
        match (ours, value(answer)) {
            (Some(ours), Ok(theirs)) => assert!(exact_eq(ours, theirs), "{case}: {ours}, not {theirs}"),
            (None, Err("badarg")) => {}
            (ours, theirs) => panic!("{case}: here {ours:?}, there {theirs:?}"),
        }
    }
}
