//! Local sockets: what `unix(7)` says of names, connections, datagrams and their ends. Linux itself is asked the same by
//! `beam-fixtures/net_local.erl`.

use joist_net::local::{Locals, Names};
use joist_vm::platform::{Address, Control, Errno, Event, Received, Shutdown, Socket, Style};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A file system of names only.
#[derive(Default)]
struct Paths(RefCell<BTreeMap<Vec<u8>, u64>>);

impl Names for Paths {
    fn enter(&self, path: &[u8], socket: Option<u64>) -> Result<(), Errno> {
        if self.0.borrow().contains_key(path) {
            return Err(Errno::Eaddrinuse);
        }
        if let Some(socket) = socket {
            self.0.borrow_mut().insert(path.to_vec(), socket);
        }
        Ok(())
    }

    fn find(&self, path: &[u8]) -> Result<u64, Errno> {
        self.0.borrow().get(path).copied().ok_or(Errno::Enoent)
    }
}

fn at(name: &str) -> Address {
    Address::Local(name.as_bytes().to_vec())
}

fn locals() -> (Locals, Paths) {
    (Locals::new(1 << 20, [1, 2, 3, 4], 7), Paths::default())
}

fn receive(l: &mut Locals, s: Socket, size: usize) -> Result<(Vec<u8>, Received), Errno> {
    let mut buf = vec![0; size];
    l.receive(s, &mut buf, 0).map(|got| (buf[..got.len].to_vec(), got))
}

fn events(l: &mut Locals) -> Vec<Event> {
    core::iter::from_fn(|| l.take_event()).collect()
}

fn connected(style: Style) -> (Locals, Paths, Socket, Socket) {
    let (mut l, names) = locals();
    let listener = l.open(style, 0).unwrap();
    l.bind(listener, &at("/s"), &names).unwrap();
    l.listen(listener, 5).unwrap();
    let client = l.open(style, 0).unwrap();
    l.connect(client, Some(&at("/s")), &names).unwrap();
    let (server, from) = l.accept(listener).unwrap();
    assert_eq!(from, at(""));
    (l, names, client, server)
}

#[test]
fn streams_carry_bytes() {
    let (mut l, names, client, server) = connected(Style::Stream);
    assert_eq!(receive(&mut l, server, 10).unwrap_err(), Errno::Eagain);
    assert_eq!(l.send(client, &[b"ab", b"cd"], None, &[], 0, &names), Ok(4));
    assert_eq!(events(&mut l), [Event::SocketInput(server)]);
    assert_eq!(l.available(server), Ok(4));
    assert_eq!(receive(&mut l, server, 3).unwrap().0, b"abc");
    l.send(client, &[b"ef"], None, &[], 0, &names).unwrap();
    l.shutdown(client, Shutdown::Write).unwrap();
    assert_eq!(l.send(client, &[b"x"], None, &[], 0, &names), Err(Errno::Epipe));
    let (bytes, got) = receive(&mut l, server, 10).unwrap();
    assert_eq!((&bytes[..], got.from), (&b"def"[..], None));
    assert_eq!(receive(&mut l, server, 10).unwrap().0, b"");
    // The other direction is open, until it is closed with something unread.
    assert_eq!(l.send(server, &[b"late"], None, &[], 0, &names), Ok(4));
    let (bytes, got) = receive(&mut l, client, 1).unwrap();
    assert_eq!((&bytes[..], got.from), (&b"l"[..], Some(at("/s"))));
    l.close(client);
    assert_eq!(receive(&mut l, server, 1).unwrap_err(), Errno::Econnreset);
    assert_eq!(receive(&mut l, server, 1).unwrap().0, b"");
    assert_eq!(l.send(server, &[b"x"], None, &[], 0, &names), Err(Errno::Epipe));
}

#[test]
fn a_full_stream_waits_for_its_reader() {
    let (mut l, names, client, server) = connected(Style::Stream);
    let piece = [7; 1000];
    let mut sent = 0;
    let full = loop {
        match l.send(client, &[&piece], None, &[], 0, &names) {
            Ok(n) => sent += n,
            Err(e) => break e,
        }
    };
    assert_eq!(full, Errno::Eagain);
    assert!((65_536..300_000).contains(&sent), "{sent}");
    events(&mut l);
    let mut got = 0;
    while got < sent {
        got += receive(&mut l, server, 4096).unwrap().0.len();
    }
    assert_eq!(events(&mut l), [Event::SocketOutput(client)]);
}

#[test]
fn packets_stay_apart() {
    let (mut l, names, client, server) = connected(Style::Packets);
    for data in [&b"one"[..], b"", b"three"] {
        assert_eq!(l.send(client, &[data], None, &[], 0, &names), Ok(data.len()));
    }
    assert_eq!(receive(&mut l, server, 10).unwrap().0, b"one");
    assert_eq!(receive(&mut l, server, 10).unwrap().0, b"");
    let (bytes, got) = receive(&mut l, server, 2).unwrap();
    assert_eq!((&bytes[..], got.flags), (&b"th"[..], 0x20));
    assert_eq!(receive(&mut l, server, 10).unwrap_err(), Errno::Eagain);
}

#[test]
fn names_are_taken_once() {
    let (mut l, names) = locals();
    let [a, b] = [(); 2].map(|()| l.open(Style::Datagram, 0).unwrap());
    for name in ["/x", "\0x"] {
        l.bind(a, &at(name), &names).map_err(|e| assert_eq!(e, Errno::Einval)).ok();
        let again = l.bind(b, &at("/x"), &names);
        assert_eq!(again, Err(Errno::Eaddrinuse));
    }
    assert_eq!(l.bind(b, &at(""), &names), Ok(()));
    assert_eq!(l.name(b), Ok(at("\x0000000")));
    l.close(a);
    // The file stays, and leads nowhere.
    let c = l.open(Style::Datagram, 0).unwrap();
    assert_eq!(l.bind(c, &at("/x"), &names), Err(Errno::Eaddrinuse));
    assert_eq!(l.send(c, &[b"x"], Some(&at("/x")), &[], 0, &names), Err(Errno::Econnrefused));
    assert_eq!(l.send(c, &[b"x"], Some(&at("/y")), &[], 0, &names), Err(Errno::Enoent));
    // A name beside the file system goes with its socket.
    assert_eq!(l.bind(c, &at("\x0000000"), &names), Err(Errno::Eaddrinuse));
    l.close(b);
    assert_eq!(l.bind(c, &at("\x0000000"), &names), Ok(()));
}

#[test]
fn datagrams_wait_for_room() {
    let (mut l, names) = locals();
    let [a, b] = [(); 2].map(|()| l.open(Style::Datagram, 0).unwrap());
    l.bind(b, &at("\0b"), &names).unwrap();
    assert_eq!(l.send(a, &[b"1"], None, &[], 0, &names), Err(Errno::Enotconn));
    let mut sent = 0;
    while l.send(a, &[b"12"], Some(&at("\0b")), &[], 0, &names).is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 11);
    assert_eq!(events(&mut l), []);
    let (bytes, got) = receive(&mut l, b, 1).unwrap();
    assert_eq!((&bytes[..], got.flags, got.from), (&b"1"[..], 0x20, None));
    assert_eq!(events(&mut l), [Event::SocketOutput(a)]);
    // One that is connected takes none of others.
    l.bind(a, &at("\0a"), &names).unwrap();
    let c = l.open(Style::Datagram, 0).unwrap();
    l.connect(b, Some(&at("\0a")), &names).unwrap();
    assert_eq!(l.connect(c, Some(&at("\0b")), &names), Err(Errno::Eperm));
    l.close(a);
    assert_eq!(l.send(b, &[b"x"], None, &[], 0, &names), Err(Errno::Econnrefused));
    assert_eq!(l.send(b, &[b"x"], None, &[], 0, &names), Err(Errno::Enotconn));
}

#[test]
fn a_full_backlog_holds_up_who_connects() {
    let (mut l, names) = locals();
    let listener = l.open(Style::Stream, 0).unwrap();
    l.bind(listener, &at("/l"), &names).unwrap();
    let early = l.open(Style::Stream, 0).unwrap();
    assert_eq!(l.connect(early, Some(&at("/l")), &names), Err(Errno::Econnrefused));
    l.listen(listener, 0).unwrap();
    let clients = [(); 4].map(|()| l.open(Style::Stream, 0).unwrap());
    let results = clients.map(|c| l.connect(c, Some(&at("/l")), &names));
    assert_eq!(results[0], Ok(()));
    assert_eq!(results[1..], [Err(Errno::Einprogress); 3]);
    // One of them gives up; the next gets in when there is room.
    l.close(clients[1]);
    let (first, _) = l.accept(listener).unwrap();
    assert_eq!(events(&mut l), [Event::SocketOutput(clients[2])]);
    assert_eq!(l.take_error(clients[2]), None);
    l.send(clients[2], &[b"hello"], None, &[], 0, &names).unwrap();
    l.close(first);
    assert_eq!(receive(&mut l, clients[0], 1).unwrap().0, b"");
    l.close(listener);
    assert_eq!(receive(&mut l, clients[2], 1).unwrap_err(), Errno::Econnreset);
    assert_eq!(l.take_error(clients[3]), Some(Errno::Econnrefused));
    assert_eq!(l.peer(clients[3]), Err(Errno::Enotconn));
}

/// Whose what comes is, for who asks.
#[test]
fn credentials() {
    const PASSCRED: i32 = 16;
    const PEERCRED: i32 = 17;
    let ucred = |words: [u32; 3]| words.map(u32::to_ne_bytes).concat();
    let own = ucred([7, 0, 0]);
    let message = |kind: i32, data: &[u8]| Control { level: 1, kind, data: data.to_vec() };
    let (mut locals, paths, client, server) = connected(Style::Stream);
    let fresh = locals.open(Style::Stream, 0).unwrap();
    assert_eq!(locals.option(fresh, 1, PEERCRED, 12), Ok(ucred([0, u32::MAX, u32::MAX])));
    assert_eq!(locals.option(client, 1, PEERCRED, 12), Ok(own.clone()));
    let send =
        |locals: &mut Locals, data: &[u8], control: &[Control]| locals.send(client, &[data], None, control, 0, &paths);
    let receive = |locals: &mut Locals| {
        let mut buf = [0; 99];
        locals.receive(server, &mut buf, 0).map(|got| (buf[..got.len].to_vec(), got.control))
    };
    send(&mut locals, b"before", &[]).unwrap();
    locals.set_option(server, 1, PASSCRED, &1i32.to_ne_bytes()).unwrap();
    send(&mut locals, b"after", &[]).unwrap();
    send(&mut locals, b" too", &[]).unwrap();
    assert_eq!(receive(&mut locals), Ok((b"before".to_vec(), vec![message(2, &ucred([0, 65534, 65534]))])));
    assert_eq!(receive(&mut locals), Ok((b"after too".to_vec(), vec![message(2, &own)])));
    locals.set_option(server, 1, PASSCRED, &0i32.to_ne_bytes()).unwrap();
    assert_eq!(send(&mut locals, b"x", &[message(2, &own)]), Ok(1));
    assert_eq!(receive(&mut locals), Ok((b"x".to_vec(), vec![])));
    for (kind, data, error) in [
        (2, ucred([8, 0, 0]), Errno::Esrch),
        (2, ucred([7, 1, 0]), Errno::Eperm),
        (2, vec![1], Errno::Einval),
        (1, vec![0; 4], Errno::Enotsup),
    ] {
        assert_eq!(send(&mut locals, b"x", &[message(kind, &data)]), Err(error), "{data:?}");
    }
    assert_eq!(receive(&mut locals), Err(Errno::Eagain));
    let (mut locals, paths, client, server) = connected(Style::Packets);
    locals.set_option(server, 1, PASSCRED, &1i32.to_ne_bytes()).unwrap();
    locals.send(client, &[b"packet"], None, &[], 0, &paths).unwrap();
    assert_eq!(locals.receive(server, &mut [0; 9], 0).map(|got| got.control), Ok(vec![message(2, &own)]));
}
