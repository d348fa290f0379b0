//! Arithmetic, and numbers as text.

use joist_vm::heap::Fragments;
use joist_vm::number::{ArithError, Rounding, arith, bitwise, float_text, from_float, text, to_float};
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Term, build};

use crate::random::{Maker, Random};
use crate::stock::{answers, atom, value};

const BINARY: [&str; 11] = ["+", "-", "*", "/", "div", "rem", "band", "bor", "bxor", "bsl", "bsr"];
const UNARY: [&str; 8] = ["-", "abs", "bnot", "float", "round", "trunc", "ceil", "floor"];

pub fn check(heap: &mut Fragments) {
    arithmetic(heap);
    float_texts(heap);
    integer_texts(heap);
}

fn apply(a: &mut Fragments, op: &str, x: Term, y: Option<Term>) -> Result<Term, ArithError> {
    let rounded = |a: &mut Fragments, rounding| match x.as_float() {
        Some(f) => Ok(from_float(a, f, rounding)),
        None => Ok(x),
    };
    match (op, y) {
        ("+", Some(y)) => arith::add(a, x, y),
        ("-", Some(y)) => arith::sub(a, x, y),
        ("*", Some(y)) => arith::mul(a, x, y),
        ("/", Some(y)) => arith::divide(a, x, y),
        ("div", Some(y)) => arith::div(a, x, y),
        ("rem", Some(y)) => arith::rem(a, x, y),
        ("band", Some(y)) => bitwise::band(a, x, y),
        ("bor", Some(y)) => bitwise::bor(a, x, y),
        ("bxor", Some(y)) => bitwise::bxor(a, x, y),
        ("bsl", Some(y)) => bitwise::bsl(a, x, y),
        ("bsr", Some(y)) => bitwise::bsr(a, x, y),
        ("-", None) => arith::neg(a, x),
        ("abs", None) => arith::abs(a, x),
        ("bnot", None) => bitwise::bnot(a, x),
        ("float", None) => to_float(x).map(|f| build::float(a, f)).ok_or(ArithError::Badarith),
        ("round", None) => rounded(a, Rounding::Nearest),
        ("trunc", None) => rounded(a, Rounding::Truncate),
        ("ceil", None) => rounded(a, Rounding::Ceiling),
        ("floor", None) => rounded(a, Rounding::Floor),
        _ => unreachable!(),
    }
}

fn arithmetic(heap: &mut Fragments) {
    let mut inputs = Vec::new();
    for i in 0..crate::cases() * 4 {
        let mut maker = Maker::new(heap, Random::new(crate::seed() + i), None);
        let most = maker.random.pick(&[2, 4, 40, 140]);
        let (x, mut y) = if maker.random.one_in(3) {
            (maker.large_integer(most), maker.large_integer(most))
        } else {
            (maker.number(), maker.number())
        };
        let op = maker.random.pick(&BINARY);
        if op.starts_with("bs") && !maker.random.one_in(10) {
            y = Term::small(maker.random.below(400) as i64 - 200);
        }
        inputs.push((op, x, Some(y)));
        inputs.push((maker.random.pick(&UNARY), x, None));
    }
    // Shifts at the limits.
    for by in [100_000_000, 33_554_367, 33_554_300, 4_194_239, 4_194_240, 4_194_303, i64::from(u32::MAX)] {
        for x in [1, -1, 0] {
            inputs.push(("bsl", Term::small(x), Some(Term::small(by))));
            inputs.push(("bsr", Term::small(x), Some(Term::small(by))));
        }
    }
    let cases: Vec<Term> = inputs
        .iter()
        .map(|(op, x, y)| match y {
            Some(y) => build::tuple(heap, &[atom("arith"), atom(op), *x, *y]),
            None => build::tuple(heap, &[atom("arith"), atom(op), *x]),
        })
        .collect();
    for ((op, x, y), answer) in inputs.iter().zip(answers(heap, "arith", &cases)) {
        match (apply(heap, op, *x, *y), value(answer)) {
            (Ok(ours), Ok(theirs)) => assert!(exact_eq(ours, theirs), "{op} {x:?} {y:?}: {ours:?}, not {theirs:?}"),
            (Err(ArithError::Badarith), Err("badarith" | "badarg"))
            | (Err(ArithError::SystemLimit), Err("system_limit")) => {}
            (ours, theirs) => panic!("{op} {x:.9} {y:.9?}: here {ours:.9?}, there {theirs:.9?}"),
        }
    }
}

fn options(heap: &mut Fragments, random: &mut Random) -> (Term, Box<dyn Fn(f64) -> Option<String>>) {
    let n = random.pick(&[0, 1, 2, 3, 5, 10, 17, 18, 19, 25, 100, 248, 249, 253, 300]);
    let pair = |heap: &mut Fragments, name| build::tuple(heap, &[atom(name), Term::small(n)]);
    let n = n as usize;
    match random.below(4) {
        0 => (build::list(heap, &[atom("short")]), Box::new(|f| Some(float_text::short(f)))),
        1 => {
            let p = pair(heap, "scientific");
            (build::list(heap, &[p]), Box::new(move |f| float_text::scientific(f, n)))
        }
        2 => {
            let p = pair(heap, "decimals");
            (build::list(heap, &[p]), Box::new(move |f| float_text::fixed(f, n, false)))
        }
        _ => {
            let p = pair(heap, "decimals");
            (build::list(heap, &[p, atom("compact")]), Box::new(move |f| float_text::fixed(f, n, true)))
        }
    }
}

fn text_of(term: Term) -> String {
    String::from_utf8(term.as_binary().expect("a binary").into_owned()).expect("ASCII")
}

fn float_texts(heap: &mut Fragments) {
    let mut random = Random::new(crate::seed() + 5);
    let (mut cases, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..crate::cases() * 4 {
        let f = random.float();
        let t = build::float(heap, f);
        let (options, print) = options(heap, &mut random);
        cases.push(build::tuple(heap, &[atom("float_text"), t, options]));
        ours.push(print(f));
        cases.push(build::tuple(heap, &[atom("float_text"), t]));
        ours.push(Some(float_text::default(f)));
    }
    for ((case, ours), answer) in cases.iter().zip(&ours).zip(answers(heap, "float_text", &cases)) {
        assert_eq!(*ours, value(answer).ok().map(text_of), "{case:?}");
    }
    float_parsing(heap, &mut random);
}

fn float_parsing(heap: &mut Fragments, random: &mut Random) {
    let mut inputs = Vec::new();
    for _ in 0..crate::cases() {
        let f = random.float();
        let digits = random.below(25) as usize;
        let mut text = match random.below(3) {
            0 => float_text::short(f),
            1 => float_text::scientific(f, digits).expect("few digits"),
            _ => format!("{}.{}e{}", random.next(), random.next(), random.below(700) as i64 - 350),
        }
        .into_bytes();
        if random.one_in(3) {
            let i = random.below(text.len() as u64) as usize;
            text[i] = random.pick(b"+-.,eE0x 9");
        }
        inputs.push(text);
    }
    let cases: Vec<Term> = inputs
        .iter()
        .map(|text| {
            let b = build::binary(heap, text);
            build::tuple(heap, &[atom("float_parse"), b])
        })
        .collect();
    for (text, answer) in inputs.iter().zip(answers(heap, "float_parse", &cases)) {
        let theirs = value(answer).ok().and_then(Term::as_float).map(f64::to_bits);
        assert_eq!(float_text::parse(text).map(f64::to_bits), theirs, "{}", String::from_utf8_lossy(text));
    }
}

fn integer_texts(heap: &mut Fragments) {
    let mut random = Random::new(crate::seed() + 6);
    let (mut cases, mut ours) = (Vec::new(), Vec::new());
    for i in 0..crate::cases() {
        let mut maker = Maker::new(heap, Random::new(crate::seed() + i), None);
        let most = maker.random.pick(&[1, 3, 30, 300]);
        let t = if i % 2 == 0 { maker.integer() } else { maker.large_integer(most) };
        let base = 2 + random.below(35) as u8;
        let printed = text::format(t, base).expect("an integer");
        cases.push(build::tuple(heap, &[atom("int_text"), t, Term::small(i64::from(base))]));
        ours.push(Ok(build::binary(heap, printed.as_bytes())));
        let mut typed = printed.into_bytes();
        if random.one_in(3) {
            let i = random.below(typed.len() as u64) as usize;
            // Stock Erlang 27 and later reads signs and spaces in the middle of long numbers as zeros.
            typed[i] = if i > 0 && joist_vm::release::at_least(27) { b'_' } else { random.pick(b"+- zZ019_") };
        }
        if random.one_in(5) {
            typed.make_ascii_lowercase();
        }
        let b = build::binary(heap, &typed);
        cases.push(build::tuple(heap, &[atom("int_parse"), b, Term::small(i64::from(base))]));
        ours.push(text::parse(heap, &typed, base));
    }
    for ((case, ours), answer) in cases.iter().zip(ours).zip(answers(heap, "int_text", &cases)) {
        match (ours, value(answer)) {
            (Ok(ours), Ok(theirs)) => assert!(exact_eq(ours, theirs), "{case:?}: {ours:?}, not {theirs:?}"),
            (Err(_), Err("badarg")) => {}
            (ours, theirs) => panic!("{case:?}: here {ours:?}, there {theirs:?}"),
        }
    }
}
