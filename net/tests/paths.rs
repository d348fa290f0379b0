//! Paths that carry less than the link: routers tell, and there is no black hole.

mod cable;

use cable::{Trouble, World, at};
use joist_vm::platform::{Address, Errno, Family, Socket, Style};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpProtocol, IpRepr, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

const IP: i32 = 0;
const IP_MTU: i32 = 14;
const IPV6: i32 = 41;
const IPV6_MTU: i32 = 24;

fn mtu(world: &mut World, socket: Socket, (level, option): (i32, i32)) -> i32 {
    let value = world.machines[0].option(socket, level, option, 4).unwrap();
    i32::from_ne_bytes(value.try_into().unwrap())
}

/// From the first machine to the second: how long it took.
fn transfer(world: &mut World, [client, server]: [Socket; 2], len: usize) -> u64 {
    let data: Vec<u8> = (0..len).map(|n| (n * 7 + n / 251) as u8).collect();
    let (mut sent, mut got, start) = (0, Vec::new(), world.now);
    while got.len() < len {
        match world.send(0, client, &data[sent..]) {
            Ok(count) => sent += count,
            Err(e) => assert_eq!(e, Errno::Eagain),
        }
        world.settle();
        match world.receive(1, server) {
            Ok(more) => got.extend(more),
            Err(e) => {
                assert_eq!(e, Errno::Eagain);
                assert!(world.wait(100_000_000), "{} of {len}", got.len());
            }
        }
    }
    assert!(got == data);
    world.now - start
}

#[test]
fn segments_get_shorter() {
    for carries in [1499, 1000, 552] {
        let mut world = World::new(Trouble::default(), 21);
        let (client, server, _) = world.pair();
        assert_eq!(mtu(&mut world, client, (IP, IP_MTU)), 1500);
        world.send(0, client, b"before").unwrap();
        world.settle();
        assert_eq!(world.receive(1, server).unwrap(), b"before");
        world.narrow(0, carries);
        let time = transfer(&mut world, [client, server], 400_000);
        assert!(time < 2_000_000, "{time} us");
        assert_eq!(mtu(&mut world, client, (IP, IP_MTU)), carries as i32);
        // The next one knows it already.
        let listener = world.listen(1, 81, 5);
        let other = world.connect(0, &at(1, 81));
        world.settle();
        assert_eq!(mtu(&mut world, other, (IP, IP_MTU)), carries as i32);
        let accepted = world.machines[1].accept_from(listener).unwrap().0;
        transfer(&mut world, [other, accepted], 50_000);
        // It may be another path some day.
        world.pass(601_000_000);
        assert_eq!(mtu(&mut world, client, (IP, IP_MTU)), 1500);
        world.narrow(0, 0);
        transfer(&mut world, [client, server], 50_000);
        assert_eq!(mtu(&mut world, client, (IP, IP_MTU)), 1500);
    }
}

#[test]
fn segments_of_version_6() {
    let mut world = World::new(Trouble::default(), 22);
    let here = |machine: u16| Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0xff, 0xfe00, machine + 1);
    let there = Address::Ip(SocketAddr::new(here(1).into(), 80));
    let open = |world: &mut World, machine: usize| world.machines[machine].open(Family::V6, Style::Stream, 0).unwrap();
    let (listener, client) = (open(&mut world, 1), open(&mut world, 0));
    world.machines[1].bind(listener, &there).unwrap();
    world.machines[1].listen_on(listener, 5).unwrap();
    assert_eq!(world.machines[0].connect(client, Some(&there)), Err(Errno::Einprogress));
    world.settle();
    let server = world.machines[1].accept_from(listener).unwrap().0;
    transfer(&mut world, [client, server], 100_000);
    world.narrow(0, 1300);
    let time = transfer(&mut world, [client, server], 400_000);
    assert!(time < 2_000_000, "{time} us");
    assert_eq!(mtu(&mut world, client, (IPV6, IPV6_MTU)), 1300);
}

/// Who was on no way to us is not believed, nor what can't be.
#[test]
fn forged_words() {
    let mut world = World::new(Trouble::default(), 23);
    let (client, server, _) = world.pair();
    transfer(&mut world, [client, server], 1000);
    world.pass(1_000_000);
    let Ok(Address::Ip(own)) = world.machines[0].name(client) else { panic!("a name") };
    let word = |number: u32, carries: u16| {
        let mut packet = vec![0; 28];
        packet[0] = 0x45;
        packet[6] = 0x40;
        packet[9] = 6;
        packet[12..20].copy_from_slice(&[10, 0, 0, 1, 10, 0, 0, 2]);
        packet[20..22].copy_from_slice(&own.port().to_be_bytes());
        packet[22..24].copy_from_slice(&80u16.to_be_bytes());
        packet[24..28].copy_from_slice(&number.to_be_bytes());
        let frame = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0][..], &packet, &[0; 2000]].concat();
        cable::too_long(&[&frame[6..12], &frame[..6], &frame[12..]].concat(), carries.into()).unwrap()
    };
    // Nothing is under way.
    for number in (0..u32::MAX).step_by(1 << 20) {
        world.forge(0, word(number, 600));
        if number % (1 << 26) == 0 {
            world.settle();
        }
    }
    world.settle();
    assert_eq!(mtu(&mut world, client, (IP, IP_MTU)), 1500);
    // Something is, and somebody guesses its number, as those in between may know it.
    world.narrow(0, 68);
    world.send(0, client, &[1; 400]).unwrap();
    world.settle();
    assert_eq!(mtu(&mut world, client, (IP, IP_MTU)), 552, "no less is believed");
}

/// Whoever takes longer segments than the link carries gets none; nor is more asked for than it carries.
#[test]
fn segments_that_the_link_carries() {
    let mut world = World::new(Trouble::default(), 25);
    let listener = world.listen(0, 80, 5);
    let (here, there) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
    let segment = |control, number: i32, ack: Option<TcpSeqNumber>, mss| {
        let tcp = TcpRepr {
            src_port: 1234,
            dst_port: 80,
            control,
            seq_number: TcpSeqNumber(number),
            ack_number: ack,
            window_len: 60000,
            window_scale: None,
            max_seg_size: mss,
            sack_permitted: false,
            sack_ranges: [None; 3],
            timestamp: None,
            payload: &[],
        };
        let ip = IpRepr::new(there.into(), here.into(), IpProtocol::Tcp, tcp.buffer_len(), 64);
        let mut frame = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0][..], &vec![0; ip.buffer_len()]].concat();
        let caps = ChecksumCapabilities::default();
        ip.emit(&mut frame[14..], &caps);
        tcp.emit(&mut TcpPacket::new_unchecked(&mut frame[34..]), &there.into(), &here.into(), &caps);
        frame
    };
    // Where it is: as it would say if it was asked.
    world.forge(
        0,
        vec![
            2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2, 2, 0, 0,
            0, 0, 1, 10, 0, 0, 1,
        ],
    );
    world.forge(0, segment(TcpControl::Syn, 100, None, Some(8960)));
    let answers = world.answers(0);
    let answer = TcpPacket::new_checked(&answers.last().expect("an answer")[34..]).expect("a segment");
    let said = TcpRepr::parse(&answer, &here.into(), &there.into(), &ChecksumCapabilities::default()).expect("whole");
    assert_eq!((said.control, said.max_seg_size), (TcpControl::Syn, Some(1460)));
    world.forge(0, segment(TcpControl::None, 101, Some(said.seq_number + 1), None));
    world.answers(0);
    let accepted = world.machines[0].accept_from(listener).expect("a connection").0;
    assert_eq!(world.send(0, accepted, &[7; 8000]), Ok(8000));
    let frames = world.answers(0);

    assert!(frames.len() > 1 && frames.iter().any(|frame| frame.len() == 1514), "{} frames", frames.len());
}

#[test]
fn datagrams() {
    let mut world = World::new(Trouble::default(), 24);
    let (client, server) = (world.udp(0), world.udp(1));
    world.machines[1].bind(server, &at(1, 9)).unwrap();
    world.machines[0].connect(client, Some(&at(1, 9))).unwrap();
    world.narrow(0, 1000);
    assert_eq!(world.send(0, client, &[1; 1200]), Ok(1200));
    world.settle();
    assert_eq!(world.receive(1, server), Err(Errno::Eagain));
    assert_eq!(world.send(0, client, &[2; 1200]), Err(Errno::Emsgsize), "the first was too long");
    assert_eq!(mtu(&mut world, client, (IP, IP_MTU)), 1000);
    assert_eq!(world.send(0, client, &[2; 1200]), Ok(1200));
    world.settle();
    assert_eq!(world.receive(1, server).unwrap(), [2; 1200], "routers may cut it up now");
}
