//! Datagrams, and answers to pings, that are longer than the cable's packets.

mod cable;

use cable::{Trouble, World, at};
use joist_vm::platform::{Address, Errno, Family, Socket, Style};
use proptest::prelude::*;
use std::net::{Ipv6Addr, SocketAddr};

fn at6(machine: u16, port: u16) -> Address {
    Address::Ip(SocketAddr::new(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0xff, 0xfe00, machine + 1).into(), port))
}

fn data(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 7 + n / 251 + len) as u8).collect()
}

/// A socket on each machine, for one version of IP, and the second one's address.
fn pair(world: &mut World, v4: bool) -> (Socket, Socket, Address) {
    let family = if v4 { Family::V4 } else { Family::V6 };
    let [client, server] = [0, 1].map(|n| world.machines[n].open(family, Style::Datagram, 0).unwrap());
    let address = if v4 { at(1, 53) } else { at6(1, 53) };
    world.machines[1].bind(server, &address).unwrap();
    (client, server, address)
}

#[test]
fn of_any_length() {
    for (v4, longest) in [(true, 65507), (false, 65527)] {
        let mut world = World::new(Trouble::default(), 31);
        let (client, server, to) = pair(&mut world, v4);
        for len in [0, 1452, 1453, 1472, 1473, 8164, 8165, 16384, 60_000, longest] {
            assert_eq!(world.machines[0].send(client, &[&data(len)], Some(&to), &[], 0), Ok(len));
            world.pass(1_500_000);
            let mut buf = vec![0; 70_000];
            let got = world.machines[1].receive(server, &mut buf, 0).unwrap();
            assert!(buf[..got.len] == data(len), "{len}");
            assert_eq!(world.machines[1].send(server, &[&data(len)], Some(&got.from.unwrap()), &[], 0), Ok(len));
            world.pass(1_500_000);
            assert!(world.receive(0, client).unwrap() == data(len), "{len}");
        }
        let long = data(longest + 1);
        assert_eq!(world.machines[0].send(client, &[&long], Some(&to), &[], 0), Err(Errno::Emsgsize));
        assert_eq!(world.machines[1].memory_left(), cable::MEMORY);
    }
}

#[test]
fn along_a_narrow_path() {
    for (v4, carries) in [(true, 552), (true, 1300), (false, 1280), (false, 1400)] {
        let mut world = World::new(Trouble::default(), 32);
        let (client, server, to) = pair(&mut world, v4);
        world.narrow(0, carries);
        world.machines[0].connect(client, Some(&to)).unwrap();
        assert_eq!(world.send(0, client, &data(1400)), Ok(1400));
        world.pass(1_500_000);
        assert_eq!(world.receive(1, server), Err(Errno::Eagain));
        assert_eq!(world.send(0, client, &data(1400)), Err(Errno::Emsgsize), "the first was too long");
        for len in [1400, 60_000] {
            assert_eq!(world.send(0, client, &data(len)), Ok(len));
            world.pass(1_000_000);
            assert!(world.receive(1, server).unwrap() == data(len), "{len}");
        }
    }
}

/// A card has room for one of the longest, on the narrowest path; several at once are sent one after the other.
#[test]
fn with_little_room() {
    for (v4, carries, len) in [(true, 0, 60_000), (false, 0, 60_000), (true, 552, 65_507), (false, 1280, 65_527)] {
        let mut world = World::new(Trouble::default(), 34);
        world.shorten(joist_net::FRAMES);
        let (client, server, to) = pair(&mut world, v4);
        world.machines[0].set_option(client, 1, 7, &200_000i32.to_ne_bytes()).unwrap();
        world.narrow(0, carries);
        world.machines[0].send(client, &[&data(1400)], Some(&to), &[], 0).unwrap();
        world.pass(1_500_000);
        while world.receive(1, server).is_ok() {}
        for round in 0..3 {
            for _ in 0..3 {
                let sent = world.machines[0].send(client, &[&data(len)], Some(&to), &[], 0);
                assert_eq!(sent, Ok(len), "round {round} of {v4}, {carries}");
            }
            world.pass(100_000);
            for _ in 0..3 {
                assert!(world.receive(1, server).unwrap() == data(len), "{v4}, {carries}");
            }
        }
        world.machines[0].close(client);
        world.pass(100_000);
        assert_eq!(world.machines[0].memory_left(), cable::MEMORY);
    }
}

/// A ping with so many bytes, in frames of at most 1280.
fn ping(v4: bool, len: usize) -> Vec<Vec<u8>> {
    let message = [&[if v4 { 8 } else { 128 }, 0, 0, 0, 1, 2, 3, 4][..], &data(len)].concat();
    let mut frames = Vec::new();
    for (n, piece) in message.chunks(1232).enumerate() {
        let more = (n + 1) * 1232 < message.len();
        let place = (n * 1232) as u16;
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        if v4 {
            let [a, b] = ((20 + piece.len()) as u16).to_be_bytes();
            let [c, d] = ((place / 8) | (u16::from(more) << 13)).to_be_bytes();
            frame.extend([8, 0, 0x45, 0, a, b, 0, 9, c, d, 64, 1, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1]);
            frame.extend(piece);
        } else {
            let Address::Ip(from) = at6(1, 0) else { unreachable!() };
            let Address::Ip(to) = at6(0, 0) else { unreachable!() };
            let bytes = |address: SocketAddr| match address {
                SocketAddr::V6(address) => address.ip().octets(),
                SocketAddr::V4(_) => unreachable!(),
            };
            let [a, b] = ((8 + piece.len()) as u16).to_be_bytes();
            let [c, d] = (place | u16::from(more)).to_be_bytes();
            frame.extend([0x86, 0xdd, 0x60, 0, 0, 0, a, b, 44, 64]);
            frame.extend(bytes(from));
            frame.extend(bytes(to));
            frame.extend([58, 0, c, d, 0, 0, 0, 9]);
            frame.extend(piece);
        }
        frames.push(frame);
    }
    frames
}

fn sum(bytes: &[u8], more: u32) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut sum = words.sum::<u32>() + more;
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// Sends one to machine 0; what it answers with.
fn pinged(world: &mut World, v4: bool, len: usize) -> Vec<Vec<u8>> {
    let mut frames = ping(v4, len);
    // The checksum is of all of it.
    let header = if v4 { 34 } else { 62 };
    let message: Vec<u8> = frames.iter().flat_map(|frame| frame[header..].to_vec()).collect();
    let pseudo = if v4 { 0 } else { u32::from(sum(&frames[0][22..54], 0)) + message.len() as u32 + 58 };
    let check = !sum(&message, pseudo);
    frames[0][header + 2..header + 4].copy_from_slice(&check.to_be_bytes());
    for mut frame in frames {
        if v4 {
            let check = !sum(&frame[14..34], 0);
            frame[24..26].copy_from_slice(&check.to_be_bytes());
        }
        world.forge(0, frame);
    }
    world.answers(0)
}

/// What the answer's frames hold.
fn together(v4: bool, frames: &[Vec<u8>]) -> Vec<u8> {
    let header = |frame: &[u8]| match v4 {
        true => 34,
        false if frame[20] == 44 => 62,
        false => 54,
    };
    frames.iter().flat_map(|frame| frame[header(frame)..].to_vec()).collect()
}

/// Machines that know each other.
fn acquainted(v4: bool) -> World {
    let mut world = World::new(Trouble::default(), 33);
    let (client, _, to) = pair(&mut world, v4);
    world.machines[0].send(client, &[b"x"], Some(&to), &[], 0).unwrap();
    world.pass(1_500_000);
    world
}

#[test]
fn long_pings() {
    for v4 in [true, false] {
        for len in [100, 20_000, 65_000] {
            let mut world = acquainted(v4);
            let answer = together(v4, &pinged(&mut world, v4, len));
            assert!(answer[8..] == data(len), "{len} bytes in {}", answer.len());
            assert_eq!(answer[0], if v4 { 0 } else { 129 });
            assert_eq!(world.machines[0].memory_left(), cable::MEMORY);
        }
    }
}

/// A router says that an answer was too long: the next one is shorter. Nobody is believed who never saw it.
#[test]
fn long_pings_along_a_narrow_path() {
    for len in [1400, 20_000] {
        let mut world = acquainted(false);
        let answer = pinged(&mut world, false, len);
        let mut forged = answer[0].clone();
        let known_by = if forged[20] == 44 { 66 } else { 58 };
        forged[known_by] ^= 1;
        for (frame, longest) in [(&forged, 1500), (&answer[0], 1300)] {
            world.forge(0, cable::too_long(frame, 1300).unwrap());
            world.answers(0);
            let next = pinged(&mut world, false, len);
            assert!(together(false, &next)[8..] == data(len));
            assert!(next.iter().all(|frame| frame.len() <= 14 + longest), "{len}");
            assert!(next.iter().any(|frame| frame.len() > 14 + longest - 100), "{len}");
        }
    }
}

/// The first that is known to be too long is a fragment.
#[test]
fn fragments_along_a_narrow_path() {
    let mut world = World::new(Trouble::default(), 35);
    let (client, server, to) = pair(&mut world, false);
    world.narrow(0, 1300);
    for came in [false, true] {
        world.machines[0].send(client, &[&data(60_000)], Some(&to), &[], 0).unwrap();
        world.pass(1_500_000);
        assert_eq!(world.receive(1, server).is_ok_and(|got| got == data(60_000)), came);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").map_or(48, |n| n.parse().unwrap_or(48)), ..ProptestConfig::default() })]
    /// Whole or nothing, whatever the wire does; and no memory stays with what never was whole.
    #[test]
    fn whole_or_nothing(
        seed: u64, v4: bool, loss in 0u64..30, duplication in 0u64..20, reordering in 0u64..50,
        lens in prop::collection::vec(1usize..20_000, 1..10), narrow in prop_oneof![Just(0usize), 1280usize..1500],
    ) {
        let mut world = World::new(Trouble::default(), seed);
        let (client, server, to) = pair(&mut world, v4);
        world.machines[0].send(client, &[&[]], Some(&to), &[], 0).unwrap();
        world.pass(1_500_000);
        prop_assert_eq!(world.receive(1, server), Ok(Vec::new()));
        world.narrow(0, narrow);
        world.trouble(Trouble { loss, duplication, reordering, ..Trouble::default() });
        for len in &lens {
            match world.machines[0].send(client, &[&data(*len)], Some(&to), &[], 0) {
                Ok(_) => {}
                Err(error) => prop_assert_eq!(error, Errno::Eagain),
            }
            world.settle();
        }
        world.pass(2_000_000);
        let mut got = 0;
        while let Ok(datagram) = world.receive(1, server) {
            prop_assert!(lens.contains(&datagram.len()) && datagram == data(datagram.len()));
            got += 1;
        }
        if loss == 0 && narrow == 0 {
            prop_assert!(got >= lens.len());
        }
        world.pass(61_000_000);
        prop_assert_eq!(world.machines[1].memory_left(), cable::MEMORY);
    }
}
