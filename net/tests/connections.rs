//! How connections begin and end.

mod cable;

use cable::{MEMORY, Trouble, World, at};
use joist_vm::platform::{Address, Errno, Event, Shutdown, Socket};
use std::net::SocketAddr;

fn world() -> World {
    World::new(Trouble::default(), 7)
}

fn linger(on: i32, time: i32) -> Vec<u8> {
    [on.to_ne_bytes(), time.to_ne_bytes()].concat()
}

#[test]
fn connects_and_says_so() {
    let mut world = world();
    let (client, server, listener) = world.pair();
    assert!(world.take_events(0).contains(&Event::SocketOutput(client)));
    assert!(world.take_events(1).contains(&Event::SocketInput(listener)));
    assert_eq!(world.machines[0].take_error(client), None);
    assert_eq!(world.machines[0].peer(client), Ok(at(1, 80)));
    assert_eq!(world.machines[1].name(server), Ok(at(1, 80)));
    assert_eq!(world.receive(1, server), Err(Errno::Eagain));
    assert_eq!(world.send(0, client, b"hello"), Ok(5));
    world.settle();
    assert!(world.take_events(1).contains(&Event::SocketInput(server)));
    assert_eq!(world.machines[1].available(server), Ok(5));
    let mut buf = [0; 2];
    assert_eq!(world.machines[1].receive(server, &mut buf, 2).map(|r| r.len), Ok(2), "only a look");
    assert_eq!(world.receive(1, server), Ok(b"hello".to_vec()));
    assert_eq!(world.machines[0].connect(client, Some(&at(1, 80))), Err(Errno::Eisconn));
}

#[test]
fn a_thousand_at_once() {
    let mut world = world();
    let listener = world.listen(1, 80, 1024);
    let clients: Vec<_> = (0..1024).map(|_| world.connect(0, &at(1, 80))).collect();
    world.settle();
    let mut servers = Vec::new();
    while let Ok((server, _)) = world.machines[1].accept_from(listener) {
        servers.push(server);
    }
    assert_eq!(servers.len(), 1024, "none had to try again");
    for client in &clients {
        assert_eq!(world.send(0, *client, b"x"), Ok(1));
    }
    world.settle();
    for server in &servers {
        assert_eq!(world.receive(1, *server), Ok(b"x".to_vec()));
    }
    for (client, server) in clients.into_iter().zip(servers) {
        world.machines[0].close(client);
        world.machines[1].close(server);
    }
    world.pass(1_000_000);
    assert_eq!(world.machines[0].memory_left(), MEMORY);
    assert_eq!(world.machines[1].memory_left(), MEMORY);
}

#[test]
fn a_full_backlog_waits() {
    let mut world = world();
    let listener = world.listen(1, 80, 2);
    let clients: Vec<_> = (0..5).map(|_| world.connect(0, &at(1, 80))).collect();
    world.settle();
    let extra = world.connect(0, &at(1, 80));
    world.settle();
    assert_eq!(world.send(0, extra, b"x"), Err(Errno::Eagain), "not answered yet");
    for _ in &clients {
        world.machines[1].accept_from(listener).unwrap();
    }
    world.pass(5_000_000);
    assert_eq!(world.send(0, extra, b"x"), Ok(1));
}

#[test]
fn half_close() {
    let mut world = world();
    let (client, server, _) = world.pair();
    world.send(0, client, b"question").unwrap();
    world.machines[0].shutdown(client, Shutdown::Write).unwrap();
    world.settle();
    assert_eq!(world.receive(1, server), Ok(b"question".to_vec()));
    assert_eq!(world.receive(1, server), Ok(vec![]));
    assert_eq!(world.send(0, client, b"more"), Err(Errno::Epipe));
    assert_eq!(world.send(1, server, b"answer"), Ok(6));
    world.machines[1].close(server);
    world.settle();
    assert_eq!(world.receive(0, client), Ok(b"answer".to_vec()));
    assert_eq!(world.receive(0, client), Ok(vec![]));
    world.pass(100_000);
    assert_eq!(world.machines[0].memory_left(), MEMORY, "TIME_WAIT holds no buffers, though the socket is open");
    assert_eq!(world.machines[0].waiting_closed(), 1);
    assert_eq!(world.machines[0].shutdown(client, Shutdown::Both), Err(Errno::Enotconn));
    assert_eq!(world.machines[0].peer(client), Err(Errno::Enotconn));
    world.machines[0].close(client);
    world.pass(61_000_000);
    assert_eq!(world.machines[0].waiting_closed(), 0);
}

#[test]
fn time_wait_answers_late_segments() {
    let mut world = world();
    let (client, server, _) = world.pair();
    let (name, before) = (world.machines[0].name(client).unwrap(), world.sent());
    world.machines[0].close(client);
    world.settle();
    // The last acknowledgement is lost: the FIN comes again, and is acknowledged by the record.
    world.trouble(Trouble { loss: 100, ..Trouble::default() });
    world.machines[1].close(server);
    world.machines[1].poll(world.now);
    world.trouble(Trouble::default());
    world.pass(10_000_000);
    assert!(world.sent() > before);
    assert_eq!(world.machines[0].waiting_closed(), 1);
    assert_eq!(world.machines[1].memory_left(), MEMORY);
    let again = world.tcp(0);
    assert_eq!(world.machines[0].bind(again, &name), Err(Errno::Eaddrinuse), "the port is not free yet");
    world.machines[0].set_option(again, 1, 2, &1i32.to_ne_bytes()).unwrap();
    assert_eq!(world.machines[0].bind(again, &name), Ok(()));
}

#[test]
fn reset() {
    let mut world = world();
    let (client, server, _) = world.pair();
    world.machines[0].set_option(client, 1, 13, &linger(1, 0)).unwrap();
    world.send(0, client, b"last").unwrap();
    world.settle();
    world.take_events(1);
    assert_eq!(world.receive(1, server), Ok(b"last".to_vec()));
    world.machines[0].close(client);
    world.settle();
    assert_eq!(world.take_events(1), [Event::SocketInput(server)]);
    assert_eq!(world.receive(1, server), Err(Errno::Econnreset));
    assert_eq!(world.receive(1, server), Ok(vec![]));
    assert_eq!(world.send(1, server, b"x"), Err(Errno::Epipe));
    assert_eq!(world.machines[0].memory_left(), MEMORY);
    assert_eq!(world.machines[1].memory_left(), MEMORY);
}

/// The RST of a connection is lost; its port is used again for the same server, which has the old one still. It is
/// asked what that is about, and lets go.
#[test]
fn an_old_connection_gives_way() {
    let nothing: fn(&mut World, Socket, Socket) = |_, _, _| {};
    let client_shuts: fn(&mut World, Socket, Socket) = |world, client, _| {
        world.machines[0].shutdown(client, Shutdown::Write).unwrap();
    };
    let server_closes: fn(&mut World, Socket, Socket) = |world, _, server| {
        world.machines[1].shutdown(server, Shutdown::Write).unwrap();
    };
    let talk: fn(&mut World, Socket, Socket) = |world, client, server| {
        for _ in 0..20 {
            world.send(0, client, &[1; 50_000]).unwrap();
            world.pass(1_000_000);
            while world.receive(1, server).is_ok() {}
            world.send(1, server, &[2; 50_000]).unwrap();
            world.pass(1_000_000);
            while world.receive(0, client).is_ok() {}
        }
    };
    for before in [nothing, client_shuts, server_closes, talk] {
        let mut world = world();
        let (client, server, listener) = world.pair();
        let name = world.machines[0].name(client).unwrap();
        before(&mut world, client, server);
        world.settle();
        world.machines[0].set_option(client, 1, 13, &linger(1, 0)).unwrap();
        world.trouble(Trouble { loss: 100, ..Trouble::default() });
        world.machines[0].close(client);
        world.settle();
        world.trouble(Trouble::default());
        let again = world.tcp(0);
        world.machines[0].bind(again, &name).unwrap();
        assert_eq!(world.machines[0].connect(again, Some(&at(1, 80))), Err(Errno::Einprogress));
        world.pass(5_000_000);
        assert_eq!(world.receive(1, server), Err(Errno::Econnreset));
        let (server, _) = world.machines[1].accept_from(listener).unwrap();
        world.send(0, again, b"anew").unwrap();
        world.settle();
        assert_eq!(world.receive(1, server), Ok(b"anew".to_vec()));
    }
}

#[test]
fn closing_with_unread_data_resets() {
    let mut world = world();
    let (client, server, _) = world.pair();
    world.send(0, client, b"unread").unwrap();
    world.settle();
    world.machines[1].close(server);
    world.settle();
    assert_eq!(world.receive(0, client), Err(Errno::Econnreset));
}

#[test]
fn refused() {
    let mut world = world();
    let client = world.connect(0, &at(1, 81));
    assert_eq!(world.machines[0].connect(client, Some(&at(1, 81))), Err(Errno::Ealready));
    world.settle();
    assert_eq!(world.take_events(0).last(), Some(&Event::SocketOutput(client)));
    assert_eq!(world.machines[0].take_error(client), Some(Errno::Econnrefused));
    assert_eq!(world.machines[0].take_error(client), None);
    // Another try is allowed.
    world.listen(1, 81, 1);
    assert_eq!(world.machines[0].connect(client, Some(&at(1, 81))), Err(Errno::Einprogress));
    world.settle();
    assert_eq!(world.send(0, client, b"x"), Ok(1));
}

#[test]
fn nobody_there() {
    let mut world = world();
    let near: SocketAddr = "10.0.0.77:80".parse().unwrap();
    let client = world.connect(0, &Address::Ip(near));
    world.pass(10_000_000);
    assert_eq!(world.machines[0].take_error(client), Some(Errno::Ehostunreach));
    let (lost, _, _) = {
        world.trouble(Trouble::default());
        world.pair()
    };
    world.machines[0].close(lost);
    world.settle();
    // The neighbour is known, but answers nothing.
    world.trouble(Trouble { loss: 100, ..Trouble::default() });
    let client = world.connect(0, &at(1, 80));
    world.pass(130_000_000);
    assert_eq!(world.machines[0].take_error(client), Some(Errno::Etimedout));
    assert_eq!(world.machines[0].memory_left(), MEMORY);
}

#[test]
fn idle_connections_cost_nothing() {
    let mut world = world();
    let (client, server, _) = world.pair();
    world.send(0, client, b"x").unwrap();
    world.pass(10_000_000);
    let (sent, waits) = (world.sent(), world.waits);
    world.pass(7_000_000_000);
    assert!(world.waits - waits < 20, "{} deadlines", world.waits - waits);
    assert!(world.sent() - sent < 4, "{} frames", world.sent() - sent);
    assert_eq!(world.receive(1, server), Ok(b"x".to_vec()));
    assert_eq!(world.send(1, server, b"y"), Ok(1));
    world.settle();
    assert_eq!(world.receive(0, client), Ok(b"y".to_vec()));
}

#[test]
fn keep_alive_finds_the_dead() {
    let mut world = world();
    let (client, server, _) = world.pair();
    let machine = &mut world.machines[0];
    for (level, option, value) in [(1, 9, 1i32), (6, 4, 10), (6, 5, 2), (6, 6, 3)] {
        machine.set_option(client, level, option, &value.to_ne_bytes()).unwrap();
    }
    world.pass(100_000_000);
    assert_eq!(world.receive(0, client), Err(Errno::Eagain), "it lives");
    world.trouble(Trouble { loss: 100, ..Trouble::default() });
    world.take_events(0);
    world.pass(30_000_000);
    assert_eq!(world.take_events(0), [Event::SocketInput(client)]);
    assert_eq!(world.receive(0, client), Err(Errno::Etimedout));
    world.machines[1].close(server);
}

#[test]
fn a_closed_listener_resets_those_that_wait() {
    let mut world = world();
    let listener = world.listen(1, 80, 5);
    let client = world.connect(0, &at(1, 80));
    world.settle();
    world.machines[1].close(listener);
    world.settle();
    assert_eq!(world.receive(0, client), Err(Errno::Econnreset));
    assert_eq!(world.machines[1].memory_left(), MEMORY);
    world.listen(1, 80, 5);
}

#[test]
fn little_memory_is_shared() {
    let mut world = World::with_memory(Trouble::default(), 7, 1 << 20);
    let listener = world.listen(1, 80, 4096);
    let clients: Vec<_> = (0..160).map(|_| world.connect(0, &at(1, 80))).collect();
    world.settle();
    let mut servers = Vec::new();
    while let Ok((server, _)) = world.machines[1].accept_from(listener) {
        servers.push(server);
    }
    assert_eq!(servers.len(), 160);
    let long = vec![7; 20_000];
    assert!(world.send(0, clients[159], &long).unwrap() < 5000);
    world.settle();
}

#[test]
fn the_machine_itself() {
    let mut world = world();
    for to in [at(0, 80), Address::Ip("127.0.0.1:80".parse().unwrap()), Address::Ip("0.0.0.0:80".parse().unwrap())] {
        let listener = world.tcp(0);
        world.machines[0].set_option(listener, 1, 2, &1i32.to_ne_bytes()).unwrap();
        world.machines[0].bind(listener, &Address::Ip("0.0.0.0:80".parse().unwrap())).unwrap();
        world.machines[0].listen_on(listener, 5).unwrap();
        let sent = world.sent();
        let client = world.connect(0, &to);
        world.settle();
        let (server, _) = world.machines[0].accept_from(listener).unwrap();
        let data = vec![9; 30_000];
        assert_eq!(world.send(0, client, &data), Ok(30_000));
        world.settle();
        let mut got = Vec::new();
        while got.len() < data.len() {
            got.extend(world.receive(0, server).unwrap());
            world.settle();
        }
        assert_eq!(got, data);
        assert!(world.sent() <= sent + 1, "nothing of it is on the cable");
        for socket in [client, server, listener] {
            world.machines[0].close(socket);
        }
        world.settle();
    }
}

/// As on Linux: each end knows of it when a call is over.
#[test]
fn what_goes_to_the_machine_itself_arrives_at_once() {
    let mut world = world();
    let listener = world.listen(0, 80, 5);
    let client = world.connect(0, &at(0, 80));
    let machine = &mut world.machines[0];
    machine.follow(0);
    let (server, _) = machine.accept_from(listener).unwrap();
    assert_eq!(machine.send(client, &[b"there"], None, &[], 0), Ok(5));
    machine.follow(0);
    assert_eq!(machine.send(server, &[b"back"], None, &[], 0), Ok(4));
    for socket in [client, server] {
        machine.shutdown(socket, Shutdown::Write).unwrap();
        machine.follow(0);
    }
    assert_eq!(machine.shutdown(server, Shutdown::Write), Err(Errno::Enotconn), "both ways are at their end");
    assert_eq!(world.receive(0, server), Ok(b"there".to_vec()));
    assert_eq!(world.receive(0, client), Ok(b"back".to_vec()));
}

#[test]
fn ports_that_are_used() {
    let mut world = world();
    world.listen(1, 80, 1);
    let second = world.tcp(1);
    assert_eq!(world.machines[1].bind(second, &at(1, 80)), Err(Errno::Eaddrinuse));
    assert_eq!(world.machines[1].bind(second, &at(0, 80)), Err(Errno::Eaddrnotavail));
    assert_eq!(world.machines[1].listen_on(second, 1), Ok(()), "a port of its own");
    let Ok(Address::Ip(name)) = world.machines[1].name(second) else { panic!("a name") };
    assert!((32768..61000).contains(&name.port()));
    let client = world.tcp(0);
    let far = Address::Ip("10.0.0.2:81".parse().unwrap());
    world.machines[0].bind(client, &at(0, 5555)).unwrap();
    assert_eq!(world.machines[0].connect(client, Some(&far)), Err(Errno::Einprogress));
    assert_eq!(world.machines[0].name(client), Ok(at(0, 5555)));
}
