//! Asking stock Erlang.

use std::path::PathBuf;
use std::process::Command;

use joist_vm::atom::Atom;
use joist_vm::etf::{self, CodeLinker, DecodeOptions, EncodeOptions};
use joist_vm::heap::Fragments;
use joist_vm::node::NodeName;
use joist_vm::term::{Term, build};

pub fn decode_options() -> DecodeOptions<'static> {
    DecodeOptions { linker: &CodeLinker, node: NodeName::NONODE, safe: false }
}

pub fn encode_options(minor_version: u32) -> EncodeOptions {
    EncodeOptions::default().minor_version(minor_version)
}

/// The OTP release of the `erl` on the path, if there is one.
pub fn release() -> Option<u32> {
    let out = Command::new("erl")
        .args(["-noshell", "-eval", "io:put_chars(erlang:system_info(otp_release)), halt()."])
        .output()
        .ok()?;
    String::from_utf8(out.stdout).ok()?.trim().parse().ok()
}

/// Compiles and runs the module of answers.
const RUN: &str = "[File, In, Out] = init:get_plain_arguments(),
    {ok, M, Code} = compile:file(File, [binary]), {module, M} = code:load_binary(M, File, Code),
    M:main(In, Out), halt(0).";

/// What stock Erlang answers to each case: `{ok, Value}` or `{error, Reason}`.
pub fn answers(heap: &mut Fragments, name: &str, cases: &[Term]) -> Vec<Term> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (input, output) = (folder.join(format!("{name}.in")), folder.join(format!("{name}.out")));
    let packed: Vec<Term> =
        cases.iter().map(|case| build::binary(heap, &etf::encode(*case, &encode_options(2)))).collect();
    let list = build::list(heap, &packed);
    std::fs::write(&input, etf::encode(list, &encode_options(2))).expect("a temporary file");
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/stock.erl");
    let run = Command::new("erl")
        .args(["-noshell", "-eval", RUN, "-extra", module])
        .args([&input, &output])
        // What it prints is not wanted: `erts_debug:display/1` prints what it answers.
        .output()
        .expect("erl");
    let printed = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "stock Erlang failed: {} {printed}", run.status);
    let bytes = std::fs::read(&output).expect("the answers");
    let decoded = etf::decode(heap, &bytes, &decode_options()).expect("stock Erlang writes good bytes");
    let answers = decoded.term.list_to_vec().expect("a list of answers");
    assert_eq!(answers.len(), cases.len());
    let mut unpack = |b: Term| {
        let bytes = b.as_binary().expect("bytes");
        etf::decode(heap, &bytes, &decode_options()).expect("stock Erlang writes good bytes").term
    };
    answers.into_iter().map(&mut unpack).collect()
}

/// An atom by name.
pub fn atom(text: &str) -> Term {
    Term::atom(Atom::new(text))
}

/// The value of `{ok, Value}`, or the name of `{error, Name}`.
pub fn value(answer: Term) -> Result<Term, &'static str> {
    match answer.as_tuple() {
        Some([tag, value]) if *tag == atom("ok") => Ok(*value),
        Some([_, reason]) if *reason == atom("undecodable") => panic!("stock Erlang can't read a case"),
        Some([_, reason]) => Err(reason.as_atom().map_or("?", Atom::text)),
        _ => panic!("not an answer"),
    }
}
