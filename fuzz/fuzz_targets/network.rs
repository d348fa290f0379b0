//! Frames of any kind into the network stack, while it listens, has connections and datagram sockets, and asks for an
//! address: nothing panics, it comes to rest, and when all sockets are closed all memory is back.
#![no_main]

#[path = "../network/mod.rs"]
mod network;

use libfuzzer_sys::fuzz_target;
use network::World;

fuzz_target!(|input: &[u8]| {
    let mut world = World::new();
    let mut rest = input;
    while let Some((op, more)) = rest.split_first() {
        rest = world.step(*op, more);
    }
    world.end();
});
