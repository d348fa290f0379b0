//! The bit syntax: integers, floats and code points at any offset.

use joist_vm::bits::{self, Utf};
use joist_vm::heap::Fragments;
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Bits, Term, build};

use crate::random::{Maker, Random};
use crate::stock::{answers, atom, value};

pub fn check(heap: &mut Fragments) {
    extracting(heap);
    building(heap);
}

fn number(n: usize) -> Term {
    Term::small(n as i64)
}

fn optional(heap: &mut Fragments, f: Option<f64>) -> Term {
    f.map_or_else(|| atom("none"), |f| build::float(heap, f))
}

fn code_point(heap: &mut Fragments, rest: usize, got: Option<(u32, usize)>) -> Term {
    match got {
        Some((v, used)) => build::tuple(heap, &[number(v as usize), number(rest - used)]),
        None => atom("none"),
    }
}

/// Bytes that are often good UTF of some kind.
fn text(random: &mut Random) -> Vec<u8> {
    let v = match random.below(4) {
        0 => random.below(0x80),
        1 => random.below(0x1000),
        2 => random.below(0x1_0000),
        _ => random.below(0x11_0100),
    } as u32;
    let little = random.one_in(2);
    let utf: Option<Utf> = match random.below(3) {
        0 => bits::put_utf8(v),
        1 => bits::put_utf16(v, little),
        _ => bits::put_utf32(v, little),
    };
    let mut bytes = utf.map_or_else(|| v.to_be_bytes().to_vec(), |u| u.as_bytes().to_vec());
    if random.one_in(3) {
        let i = random.below(bytes.len() as u64) as usize;
        bytes[i] = random.next() as u8;
    }
    bytes.extend(random.bytes(2));
    bytes
}

fn extracting(heap: &mut Fragments) {
    let mut random = Random::new(crate::seed() + 11);
    let (mut cases, mut ours) = (Vec::new(), Vec::new());
    for i in 0..crate::cases() {
        let skip = random.below(20) as usize;
        let mut source = random.bytes(60);
        if i % 3 == 0 {
            source[0] = 0;
            let bytes = text(&mut random);
            // SAFETY: 60 bytes are room for these and the offset.
            unsafe { bits::copy_bits(&Bits::new(bytes.as_ptr(), 0, bytes.len() * 8), source.as_mut_ptr(), skip) };
        }
        let whole = build::binary(heap, &source);
        let window = whole.as_bits().expect("bits");
        let rest = window.slice(skip, window.len - skip);
        match i % 3 {
            0 => {
                cases.push(build::tuple(heap, &[atom("extract_utf"), whole, number(skip)]));
                let got = [
                    bits::get_utf8(rest),
                    bits::get_utf16(rest, false),
                    bits::get_utf16(rest, true),
                    bits::get_utf32(rest, false),
                    bits::get_utf32(rest, true),
                ];
                let got = got.map(|g| code_point(heap, rest.len, g));
                ours.push(build::list(heap, &got));
            }
            1 => {
                let size = random.pick(&[16, 32, 64]);
                cases.push(build::tuple(heap, &[atom("extract_float"), whole, number(skip), number(size)]));
                let part = rest.slice(0, size);
                let got = [false, true].map(|little| optional(heap, bits::extract_float(part, little)));
                ours.push(build::tuple(heap, &got));
            }
            _ => {
                let size = random.below(440) as usize / random.pick(&[1, 4, 6]);
                cases.push(build::tuple(heap, &[atom("extract"), whole, number(skip), number(size)]));
                let part = rest.slice(0, size);
                let got = [(false, false), (true, false), (false, true), (true, true)]
                    .map(|(signed, little)| bits::extract_integer(heap, part, signed, little));
                ours.push(build::list(heap, &got));
            }
        }
    }
    for ((case, ours), answer) in cases.iter().zip(ours).zip(answers(heap, "extract", &cases)) {
        let theirs = value(answer).expect("bits match");
        assert!(exact_eq(ours, theirs), "{case:?}: {ours:?}, not {theirs:?}");
    }
}

fn building(heap: &mut Fragments) {
    let (mut cases, mut ours) = (Vec::new(), Vec::new());
    for i in 0..crate::cases() {
        let mut maker = Maker::new(heap, Random::new(crate::seed() + i), None);
        let skip = maker.random.below(10) as usize;
        let floats = i % 2 == 0;
        let v = if floats { maker.number() } else { maker.integer() };
        let size = if floats {
            maker.random.pick(&[16, 32, 64])
        } else {
            maker.random.below(700) as usize / (1 + i as usize % 9)
        };
        cases.push(build::tuple(
            heap,
            &[atom(if floats { "build_float" } else { "build" }), v, number(skip), number(size)],
        ));
        let made = [false, true].map(|little| {
            let mut out = vec![0u8; 100];
            // SAFETY: 100 bytes are room for 700 bits and the offset.
            let ok = unsafe {
                if floats {
                    bits::write_float(out.as_mut_ptr(), skip, size, v, little)
                } else {
                    bits::write_integer(out.as_mut_ptr(), skip, size, v, little)
                }
            };
            ok.then(|| build::bitstring(heap, &out, skip + size))
        });
        ours.push(match made {
            [Some(big), Some(little)] => Some(build::tuple(heap, &[big, little])),
            _ => None,
        });
    }
    for ((case, ours), answer) in cases.iter().zip(ours).zip(answers(heap, "build", &cases)) {
        match (ours, value(answer)) {
            (Some(ours), Ok(theirs)) => assert!(exact_eq(ours, theirs), "{case:?}: {ours:?}, not {theirs:?}"),
            (None, Err("badarg")) => {}
            (ours, theirs) => panic!("{case:?}: here {ours:?}, there {theirs:?}"),
        }
    }
}
