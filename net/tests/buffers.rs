//! Buffers are as large as they need to be: small at first, larger for who moves much, small again for who doesn't.

mod cable;

use cable::{Trouble, World, at};
use joist_vm::platform::{Errno, Socket};

const ROOM: usize = 8 << 20;

/// Moves so many bytes from the first machine to the second, which reads at once; answers how many rounds it took.
fn transfer(world: &mut World, from: Socket, to: Socket, len: usize) -> usize {
    let data: Vec<u8> = (0..len).map(|n| (n / 3) as u8).collect();
    let (mut sent, mut got, mut rounds) = (0, Vec::new(), 0);
    while got.len() < len {
        rounds += 1;
        assert!(
            rounds < 100_000,
            "it does not end: {} of {sent} of {len} at {}, left {} {}",
            got.len(),
            world.now,
            world.machines[0].memory_left(),
            world.machines[1].memory_left()
        );
        match world.send(0, from, &data[sent..]) {
            Ok(count) => sent += count,
            Err(e) => assert_eq!(e, Errno::Eagain),
        }
        world.settle();
        match world.receive(1, to) {
            Ok(more) => got.extend(more),
            Err(e) => {
                assert_eq!(e, Errno::Eagain);
                world.wait(120_000_000);
            }
        }
        world.settle();
    }
    assert!(got == data, "something else arrived");
    rounds
}

#[test]
fn they_grow_and_shrink() {
    let mut world = World::with_memory(Trouble::default(), 3, ROOM);
    let (client, server, listener) = world.pair();
    assert!(world.machines[1].memory_left() > ROOM - 40_000, "little at first");
    transfer(&mut world, client, server, 1 << 20);
    assert!(world.machines[0].memory_left() < ROOM - 100_000 && world.machines[1].memory_left() < ROOM - 100_000);

    world.pass(2_000_000);
    let mut others = Vec::new();
    for _ in 0..3700 {
        let other = world.connect(0, &at(1, 80));
        world.settle();
        others.push((other, world.machines[1].accept_from(listener).unwrap().0));
    }
    assert!(world.machines[1].memory_left() < ROOM / 4);
    // The first ones gave back what they had: all have the least.
    assert!(world.machines[1].memory_left() > ROOM - 3701 * 1792 - 1_200_000, "{}", world.machines[1].memory_left());
    let (a, b) = others[2000];
    for (from, to) in [(client, server), (a, b), (client, server)] {
        transfer(&mut world, from, to, 100_000);
    }
    for (a, b) in others.into_iter().chain([(client, server)]) {
        world.machines[0].close(a);
        world.machines[1].close(b);
    }
    world.machines[1].close(listener);
    world.pass(2_000_000);
    assert_eq!([world.machines[0].memory_left(), world.machines[1].memory_left()], [ROOM; 2]);
}

/// What is under way while a connection gets other buffers is not lost, whichever end has them.
#[test]
fn both_ways_at_once() {
    for seed in 0..50 {
        let mut world = World::with_memory(Trouble { loss: seed % 5, ..Trouble::default() }, seed, ROOM);
        world.trouble(Trouble::default());
        let (client, server, _) = world.pair();
        world.trouble(Trouble { loss: seed % 5, reordering: seed % 7, ..Trouble::default() });
        for (n, len) in [100, 5000, 9000, 40_000, 300_000].into_iter().enumerate() {
            let _ = world.send(1, server, &[n as u8; 100]);
            transfer(&mut world, client, server, len);
            let mut back = Vec::new();
            while back.len() < 100 {
                match world.receive(0, client) {
                    Ok(more) => back.extend(more),
                    Err(_) => assert!(world.wait(120_000_000)),
                }
                world.settle();
            }
            assert_eq!(back, [n as u8; 100]);
        }
    }
}
