//! Routers that advertise, and a cable that is put in elsewhere.

mod cable;

use cable::{Trouble, World};
use std::net::{IpAddr, Ipv6Addr};

const SOLICITATION: u8 = 133;

fn sum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut sum = words.sum::<u32>();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// A router's word on a network `2001:db8:N::/64`, for so many seconds.
fn advertisement(network: u16, seconds: u16) -> Vec<u8> {
    let from = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, network).octets();
    let to = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1).octets();
    let [a, b] = seconds.to_be_bytes();
    let mut message = vec![134, 0, 0, 0, 64, 0, a, b, 0, 0, 0, 0, 0, 0, 0, 0];
    message.extend([3, 4, 64, 0xc0, 0, 0, a, b, 0, 0, a, b, 0, 0, 0, 0]);
    message.extend(Ipv6Addr::new(0x2001, 0xdb8, network, 0, 0, 0, 0, 0).octets());
    let len = message.len() as u8;
    let check = !sum(&[&from[..], &to, &[0, 0, 0, len, 0, 0, 0, 58], &message].concat());
    message[2..4].copy_from_slice(&check.to_be_bytes());
    let mut frame = vec![0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x86, 0xdd, 0x60, 0, 0, 0, 0, len, 58, 255];
    frame.extend(from);
    frame.extend(to);
    frame.extend(message);
    frame
}

/// How often a machine has asked for routers just now.
fn asked(world: &mut World) -> usize {
    let is_question = |frame: &&Vec<u8>| frame.len() > 54 && frame[20] == 58 && frame[54] == SOLICITATION;
    world.answers(0).iter().filter(is_question).count()
}

/// The networks that machine 0 has addresses in, and its router.
fn networks(world: &World) -> (Vec<u16>, Option<u16>) {
    let settings = world.machines[0].settings().remove(0);
    let network = |ip: &IpAddr| match ip {
        IpAddr::V6(ip) if ip.segments()[0] == 0x2001 => Some(ip.segments()[2]),
        _ => None,
    };
    let mut all: Vec<u16> = settings.addresses.iter().filter_map(|(ip, _)| network(ip)).collect();
    all.sort_unstable();
    let router = settings.gateways.iter().find_map(|ip| match ip {
        IpAddr::V6(ip) => Some(ip.segments()[7]),
        IpAddr::V4(_) => None,
    });
    (all, router)
}

/// So many seconds, without machine 1.
fn pass(world: &mut World, seconds: u64) {
    for _ in 0..seconds * 10 {
        world.now += 100_000;
        world.answers(0);
    }
}

#[test]
fn a_cable_that_is_put_in_elsewhere() {
    let mut world = World::new(Trouble::default(), 41);
    assert_eq!(asked(&mut world), 1);
    world.forge(0, advertisement(1, 1000));
    world.answers(0);
    assert_eq!(networks(&world), (vec![1], Some(1)));
    pass(&mut world, 60);
    assert_eq!(asked(&mut world), 0);
    world.plug(false);
    world.answers(0);
    assert_eq!(networks(&world), (vec![1], Some(1)), "as long as it was said to");
    world.plug(true);
    assert_eq!(asked(&mut world), 1, "at once");
    assert_eq!(networks(&world), (vec![1], Some(1)), "until there is an answer");
    world.forge(0, advertisement(2, 30));
    world.answers(0);
    assert_eq!(networks(&world), (vec![2], Some(2)));
    pass(&mut world, 29);
    assert_eq!(networks(&world), (vec![2], Some(2)));
    pass(&mut world, 2);
    assert_eq!(networks(&world), (vec![], None), "nobody said so again");
}

/// Three times, and no more.
#[test]
fn nobody_answers() {
    let mut world = World::new(Trouble::default(), 43);
    let mut times = Vec::new();
    for second in 0..60 {
        times.extend(vec![second; asked(&mut world)]);
        world.now += 1_000_000;
    }
    assert_eq!(times, [0, 4, 8]);
    assert_eq!(world.machines[0].deadline_us(), None);
}

/// The same network, with a router that says the same: its time begins anew. Without one it ends.
#[test]
fn what_was_said_counts_for_its_time() {
    let mut world = World::new(Trouble::default(), 42);
    world.forge(0, advertisement(1, 100));
    world.answers(0);
    for again in [true, false] {
        pass(&mut world, 90);
        world.plug(false);
        world.answers(0);
        world.plug(true);
        assert_eq!(asked(&mut world), 1);
        if again {
            world.forge(0, advertisement(1, 100));
            world.answers(0);
        }
        assert_eq!(networks(&world), (vec![1], Some(1)));
    }
    pass(&mut world, 12);
    assert_eq!(networks(&world), (vec![], None));
}
