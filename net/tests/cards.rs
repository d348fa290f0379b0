//! Machines with two cards: which one packets go by, and that each answers for itself.

mod cable;

use cable::{Trouble, World};
use joist_net::{MOST_CARDS, Settings};
use joist_vm::platform::{Address, Errno, Family, Style};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

fn second(machine: usize) -> IpAddr {
    Ipv4Addr::new(10, 0, 1, machine as u8 + 1).into()
}

fn at_second(machine: usize, port: u16) -> Address {
    Address::Ip(SocketAddr::new(second(machine), port))
}

/// 10.0.0.n on the first cable, with a router; 10.0.1.n on the second.
fn two_cables(seed: u64) -> World {
    let mut world = World::new(Trouble::default(), seed);
    world.another_cable(std::array::from_fn(|n| Settings { addresses: vec![(second(n), 24)], ..Settings::default() }));
    world.settle();
    world
}

fn link_local(machine: usize, cable: u8) -> Ipv6Addr {
    let half = u64::from_be_bytes([0, 0, 0, 0xff, 0xfe, 0, cable, machine as u8 + 1]);
    Ipv6Addr::from(0xfe80_u128 << 112 | u128::from(half))
}

#[test]
fn each_network_by_its_card() {
    let mut world = two_cables(1);
    let before = world.sent_on(0);
    let (client, server, _) = world.pair();
    world.send(0, client, b"by the first").unwrap();
    world.settle();
    assert_eq!(world.receive(1, server).unwrap(), b"by the first");
    assert_eq!(world.sent_on(0), before);

    let listener = world.tcp(1);
    world.machines[1].bind(listener, &at_second(1, 81)).unwrap();
    world.machines[1].listen_on(listener, 5).unwrap();
    let client = world.connect(0, &at_second(1, 81));
    world.settle();
    let (server, from) = world.machines[1].accept_from(listener).unwrap();
    assert!(matches!(from, Address::Ip(from) if from.ip() == second(0)), "{from:?}");
    world.send(1, server, b"by the second").unwrap();
    world.settle();
    assert_eq!(world.receive(0, client).unwrap(), b"by the second");
    assert!(world.sent_on(0) > before);

    // The one stands still without its cable, the other goes on.
    world.plug_another(false);
    world.settle();
    assert_eq!(world.machines[0].take_link_news(), Some((1, false)));
    world.send(1, server, b"later").unwrap();
    let (again, other, _) = world.listen_and_connect(82);
    world.send(0, again, b"still").unwrap();
    world.settle();
    assert_eq!(world.receive(1, other).unwrap(), b"still");
    assert_eq!(world.receive(0, client), Err(Errno::Eagain));
    world.plug_another(true);
    world.pass(60_000_000);
    assert_eq!(world.receive(0, client).unwrap(), b"later");
}

#[test]
fn who_is_bound_goes_by_the_card_that_has_the_address() {
    let mut world = two_cables(2);
    let socket = world.udp(0);
    world.machines[0].bind(socket, &at_second(0, 0)).unwrap();
    let sent = world.machines[0].send(socket, &[b"x"], Some(&cable::at(1, 9)), &[], 0);
    assert_eq!(sent, Err(Errno::Enetunreach), "the second card knows no way to the first one's network");
    let elsewhere = Address::Ip("192.0.2.1:9".parse().unwrap());
    assert_eq!(world.machines[0].send(socket, &[b"x"], Some(&elsewhere), &[], 0), Err(Errno::Enetunreach));
    let free = world.udp(0);
    let before = world.sent();
    assert_eq!(world.machines[0].send(free, &[b"x"], Some(&elsewhere), &[], 0), Ok(1), "by the first one's router");
    world.settle();
    assert!(world.sent() > before);

    // What comes for an address of the one by the other is for nobody.
    let taker = world.udp(1);
    world.machines[1].bind(taker, &Address::Ip("0.0.0.0:9".parse().unwrap())).unwrap();
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
    frame.extend([0x45, 0, 0, 29, 0, 1, 0, 0, 64, 17, 0x65, 0xcd, 10, 0, 0, 1, 10, 0, 1, 2]);
    frame.extend([0, 7, 0, 9, 0, 9, 0, 0, b'!']);
    world.forge(1, frame.clone());
    world.settle();
    assert_eq!(world.receive(1, taker), Err(Errno::Eagain));
    frame.splice(24..26, [0x66, 0xcd]);
    frame[32] = 0;
    world.forge(1, frame);
    world.settle();
    assert_eq!(world.receive(1, taker).unwrap(), b"!", "the same one, for the card that it came to");
}

#[test]
fn link_local_addresses_name_their_card() {
    let mut world = two_cables(3);
    for (cable, index) in [(0, 2), (1, 3)] {
        let listener = world.machines[1].open(Family::V6, Style::Stream, 0).unwrap();
        let to = |scope| Address::Ip(SocketAddrV6::new(link_local(1, cable), 90, 0, scope).into());
        world.machines[1].bind(listener, &to(index)).unwrap();
        world.machines[1].listen_on(listener, 5).unwrap();
        let client = world.machines[0].open(Family::V6, Style::Stream, 0).unwrap();
        assert_eq!(world.machines[0].connect(client, Some(&to(9))), Err(Errno::Enodev));
        assert_eq!(world.machines[0].connect(client, Some(&to(index))), Err(Errno::Einprogress));
        world.settle();
        let (server, from) = world.machines[1].accept_from(listener).unwrap();
        for address in [from, world.machines[1].name(server).unwrap(), world.machines[0].peer(client).unwrap()] {
            assert!(matches!(address, Address::Ip(SocketAddr::V6(a)) if a.scope_id() == index), "{address:?}");
        }
    }
}

#[test]
fn groups_and_devices() {
    const SOCKET: i32 = 1;
    const BINDTODEVICE: i32 = 25;
    let mut world = two_cables(4);
    let group = [239, 1, 2, 3];
    let to = Address::Ip(SocketAddr::new(Ipv4Addr::from(group).into(), 7));
    let takers = [world.udp(1), world.udp(1)];
    for (n, taker) in takers.into_iter().enumerate() {
        world.machines[1].set_option(taker, SOCKET, 2, &1_i32.to_ne_bytes()).unwrap();
        world.machines[1].bind(taker, &Address::Ip("0.0.0.0:7".parse().unwrap())).unwrap();
        let interface = if n == 0 { cable::ip(1) } else { second(1) };
        let IpAddr::V4(interface) = interface else { unreachable!() };
        world.machines[1].set_option(taker, 0, 35, &[group, interface.octets()].concat()).unwrap();
    }
    let unknown = [group, [10, 9, 9, 9]].concat();
    assert_eq!(world.machines[1].set_option(takers[0], 0, 35, &unknown), Err(Errno::Enodev));
    let sender = world.udp(0);
    for (n, name) in [b"eth0".as_slice(), b"eth1\0\0"].into_iter().enumerate() {
        world.machines[0].set_option(sender, SOCKET, BINDTODEVICE, name).unwrap();
        assert_eq!(
            world.machines[0].option(sender, SOCKET, BINDTODEVICE, 16).unwrap()[..5],
            *[&name[..4], &[0]].concat()
        );
        world.machines[0].send(sender, &[b"all"], Some(&to), &[], 0).unwrap();
        world.settle();
        assert_eq!(world.receive(1, takers[n]).unwrap(), b"all");
        assert_eq!(world.receive(1, takers[1 - n]), Err(Errno::Eagain));
    }
    assert_eq!(world.machines[0].set_option(sender, SOCKET, BINDTODEVICE, b"eth2"), Err(Errno::Enodev));
    world.machines[0].set_option(sender, SOCKET, BINDTODEVICE, b"").unwrap();
    let IpAddr::V4(interface) = second(0) else { unreachable!() };
    world.machines[0].set_option(sender, 0, 32, &interface.octets()).unwrap();
    assert_eq!(world.machines[0].option(sender, 0, 32, 4).unwrap(), interface.octets());
    world.machines[0].send(sender, &[b"second"], Some(&to), &[], 0).unwrap();
    world.settle();
    assert_eq!(world.receive(1, takers[1]).unwrap(), b"second");
    assert_eq!(world.receive(1, takers[0]), Err(Errno::Eagain));
}

#[test]
fn there_is_an_end_to_cards() {
    let mut world = two_cables(5);
    let names = |world: &World| -> Vec<String> {
        let mut names: Vec<String> = world.machines[0].interfaces().into_iter().map(|i| i.name).collect();
        names.dedup();
        names
    };
    assert_eq!(names(&world), ["lo", "eth0", "eth1"]);
    for _ in 2..MOST_CARDS {
        world.another_cable(Default::default());
    }
    assert_eq!(world.machines[0].settings().len(), MOST_CARDS);
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.another_cable(Default::default())));
    assert!(refused.is_err());
}
