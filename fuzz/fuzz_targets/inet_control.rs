//! Any commands to the ports of `tcp_inet` and `udp_inet`, while the sockets below answer anything at any time: each is
//! answered, and when the port is closed so is its socket.
#![no_main]

#[path = "../world/mod.rs"]
mod world;

use joist_bif::drivers::inet;
use joist_vm::platform::Event;
use joist_vm::port::{self, Driver, Settings};
use joist_vm::term::{Pid, Term};
use libfuzzer_sys::fuzz_target;

/// What `prim_inet` adds to a request's number.
const MAGIC: u32 = 0x03f1_a300;

fuzz_target!(|input: &[u8]| {
    let Some(([kind, len], rest)) = input.split_first_chunk::<2>() else { return };
    let (script, mut rest) = rest.split_at(usize::from(*len).min(rest.len()));
    let world = world::enter(script);
    let owner = Pid::new(7, 0);
    let (udp, family, style) = (kind & 1 != 0, 1 + (kind >> 1) % 2, 1 + (kind & 1));
    let port = port::open(owner, b"inet", Settings::default(), inet(udp));
    let control = |request: u32, data: &[u8]| {
        let answer = port.with_driver(|d: &mut dyn Driver| d.control(&port, owner, MAGIC + request, data));
        // An answer, an error's name, or `badarg`.
        if let Ok(answer) = answer {
            assert!(!answer.is_empty());
        }
    };
    if kind & 8 == 0 {
        control(1, &[family, style]);
    }
    while let Some(([op, len], more)) = rest.split_first_chunk::<2>() {
        let (data, more) = more.split_at(usize::from(*len).min(more.len()));
        rest = more;
        match op {
            0xf0..=0xf3 => port.with_driver(|d: &mut dyn Driver| d.timeout(&port, (*len).into())),
            0xf4..=0xf7 => world.open().into_iter().for_each(|s| port.event(Event::SocketInput(s))),
            0xf8..=0xfb => world.open().into_iter().for_each(|s| port.event(Event::SocketOutput(s))),
            0xfc.. => {
                let _ = port.with_driver(|d: &mut dyn Driver| d.command(&port, owner, data));
            }
            request => control((*request).into(), data),
        }
        if port.state.lock().closed {
            break;
        }
    }
    port.close(owner, Term::atom(joist_vm::atom::KILL));
    // It may have been closed before, with output that waited: events bring that to its end, for now all fails.
    for _ in 0..10 {
        world.open().into_iter().for_each(|s| port.event(Event::SocketOutput(s)));
    }
    assert_eq!(world.open(), []);
});
