//! Any answers, at any time and in any pieces, to the resolver's questions: each question comes to an end, once, and leaves
//! no socket behind.
#![no_main]

#[path = "../world/mod.rs"]
mod world;

use joist_bif::resolver::probe;
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

fuzz_target!(|input: &[u8]| {
    let Some(([kind, len], rest)) = input.split_first_chunk::<2>() else { return };
    let (name, script) = rest.split_at(usize::from(*len % 64).min(rest.len()));
    let world = world::enter(script);
    let told = Arc::new(AtomicUsize::new(0));
    let tell = {
        let told = told.clone();
        move |name: Option<&str>| {
            // No name is longer on the wire; what is no UTF-8 grows threefold.
            assert!(name.is_none_or(|name| name.len() <= 3 * 255));
            told.fetch_add(1, Relaxed);
        }
    };
    match kind % 3 {
        0 => probe::address([192, 0, 2, *len].into(), tell),
        n => probe::name(&String::from_utf8_lossy(name), n == 1, tell),
    }
    // Each event takes something from the script, and behind its end all fails.
    for _ in 0..script.len() + 100 {
        world.open().into_iter().for_each(probe::event);
    }
    assert_eq!(told.load(Relaxed), 1);
    assert_eq!(world.open(), []);
});
