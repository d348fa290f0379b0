//! Hostile archives: either refused, or every accessor works.
#![no_main]

use joist_image::Archive;
use joist_image::cmdline::CommandLine;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(archive) = Archive::new_checked(bytes) else { return };
    let mut seen = 0;
    let mut todo = vec![archive.root()];
    while let Some(node) = todo.pop() {
        seen += 1;
        let _ = (node.data(), node.hash(), node.mode(), node.mtime(), node.parent(), archive.lookup(node.data(), true));
        assert!(node.index() == 0 || node.parent().child(node.name()) == Some(node));
        todo.extend(node.children());
    }
    assert_eq!(seen, archive.len());
    let boot = archive.boot();
    let _ = (boot.env().count(), boot.meta().count(), boot.preloaded().count(), boot.cwd(), boot.otp());
    let line = CommandLine::decode(bytes);
    let _ = (boot.args_with(&line), boot.env_with(&line));
});
