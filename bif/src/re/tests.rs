//! Tests of the engine without a VM. The yardstick (`scripts/re-yardstick`) is what stock Erlang answers to PCRE's own
//! test files; it is compared when `JOIST_RE_YARDSTICK` names its file.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::println;

use super::compile::compile;
use super::matcher::{DEFAULT_LIMIT, Matcher, Outcome};
use super::options::{self as o, Newline, Options};
use super::program::Program;

fn options(list: &str) -> (Options, u32, usize) {
    let (mut pattern, mut flags, mut offset) = (Options::default(), 0, 0);
    for name in list.split(',').filter(|n| *n != "-") {
        let flag = match name {
            "caseless" => o::CASELESS,
            "extended" => o::EXTENDED,
            "dotall" => o::DOTALL,
            "multiline" => o::MULTILINE,
            "dupnames" => o::DUPNAMES,
            "no_auto_capture" => o::NO_AUTO_CAPTURE,
            "unicode" => o::UTF,
            "ucp" => o::UCP,
            "ungreedy" => o::UNGREEDY,
            "anchored" => {
                flags |= o::ANCHORED;
                o::ANCHORED
            }
            "notbol" => {
                flags |= o::NOTBOL;
                0
            }
            "noteol" => {
                flags |= o::NOTEOL;
                0
            }
            "notempty" => {
                flags |= o::NOTEMPTY;
                0
            }
            "notempty_atstart" => {
                flags |= o::NOTEMPTY_ATSTART;
                0
            }
            "bsr_anycrlf" => {
                flags |= o::BSR_ANYCRLF;
                o::BSR_ANYCRLF
            }
            "bsr_unicode" => {
                flags |= o::BSR_UNICODE;
                o::BSR_UNICODE
            }
            _ => {
                if let Some(n) = name.strip_prefix("offset=") {
                    offset = n.parse().expect("a number");
                } else if let Some(n) = name.strip_prefix("newline=") {
                    pattern.newline = match n {
                        "cr" => Newline::Cr,
                        "crlf" => Newline::Crlf,
                        "anycrlf" => Newline::AnyCrlf,
                        "any" => Newline::Any,
                        _ => Newline::Lf,
                    };
                    pattern.set(o::NEWLINE_GIVEN, true);
                }
                0
            }
        };
        pattern.set(flag, true);
    }
    (pattern, flags, offset)
}

fn unhex(s: &str) -> Vec<u8> {
    let s = s.trim_start_matches('-');
    (0..s.len() / 2).map(|i| u8::from_str_radix(&s[2 * i..2 * i + 2], 16).expect("hexadecimal")).collect()
}

/// Runs in short slices, so that every test tests going on as well.
fn run(p: &Program, s: &[u8], offset: usize, flags: u32) -> String {
    let mut m = Matcher::new(p, s, offset, flags, (DEFAULT_LIMIT, DEFAULT_LIMIT));
    loop {
        match m.run(p, s, 7).0 {
            Outcome::Paused => {}
            Outcome::Match => break,
            _ => return "nomatch".into(),
        }
    }
    let all = m.captures(p);
    let n = all.iter().rposition(Option::is_some).map_or(0, |i| i + 1);
    let shown: Vec<String> = all[..n]
        .iter()
        .map(|c| match c {
            Some((a, b)) => format!("{a},{}", *b as i64 - *a as i64),
            None => "-1,0".into(),
        })
        .collect();
    format!("match {}", shown.join(";"))
}

#[test]
fn yardstick() {
    let Ok(path) = std::env::var("JOIST_RE_YARDSTICK") else { return };
    let verbose = std::env::var("JOIST_RE_VERBOSE").is_ok();
    let text = std::fs::read_to_string(path).expect("the yardstick");
    let mut program: Option<(Program, Options, Vec<u8>)> = None;
    let mut file = "";
    let (mut compiled, mut compile_ok, mut error_text, mut errors) = (0, 0, 0, 0);
    let (mut runs, mut run_ok) = (0, 0);
    for line in text.lines() {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        match words[..] {
            ["F", name] => file = name,
            ["P", at, opts, pattern, expected] => {
                let (given, _, _) = options(opts);
                let source = unhex(pattern);
                compiled += 1;
                let (got, new) = match compile(&source, given) {
                    Ok(p) => (format!("ok {}", p.groups), Some(p)),
                    Err(e) => (format!("error {} {}", e.at, e.text()), None),
                };
                if expected.starts_with("error") {
                    errors += 1;
                    let text = |s: &str| s.splitn(3, ' ').nth(2).map(String::from);
                    error_text += i32::from(got.starts_with("error") && text(&got) == text(expected));
                }
                if got == expected {
                    compile_ok += 1;
                } else if verbose {
                    println!(
                        "{file}:{at} {opts} /{}/\n   stock {expected}\n   here  {got}",
                        String::from_utf8_lossy(&source)
                    );
                }
                program = new.map(|p| (p, given, source));
            }
            ["R", at, opts, subject, expected] => {
                runs += 1;
                let Some((p, given, source)) = &program else { continue };
                let (run_options, flags, offset) = options(opts);
                let subject = unhex(subject);
                let again;
                let p = if run_options.has(o::NEWLINE_GIVEN) && run_options.newline != p.options.newline {
                    let mut other = *given;
                    other.newline = run_options.newline;
                    again = compile(source, other).expect("compiled before");
                    &again
                } else {
                    p
                };
                let got = run(p, &subject, offset, flags);
                if got == expected {
                    run_ok += 1;
                } else if verbose {
                    println!(
                        "{file}:{at} {opts} /{}/ {:?} on {:?}\n   stock {expected}\n   here  {got}",
                        String::from_utf8_lossy(source),
                        given,
                        String::from_utf8_lossy(&subject)
                    );
                }
            }
            _ => {}
        }
    }
    println!(
        "compiled {compile_ok}/{compiled} alike (errors' texts {error_text}/{errors}); matched {run_ok}/{runs} alike"
    );
}

fn matches(pattern: &[u8], options: u32, subject: &[u8]) -> Option<Vec<Option<(usize, usize)>>> {
    super::probe(pattern, options, 0, subject, 5)
}

#[test]
fn hostile_patterns_end() {
    let nested = [&b"("[..]; 300].concat();
    assert!(matches(&nested, 0, b"").is_none());
    let subject = [&b"a"[..]; 5000].concat();
    for pattern in [
        &b"(a*)*b"[..],
        b"(a|a)*b",
        b"(a|aa)+$b",
        b"((a{0,5}){0,5}){0,5}{0,5}[c]",
        b"(?:(?:(?:a{1,1000}){1,1000}){1,1000}){1,1000}b",
        b"^(a(?1)?b)$",
        b"(?R)?a",
        b"(a?(?1)?)b",
        b"(?<=(?1))(a)",
        b".*.*.*.*b",
        b"(?=(a+))*b",
        b"(|a)+b",
        b"((?1)|a)b",
    ] {
        let _ = matches(pattern, 0, &subject);
        let _ = matches(pattern, o::UTF | o::UCP | o::CASELESS, &subject);
    }
}

#[test]
fn small_searches() {
    let hit = |p: &str, s: &str| matches(p.as_bytes(), 0, s.as_bytes()).map(|c| c[0]);
    assert_eq!(hit("a(?>b|bc)d", "abcd"), None);
    assert_eq!(hit(r"(\w+)\s\1", "say the the word"), Some(Some((4, 11))));
    assert_eq!(hit(r"\((?:[^()]++|(?R))*\)", "x(a(b)c)y"), Some(Some((1, 8))));
    assert_eq!(hit(r"foo\Kbar", "foobar"), Some(Some((3, 6))));
    assert_eq!(hit(r"(?<!a)b", "abb"), Some(Some((2, 3))));
}

proptest::proptest! {
    #[test]
    fn any_pattern_on_any_subject(
        pattern in r"[ab()|*+?{},0-9\\\[\]^$.:=!<>PRKGQEbBdDwWsS#'&-]{0,24}",
        subject in r"[ab01 \n]{0,40}",
        flags: u32,
        newline: u8,
    ) {
        let whole = super::probe(pattern.as_bytes(), flags, newline, subject.as_bytes(), u64::MAX);
        let slices = super::probe(pattern.as_bytes(), flags, newline, subject.as_bytes(), 5);
        proptest::prop_assert_eq!(&whole, &slices);
        for (from, to) in whole.unwrap_or_default().into_iter().flatten() {
            proptest::prop_assert!(from <= subject.len() && to <= subject.len());
        }
    }
}

/// Rounds of a group that has a most number of them are all gone, empty ones too; without one, an empty round is the last.
#[test]
fn empty_rounds() {
    let groups = |pattern: &[u8], subject: &[u8]| matches(pattern, 0, subject).expect("it compiles");
    assert_eq!(groups(b"(|1){0,2}$", b"1"), [Some((0, 1)), Some((0, 1))]);
    assert_eq!(groups(b"(?U)(\\H{0,2}|){0,3}\\z", b"a\r1"), [Some((0, 3)), Some((1, 3))]);
    assert_eq!(groups(b"(\\d{0,2}?|){0,3}?\\z", b"11"), [Some((0, 2)), Some((0, 2))]);
    assert_eq!(groups(b"(|1)+\\z", b"11"), [Some((0, 2)), Some((2, 2))]);
}

#[test]
fn as_pcre_8_compiles() {
    let at = |pattern: &[u8]| compile(pattern, Options::default()).map(|_| ()).map_err(|e| (e.code, e.at));
    assert_eq!(at(b"[[:alpha:]-z]"), Ok(()));
    assert_eq!(at(b"(?P<>a)"), Ok(()));
    assert_eq!(at(b"[\\B]"), Ok(()));
    assert_eq!(at(b"[b-\\B]"), Err((83, 4)));
    assert_eq!(at(b"(a(?<!(?1)))"), Err((25, 12)));
    assert_eq!(at(b"(a(?<=(?R)))"), Err((25, 12)));
    assert_eq!(at(b"a\\p{Bad}b"), Err((47, 7)));
    assert_eq!(at(b"\\p)"), Err((47, 2)));
    assert_eq!(at(b"(?P=m)b"), Err((15, 5)));
    assert_eq!(at(b"(*F)(?#)*"), Err((9, 8)));
    assert_eq!(at(b"^(?#x)*"), Err((9, 6)));
    assert_eq!(at(b"a(?#x)*"), Ok(()));
}
