//! UDP, and the two versions of IP.

mod cable;

use cable::{Trouble, World, at};
use joist_vm::platform::{Address, Control, Errno, Event, Family, Style};
use std::net::SocketAddr;

fn world() -> World {
    World::new(Trouble::default(), 11)
}

fn address(text: &str) -> Address {
    Address::Ip(text.parse::<SocketAddr>().unwrap())
}

#[test]
fn there_and_back() {
    let mut world = world();
    let server = world.udp(1);
    world.machines[1].bind(server, &at(1, 53)).unwrap();
    let mut buf = [0; 100];
    assert_eq!(world.machines[1].receive(server, &mut buf, 0), Err(Errno::Eagain));
    let client = world.udp(0);
    for len in [0, 1, 1472, 5000] {
        let data = vec![len as u8; len];
        assert_eq!(world.machines[0].send(client, &[&data], Some(&at(1, 53)), &[], 0), Ok(len));
        world.settle();
        assert_eq!(world.machines[1].available(server), Ok(len));
        let mut buf = vec![0; 9000];
        let got = world.machines[1].receive(server, &mut buf, 0).unwrap();
        assert_eq!(buf[..got.len], data);
        let from = got.from.unwrap();
        world.machines[1].send(server, &[b"ok"], Some(&from), &[], 0).unwrap();
        world.settle();
        assert_eq!(world.receive(0, client), Ok(b"ok".to_vec()));
    }
    assert!(world.take_events(1).contains(&Event::SocketInput(server)));
    let long = vec![0; 65508];
    assert_eq!(world.machines[0].send(client, &[&long], Some(&at(1, 53)), &[], 0), Err(Errno::Emsgsize));
}

/// Who asks whether there is anything, and hears of no, is told when there is; nobody else is.
#[test]
fn asked_beforehand() {
    let mut world = world();
    let server = world.udp(1);
    world.machines[1].bind(server, &at(1, 53)).unwrap();
    assert_eq!(world.machines[1].ready(server, true), Ok(true));
    let client = world.udp(0);
    for _ in 0..3 {
        assert_eq!(world.machines[1].ready(server, false), Ok(false));
        world.machines[0].send(client, &[b"x"], Some(&at(1, 53)), &[], 0).unwrap();
        world.settle();
        assert_eq!(world.take_events(1), [Event::SocketInput(server)]);
        assert_eq!(world.machines[1].ready(server, false), Ok(true));
        world.machines[0].send(client, &[b"y"], Some(&at(1, 53)), &[], 0).unwrap();
        world.settle();
        assert_eq!(world.take_events(1), []);
        for data in [b"x", b"y"] {
            assert_eq!(world.receive(1, server), Ok(data.to_vec()));
        }
    }
}

#[test]
fn refused_only_if_connected() {
    let mut world = world();
    let client = world.udp(0);
    world.machines[0].send(client, &[b"x"], Some(&at(1, 9)), &[], 0).unwrap();
    world.settle();
    assert_eq!(world.receive(0, client), Err(Errno::Eagain));
    world.machines[0].connect(client, Some(&at(1, 9))).unwrap();
    world.take_events(0);
    assert_eq!(world.send(0, client, b"x"), Ok(1));
    world.settle();
    assert_eq!(world.take_events(0), [Event::SocketInput(client)]);
    assert_eq!(world.receive(0, client), Err(Errno::Econnrefused));
}

#[test]
fn connected_hears_one_only() {
    let mut world = world();
    let (a, b, c) = (world.udp(0), world.udp(0), world.udp(1));
    world.machines[0].bind(a, &at(0, 1000)).unwrap();
    world.machines[0].bind(b, &at(0, 1001)).unwrap();
    world.machines[1].bind(c, &at(1, 1002)).unwrap();
    world.machines[1].connect(c, Some(&at(0, 1000))).unwrap();
    world.machines[0].send(b, &[b"no"], Some(&at(1, 1002)), &[], 0).unwrap();
    world.machines[0].send(a, &[b"yes"], Some(&at(1, 1002)), &[], 0).unwrap();
    world.settle();
    assert_eq!(world.receive(1, c), Ok(b"yes".to_vec()));
    assert_eq!(world.receive(1, c), Err(Errno::Eagain));
}

#[test]
fn many_while_the_neighbour_is_unknown() {
    let mut world = world();
    let server = world.udp(1);
    world.machines[1].bind(server, &at(1, 53)).unwrap();
    let client = world.udp(0);
    for n in 0..20u8 {
        world.machines[0].send(client, &[&[n]], Some(&at(1, 53)), &[], 0).unwrap();
    }
    let before = world.now;
    world.settle();
    assert!(world.now < before + 100_000, "without a wait");
    for n in 0..20u8 {
        assert_eq!(world.receive(1, server), Ok(vec![n]));
    }
}

#[test]
fn broadcasts_and_groups() {
    let mut world = world();
    let server = world.udp(1);
    world.machines[1].bind(server, &address("0.0.0.0:99")).unwrap();
    let client = world.udp(0);
    let all = address("10.0.0.255:99");
    assert_eq!(world.machines[0].send(client, &[b"x"], Some(&all), &[], 0), Err(Errno::Eacces));
    world.machines[0].set_option(client, 1, 6, &1i32.to_ne_bytes()).unwrap();
    assert_eq!(world.machines[0].send(client, &[b"x"], Some(&all), &[], 0), Ok(1));
    world.settle();
    assert_eq!(world.receive(1, server), Ok(b"x".to_vec()));
    let group = address("224.1.2.3:99");
    world.machines[0].send(client, &[b"y"], Some(&group), &[], 0).unwrap();
    world.settle();
    assert_eq!(world.receive(1, server), Err(Errno::Eagain), "no member yet");
    world.machines[1].set_option(server, 0, 35, &[224, 1, 2, 3, 0, 0, 0, 0]).unwrap();
    world.machines[0].send(client, &[b"z"], Some(&group), &[], 0).unwrap();
    world.settle();
    assert_eq!(world.receive(1, server), Ok(b"z".to_vec()));
}

#[test]
fn to_the_machine_itself() {
    let mut world = world();
    let server = world.udp(0);
    world.machines[0].bind(server, &address("0.0.0.0:53")).unwrap();
    let client = world.udp(0);
    let long = vec![5; 65507];
    for to in ["127.0.0.1:53", "10.0.0.1:53"] {
        assert_eq!(world.machines[0].send(client, &[&long], Some(&address(to)), &[], 0), Ok(long.len()));
        assert_eq!(world.receive(0, server), Ok(long.clone()));
    }
}

#[test]
fn service_and_time_to_live() {
    let mut world = world();
    let server = world.udp(1);
    world.machines[1].bind(server, &at(1, 53)).unwrap();
    for option in [12, 13] {
        world.machines[1].set_option(server, 0, option, &1i32.to_ne_bytes()).unwrap();
    }
    let client = world.udp(0);
    world.machines[0].set_option(client, 0, 1, &0x10i32.to_ne_bytes()).unwrap();
    world.machines[0].set_option(client, 0, 2, &33i32.to_ne_bytes()).unwrap();
    world.machines[0].send(client, &[b"x"], Some(&at(1, 53)), &[], 0).unwrap();
    world.settle();
    let got = world.machines[1].receive(server, &mut [0; 10], 0).unwrap();
    let values: Vec<(i32, Vec<u8>)> = got.control.into_iter().map(|c| (c.kind, c.data)).collect();
    assert_eq!(values, [(2, 33i32.to_ne_bytes().to_vec()), (1, vec![0x10])]);
    let control = |kind, value: i32| Control { level: 0, kind, data: value.to_ne_bytes().to_vec() };
    world.machines[0].send(client, &[b"x"], Some(&at(1, 53)), &[control(1, 0x20), control(2, 7)], 0).unwrap();
    world.settle();
    let got = world.machines[1].receive(server, &mut [0; 10], 0).unwrap();
    let values: Vec<(i32, Vec<u8>)> = got.control.into_iter().map(|c| (c.kind, c.data)).collect();
    assert_eq!(values, [(2, 7i32.to_ne_bytes().to_vec()), (1, vec![0x20])]);
    assert_eq!(world.machines[0].send(client, &[b"x"], Some(&at(1, 53)), &[control(99, 1)], 0), Err(Errno::Einval));
}

#[test]
fn both_versions_on_one_listener() {
    let mut world = world();
    let listener = world.machines[1].open(Family::V6, Style::Stream, 0).unwrap();
    world.machines[1].bind(listener, &address("[::]:80")).unwrap();
    world.machines[1].listen_on(listener, 5).unwrap();
    let client = world.connect(0, &at(1, 80));
    world.settle();
    let (server, from) = world.machines[1].accept_from(listener).unwrap();
    let Address::Ip(SocketAddr::V6(from)) = from else { panic!("{from:?}") };
    assert_eq!(from.ip().to_string(), "::ffff:10.0.0.1");
    world.send(0, client, b"4").unwrap();
    world.settle();
    assert_eq!(world.receive(1, server), Ok(b"4".to_vec()));
    // By IPv6, to the address that a machine makes for itself.
    let client = world.machines[0].open(Family::V6, Style::Stream, 0).unwrap();
    let link = address("[fe80::ff:fe00:2]:80");
    assert_eq!(world.machines[0].connect(client, Some(&link)), Err(Errno::Einprogress));
    world.pass(2_000_000);
    assert_eq!(world.machines[0].take_error(client), None);
    let (server, _) = world.machines[1].accept_from(listener).unwrap();
    world.send(0, client, b"6").unwrap();
    world.settle();
    assert_eq!(world.receive(1, server), Ok(b"6".to_vec()));
    // And not, where only IPv6 was wanted.
    let only = world.machines[1].open(Family::V6, Style::Stream, 0).unwrap();
    world.machines[1].set_option(only, 41, 26, &1i32.to_ne_bytes()).unwrap();
    world.machines[1].bind(only, &address("[::]:81")).unwrap();
    world.machines[1].listen_on(only, 5).unwrap();
    let client = world.connect(0, &at(1, 81));
    world.settle();
    assert_eq!(world.machines[0].take_error(client), Some(Errno::Econnrefused));
}

#[test]
fn interfaces() {
    let world = world();
    let all = world.machines[0].interfaces();
    let text: Vec<String> =
        all.iter().filter_map(|i| Some(format!("{} {}/{}", i.name, i.address?, i.netmask?))).collect();
    assert_eq!(
        text,
        [
            "lo 127.0.0.1/255.0.0.0",
            "lo ::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "eth0 fe80::ff:fe00:1/ffff:ffff:ffff:ffff::",
            "eth0 10.0.0.1/255.255.255.0"
        ]
    );
    assert_eq!(all.iter().filter(|i| i.hardware == Some([2, 0, 0, 0, 0, 1])).count(), 1);
}
