//! Hostile archives, of any bytes or a good one that is changed at some places: either refused, or every accessor works.
#![no_main]

use joist_image::cmdline::CommandLine;
use joist_image::{Archive, Builder};
use libfuzzer_sys::fuzz_target;

/// A small archive with something of each kind in it.
fn good() -> Vec<u8> {
    let mut b = Builder::new();
    b.file(b"bin/start", 0o755, 7, b"#!/bin/sh\n".to_vec()).expect("a path");
    b.file(b"lib/a/ebin/a.beam", 0o644, 8, vec![7; 300]).expect("a path");
    b.symlink(b"link", 9, b"lib/a".to_vec()).expect("a path");
    b.directory(b"empty", 0o755).expect("a path");
    b.args(vec![b"erl".to_vec(), b"--".to_vec(), b"-boot".to_vec()]);
    b.env(b"HOME", b"/");
    b.preloaded("init", vec![1; 50]);
    b.meta(b"otp", b"25");
    b.build().expect("an archive")
}

fuzz_target!(|input: (bool, Vec<(u16, u8)>, Vec<u8>)| {
    static GOOD: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let (any, changes, mut bytes) = input;
    if !any {
        let more = std::mem::replace(&mut bytes, GOOD.get_or_init(good).clone());
        bytes.extend(more);
        let n = bytes.len();
        changes.iter().for_each(|(at, byte)| bytes[usize::from(*at) % n] = *byte);
    }
    look(&bytes);
});

fn look(bytes: &[u8]) {
    let Ok(archive) = Archive::new_checked(bytes) else { return };
    let mut seen = 0;
    let mut todo = vec![archive.root()];
    while let Some(node) = todo.pop() {
        seen += 1;
        let _ = (node.read(), node.hash(), node.mode(), node.mtime(), node.parent());
        let _ = node.data().map(|path| archive.lookup(path, true));
        assert!(node.index() == 0 || node.parent().child(node.name()) == Some(node));
        todo.extend(node.children());
    }
    assert_eq!(seen, archive.len());
    let boot = archive.boot();
    let _ = (boot.env().count(), boot.meta().count(), boot.preloaded().count(), boot.cwd(), boot.otp());
    let line = CommandLine::decode(bytes);
    let _ = (boot.args_with(&line), boot.env_with(&line));
}
