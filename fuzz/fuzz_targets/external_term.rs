//! Any bytes as an external term: decoding answers a term or an error. A term's own bytes decode to the same term, in
//! one go and in pauses, and everything that walks terms can walk it.
#![no_main]

use joist_vm::etf::{self, CodeLinker, DecodeOptions, Decoder, EncodeOptions, Progress};
use joist_vm::heap::Fragments;
use joist_vm::node::NodeName;
use joist_vm::term::compare::{compare, exact_eq};
use joist_vm::term::{display, hash};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    joist_vm::atom::init();
    // Atoms are never freed: new ones would fill the table.
    let options = DecodeOptions { linker: &CodeLinker, node: NodeName::NONODE, safe: true };
    let mut heap = Fragments::new();
    let mut input = vec![etf::VERSION];
    input.extend_from_slice(bytes);
    let Ok(decoded) = etf::decode(&mut heap, &input, &options) else { return };
    let own = etf::encode(decoded.term, &EncodeOptions::default());
    let mut again = Decoder::new(&own[1..]);
    while again.run(&mut heap, &options, &mut 3).expect("own bytes decode") == Progress::Paused {}
    assert!(exact_eq(decoded.term, again.term()));
    assert!(compare(decoded.term, again.term()).is_eq());
    assert_eq!(hash::phash2(decoded.term), hash::phash2(again.term()));
    assert_eq!(hash::internal(decoded.term, 0), hash::internal(again.term(), 0));
    let _ = display::to_bytes(decoded.term, 1000);
});
