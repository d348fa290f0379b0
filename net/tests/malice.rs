//! Whatever comes in, the stack stands. What sockets then say is up to the forger, so nothing of it is looked at.

mod cable;

use cable::{MEMORY, Trouble, World, at};
use joist_vm::platform::{Event, Shutdown, Socket};
use proptest::prelude::*;

fn use_up(world: &mut World, machine: usize, socket: Socket) {
    while world.receive(machine, socket).is_ok_and(|data| !data.is_empty()) {}
    let _ = world.send(machine, socket, &[machine as u8; 3000]);
}

fn forged(seed: u64, malice: u64) {
    let mut world = World::new(Trouble { malice, loss: 5, ..Trouble::default() }, seed);
    let listener = world.listen(1, 80, 100);
    let group = world.udp(1);
    world.machines[1].bind(group, &at(1, 53)).unwrap();
    let mut open: Vec<(usize, Socket)> = vec![(1, group)];
    for round in 0..60u64 {
        if round % 4 == 0 {
            open.push((0, world.connect(0, &at(1, 80))));
            open.push((0, world.udp(0)));
        }
        for &(machine, socket) in &open {
            use_up(&mut world, machine, socket);
            let _ = world.machines[machine].send(socket, &[&[1; 4000]], Some(&at(1, 53)), &[], 0);
        }
        while let Ok((socket, _)) = world.machines[1].accept_from(listener) {
            open.push((1, socket));
        }
        if round % 7 == 6 {
            let (machine, socket) = open.swap_remove((seed.wrapping_mul(round) % open.len() as u64) as usize);
            let _ = world.machines[machine].shutdown(socket, Shutdown::Write);
            world.machines[machine].close(socket);
        }
        for _ in 0..30 {
            world.settle();
            world.wait(2_000_000);
        }
        let _: Vec<Event> = world.take_events(0).into_iter().chain(world.take_events(1)).collect();
    }
    for (machine, socket) in open.into_iter().chain([(1, listener)]) {
        world.machines[machine].close(socket);
    }
    world.trouble(Trouble::default());
    world.pass(2_000_000_000);
    for machine in &world.machines {
        assert_eq!(machine.memory_left(), MEMORY, "all memory comes back");
        assert_eq!(machine.waiting_closed(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn forged_packets(seed: u64, malice in 1u64..60) {
        forged(seed, malice);
    }
}

/// A forged acknowledgement has left two ends that never agree again: they don't ask each other at full speed.
#[test]
fn ends_that_disagree_are_quiet() {
    forged(4_148_444_410_025_154_923, 59);
}
