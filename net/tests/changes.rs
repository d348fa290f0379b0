//! Interfaces that programs change (`SIOCSIF…`): what is told of them afterwards, and what gets through.

mod cable;

use cable::{Trouble, World, at};
use joist_net::Stack;
use joist_vm::platform::{Address, Change, Errno, Interface};
use std::net::{IpAddr, Ipv4Addr};

fn v4(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn change(world: &mut World, machine: usize, name: &str, change: Change) -> Result<(), Errno> {
    let result = world.machines[machine].change_interface(true, name.as_bytes(), change);
    world.settle();
    result
}

/// Of IPv4, by its first address.
fn card(stack: &Stack) -> Interface {
    let all = stack.interfaces();
    let has = |i: &&Interface| i.name == "eth0" && i.address.is_none_or(|a| a.is_ipv4());
    all.iter().rfind(has).cloned().unwrap()
}

fn told(world: &World) -> (Option<IpAddr>, Option<IpAddr>, Option<IpAddr>, u32) {
    let card = card(&world.machines[0]);
    (card.address, card.netmask, card.other, card.mtu)
}

#[test]
fn addresses() {
    let mut world = World::new(Trouble::default(), 30);
    let before = world.machines[0].changes();
    assert_eq!(change(&mut world, 0, "eth0", Change::Address(v4("10.0.0.7"))), Ok(()));
    assert!(world.machines[0].changes() > before, "the console says so");
    // The class's netmask, as Linux has it; then one that is wanted.
    assert_eq!(told(&world), (Some(v4("10.0.0.7")), Some(v4("255.0.0.0")), Some(v4("10.255.255.255")), 1500));
    assert_eq!(change(&mut world, 0, "eth0", Change::Netmask(v4("255.255.255.0"))), Ok(()));
    assert_eq!(told(&world), (Some(v4("10.0.0.7")), Some(v4("255.255.255.0")), Some(v4("10.0.0.255")), 1500));
    // The old one is nobody's any more, the new one answers.
    let listener = world.tcp(0);
    world.machines[0].bind(listener, &Address::Ip((Ipv4Addr::UNSPECIFIED, 80).into())).unwrap();
    world.machines[0].listen_on(listener, 5).unwrap();
    let to = |text: &str| Address::Ip((text.parse::<Ipv4Addr>().unwrap(), 80).into());
    let (new, old) = (world.connect(1, &to("10.0.0.7")), world.tcp(1));
    world.settle();
    assert_eq!(world.machines[1].take_error(new), None);
    assert_eq!(world.machines[1].peer(new), Ok(to("10.0.0.7")));
    assert_eq!(world.machines[1].connect(old, Some(&to("10.0.0.1"))), Err(Errno::Einprogress));
    world.pass(300_000_000);
    assert!(world.machines[1].take_error(old).is_some(), "it gave up");
    // None at all, and what makes no sense.
    for (wrong, error) in [
        (Change::Address(v4("224.0.0.1")), Errno::Einval),
        (Change::Address(v4("fe80::1")), Errno::Einval),
        (Change::Netmask(v4("255.0.255.0")), Errno::Einval),
        (Change::Broadcast(v4("10.0.0.77")), Errno::Enotsup),
        (Change::Destination(v4("10.0.0.9")), Errno::Enotsup),
        (Change::Hardware([2; 14]), Errno::Enotsup),
        (Change::QueueLength(9), Errno::Enotsup),
    ] {
        assert_eq!(change(&mut world, 0, "eth0", wrong), Err(error), "{wrong:?}");
    }
    assert_eq!(change(&mut world, 0, "eth1", Change::Mtu(1400)), Err(Errno::Enodev));
    assert_eq!(world.machines[0].change_interface(false, b"eth0", Change::Address(v4("10.0.0.8"))), Err(Errno::Enotty));
    assert_eq!(change(&mut world, 0, "eth0", Change::Address(v4("0.0.0.0"))), Ok(()));
    assert_eq!(told(&world).0, None);
    assert_eq!(change(&mut world, 0, "eth0", Change::Netmask(v4("255.0.0.0"))), Err(Errno::Eaddrnotavail));
    assert_eq!(change(&mut world, 0, "lo", Change::Address(v4("127.0.0.5"))), Ok(()));
}

/// Packets are no longer than what was set; a connection that is there goes on.
#[test]
fn mtu() {
    let mut world = World::new(Trouble::default(), 31);
    let (client, server, _) = world.pair();
    let longest = |world: &mut World| {
        world.longest(0);
        let sent = world.send(0, client, &[7; 60_000]).unwrap();
        let mut got = 0;
        while got < sent {
            world.settle();
            got += world.receive(1, server).unwrap().len();
        }
        world.longest(0)
    };
    assert_eq!(longest(&mut world), 1500);
    for mtu in [1279, 1501, -1] {
        assert_eq!(change(&mut world, 0, "eth0", Change::Mtu(mtu)), Err(Errno::Einval));
    }
    assert_eq!(change(&mut world, 0, "eth0", Change::Mtu(1280)), Ok(()));
    assert_eq!(told(&world).3, 1280);
    assert_eq!(world.machines[0].settings()[0].gateways, [v4("10.0.0.99")]);
    assert_eq!(longest(&mut world), 1280);
    let datagram = world.udp(0);
    assert_eq!(world.machines[0].send(datagram, &[&[1; 3000]], Some(&at(1, 9)), &[], 0), Ok(3000));
    world.settle();
    assert!(world.longest(0) <= 1280);
    assert_eq!(change(&mut world, 0, "eth0", Change::Mtu(1500)), Ok(()));
    assert_eq!(longest(&mut world), 1500);
}

#[test]
fn down_and_up() {
    const UP: u32 = 1;
    const RUNNING: u32 = 0x40;
    let mut world = World::new(Trouble::default(), 32);
    let (client, server, _) = world.pair();
    let flags = |set, clear| Change::Flags { set, clear };
    assert_eq!(change(&mut world, 0, "eth0", flags(0, UP)), Ok(()));
    assert_eq!(card(&world.machines[0]).flags & (UP | RUNNING), 0);
    assert_eq!(world.machines[0].take_link_news(), Some((0, false)));
    let socket = world.udp(0);
    let to = at(1, 9);
    assert_eq!(world.machines[0].send(socket, &[b"x"], Some(&to), &[], 0), Err(Errno::Enetunreach));
    world.send(0, client, b"through").unwrap();
    world.pass(5_000_000);
    assert_eq!(world.receive(1, server), Err(Errno::Eagain));
    // Flags that can't be changed are as they were.
    assert_eq!(change(&mut world, 0, "eth0", flags(0x10, 2)), Ok(()));
    assert_eq!(change(&mut world, 0, "eth0", flags(UP, 0)), Ok(()));
    assert_eq!(card(&world.machines[0]).flags & 0x13, UP | 2);
    assert_eq!(world.machines[0].take_link_news(), Some((0, true)));
    world.pass(60_000_000);
    assert_eq!(world.receive(1, server).unwrap(), b"through");
    // The machine's own network, too.
    let own = Address::Ip((Ipv4Addr::LOCALHOST, 9).into());
    assert_eq!(change(&mut world, 0, "lo", flags(0, UP)), Ok(()));
    assert_eq!(world.machines[0].send(socket, &[b"x"], Some(&own), &[], 0), Err(Errno::Enetunreach));
    assert_eq!(change(&mut world, 0, "lo", flags(UP, 0)), Ok(()));
    assert_eq!(world.machines[0].send(socket, &[b"x"], Some(&own), &[], 0), Ok(1));
}
