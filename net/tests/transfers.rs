//! What goes in at one end comes out at the other, whatever the wire does.

mod cable;

use cable::{Trouble, World};
use joist_vm::platform::{Errno, Event, Shutdown, Socket};
use proptest::prelude::*;

/// One direction of a transfer, driven by events alone.
struct Half {
    machine: usize,
    socket: Socket,
    data: Vec<u8>,
    sent: usize,
    shut: bool,
    got: Vec<u8>,
    ended: bool,
}

impl Half {
    fn write(&mut self, world: &mut World, piece: usize) {
        while self.sent < self.data.len() {
            let end = self.data.len().min(self.sent + piece);
            match world.send(self.machine, self.socket, &self.data[self.sent..end]) {
                Ok(count) => {
                    let whole = count == end - self.sent;
                    self.sent += count;
                    if !whole {
                        return;
                    }
                }
                Err(Errno::Eagain) => return,
                Err(e) => panic!("send: {e:?}"),
            }
        }
        if !self.shut {
            self.shut = true;
            world.machines[self.machine].shutdown(self.socket, Shutdown::Write).unwrap();
        }
    }

    fn read(&mut self, world: &mut World, piece: usize) {
        let mut buf = vec![0; piece];
        while !self.ended {
            match world.machines[self.machine].receive(self.socket, &mut buf, 0) {
                Ok(got) => {
                    self.got.extend_from_slice(&buf[..got.len]);
                    self.ended = got.len == 0;
                }
                Err(Errno::Eagain) => return,
                Err(e) => panic!("receive: {e:?}"),
            }
        }
    }
}

fn bytes(seed: u64, len: usize) -> Vec<u8> {
    (0..len as u64).map(|n| (n.wrapping_mul(seed | 1) >> 7) as u8).collect()
}

/// Answers how many microseconds it takes.
fn transfer(trouble: Trouble, seed: u64, lengths: [usize; 2], pieces: [usize; 2]) -> u64 {
    let mut world = World::new(Trouble::default(), seed);
    let (client, server, _) = world.pair();
    world.trouble(trouble);
    world.take_events(0);
    world.take_events(1);
    let mut halves: Vec<Half> = [(0, client), (1, server)]
        .into_iter()
        .map(|(machine, socket)| Half {
            machine,
            socket,
            data: bytes(seed + machine as u64, lengths[machine]),
            sent: 0,
            shut: false,
            got: Vec::new(),
            ended: false,
        })
        .collect();
    for half in &mut halves {
        half.write(&mut world, pieces[0]);
        half.read(&mut world, pieces[1]);
    }
    let limit = 3_600_000_000;
    while !halves.iter().all(|h| h.ended && h.shut) {
        world.settle();
        let mut idle = true;
        for half in &mut halves {
            for event in world.take_events(half.machine) {
                idle = false;
                match event {
                    Event::SocketInput(s) if s == half.socket => half.read(&mut world, pieces[1]),
                    Event::SocketOutput(s) if s == half.socket => half.write(&mut world, pieces[0]),
                    _ => {}
                }
            }
        }
        if idle {
            assert!(world.wait(limit), "stuck at {}: nothing is due", world.now);
            assert!(world.now < limit, "it takes longer than an hour");
            assert!(world.waits < 5000, "deadlines come without end");
        }
    }
    assert!(halves[0].got == halves[1].data && halves[1].got == halves[0].data, "something else arrived");
    world.now
}

#[test]
fn a_good_wire() {
    transfer(Trouble::default(), 1, [1 << 20, 3 << 20], [100_000, 65536]);
}

#[test]
fn small_pieces() {
    transfer(Trouble::default(), 2, [20_000, 0], [7, 13]);
}

/// A lost frame costs no second, though data goes both ways: the gaps that the other end tells of are filled at once.
#[test]
fn losses_cost_little() {
    let trouble = Trouble { loss: 1, ..Trouble::default() };
    let times: Vec<u64> = (0..8).map(|seed| transfer(trouble, seed, [1 << 20, 1 << 20], [100_000, 65536])).collect();
    let mean = times.iter().sum::<u64>() / 8;
    assert!(mean < 3_000_000, "{times:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn a_bad_wire(
        loss in 0u64..12, duplication in 0u64..20, reordering in 0u64..20, seed: u64,
        lengths in [0usize..200_000, 0usize..200_000], piece in 1usize..70_000, reads in 1usize..70_000,
    ) {
        let _ = transfer(Trouble { loss, duplication, reordering, malice: 0 }, seed, lengths, [piece.max(64), reads.max(64)]);
    }
}

/// The last FIN is lost again and again.
#[test]
fn a_lost_end() {
    let trouble = Trouble { loss: 6, duplication: 15, reordering: 10, malice: 0 };
    transfer(trouble, 17_555_634_807_132_105_425, [16_365, 82_937], [64, 64]);
}

/// The end comes in a segment that is sent anew and is larger than the window.
#[test]
fn an_end_beyond_the_window() {
    let trouble = Trouble { loss: 6, duplication: 12, reordering: 7, malice: 0 };
    transfer(trouble, 12_168_982_371_742_160_870, [108_510, 3509], [8193, 1]);
}

/// What a sender leaves behind when it closes arrives, also where the other end has closed its half long before: and an
/// answer that begins then gets larger buffers still.
#[test]
fn what_is_left_behind_arrives() {
    for (loss, late) in [(0, false), (0, true), (3, false), (3, true)] {
        let mut world = World::new(Trouble::default(), 17);
        let (client, server, _) = world.pair();
        let memory = world.machines[1].memory_left();
        world.send(0, client, b"GET").unwrap();
        world.machines[0].shutdown(client, Shutdown::Write).unwrap();
        if !late {
            world.settle();
        }
        assert_eq!(world.receive(1, server).unwrap_or_default(), if late { &b""[..] } else { b"GET" });
        world.trouble(Trouble { loss, ..Trouble::default() });
        let data = bytes(5, 900_000);
        let sent = world.send(1, server, &data).unwrap();
        assert!(sent < data.len() / 2 && (late || sent > 65536), "{sent}");
        world.settle();
        let _ = world.receive(1, server);
        for piece in data[sent..].chunks(100_000) {
            assert!(world.machines[1].keep(server, &[&piece[..7], &[], &piece[7..]]));
        }
        // What comes later would come behind it.
        assert_eq!(world.send(1, server, b"more"), Err(Errno::Eagain));
        assert!(!world.machines[1].ready(server, true).unwrap());
        assert!(!world.machines[1].keep(server, &[&vec![0; cable::MEMORY]]), "there is no memory for that");
        world.machines[1].close(server);
        let mut got = Vec::new();
        loop {
            world.settle();
            match world.receive(0, client) {
                Ok(more) if more.is_empty() => break,
                Ok(more) => got.extend(more),
                Err(e) => {
                    assert_eq!(e, Errno::Eagain);
                    assert!(world.wait(100_000_000), "{} of {}", got.len(), data.len());
                }
            }
        }
        assert!(got == data, "{} of {} bytes, or others", got.len(), data.len());
        world.trouble(Trouble::default());
        world.pass(200_000_000);
        assert!(world.machines[1].memory_left() >= memory, "all memory is back");
    }
}

/// Without a cable nothing gives way; what was on its way arrives when it is back.
#[test]
fn a_cable_that_is_out() {
    const RUNNING: u32 = 0x1_0040;
    let mut world = World::new(Trouble::default(), 18);
    let (client, server, _) = world.pair();
    let flags =
        |world: &World| -> Vec<u32> { world.machines[0].interfaces().iter().map(|i| i.flags & RUNNING).collect() };
    assert_eq!(flags(&world), [RUNNING; 6]);
    world.plug(false);
    world.settle();
    assert_eq!(world.machines[0].take_link_news(), Some((0, false)));
    assert_eq!(flags(&world), [RUNNING, RUNNING, RUNNING, 0, 0, 0]);
    assert!(world.machines[0].settings()[0].addresses.contains(&(cable::ip(0), 24)));
    world.send(0, client, b"through").unwrap();
    let to = world.udp(0);
    assert_eq!(world.machines[0].send(to, &[b"lost"], Some(&cable::at(1, 9)), &[], 0), Ok(4), "as Linux says");
    world.pass(20_000_000);
    assert_eq!(world.receive(1, server), Err(Errno::Eagain));
    world.plug(true);
    world.settle();
    assert_eq!(world.machines[0].take_link_news(), Some((0, true)));
    assert_eq!(world.machines[0].take_link_news(), None);
    world.pass(60_000_000);
    assert_eq!(world.receive(1, server).unwrap(), b"through");
}

/// Who never reads does not keep what a closed socket has left behind for ever.
#[test]
fn what_nobody_takes_is_given_up() {
    let mut world = World::new(Trouble::default(), 19);
    let (client, server, _) = world.pair();
    let memory = world.machines[1].memory_left();
    world.pass(300_000_000); // long idle before
    assert!(world.machines[1].keep(server, &[&vec![7; 4 << 20]]));
    world.machines[1].close(server);
    world.pass(100_000_000);
    assert!(world.machines[1].memory_left() < memory, "it is waited for");
    world.pass(100_000_000);
    assert!(world.machines[1].memory_left() >= memory, "for two minutes");
    let mut got = 0;
    let end = loop {
        match world.receive(0, client) {
            Ok(more) if more.is_empty() => break None,
            Ok(more) => got += more.len(),
            // It hears once it asks for more.
            Err(Errno::Eagain) if world.now < 600_000_000 => world.pass(1_000_000),
            Err(e) => break Some(e),
        }
    };
    assert!(got > 0 && end == Some(Errno::Econnreset), "{got} {end:?}");
}
