//! The network card and the stack behind it: a client on this machine talks to a server in the guest.

use joist_kernel_tests::{Guest, MACHINES, Running};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

/// A port that nobody has.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a port").port()
}

fn device(machine: &str) -> &'static str {
    if machine == "q35" { "virtio-net-pci,netdev=n,romfile=" } else { "virtio-net-device,netdev=n" }
}

/// Starts the guest's server; it answers at this port, by TCP and UDP.
fn server(machine: (&'static str, u32), options: &str) -> (Running, u16) {
    let port = free_port();
    let netdev = format!("user,id=n,hostfwd=tcp:127.0.0.1:{port}-:7,hostfwd=udp:127.0.0.1:{port}-:7");
    let mut guest = Guest::selftest("network-echo", machine);
    guest.command_line += options;
    let mut running = guest.with(&["-netdev", &netdev, "-device", device(machine.0)]).start();
    running.wait_for("echoing on port 7");
    (running, port)
}

fn client(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("QEMU takes it");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    stream
}

/// A connection on which the guest has answered.
fn greeted(port: u16) -> TcpStream {
    let mut stream = client(port);
    stream.write_all(b"?").and_then(|()| stream.read_exact(&mut [0])).expect("an answer");
    stream
}

fn echoes(port: u16, len: usize) {
    echo_on(greeted(port), len);
}

/// Sends a text and takes it back, then closes one half; all must come back.
fn echo_on(mut stream: TcpStream, len: usize) {
    let text: Vec<u8> = (0..len).map(|n| (n * 7 + n / 251) as u8).collect();
    let mut writer = stream.try_clone().expect("a second handle");
    let sent = text.clone();
    let writing = std::thread::spawn(move || {
        writer.write_all(&sent).expect("all is taken");
        writer.shutdown(Shutdown::Write).expect("a half");
    });
    let mut back = Vec::new();
    stream.read_to_end(&mut back).expect("all comes back");
    writing.join().expect("written");
    assert!(back == text, "{} bytes of {len} came back, or others", back.len());
}

fn end(running: Running, port: u16) {
    client(port).write_all(b"end").expect("taken");
    let output = running.finish(LIMIT);
    assert!(output.text.contains("selftest network-echo: ok"), "{}", output.text);
}

#[test]
fn echo_by_tcp_and_udp() {
    for machine in MACHINES {
        let (running, port) = server(machine, "");
        for len in [1, 10_000, 2_000_000] {
            echoes(port, len);
        }
        // QEMU itself takes hardly more than one connection at a time: all are made first, and used together then.
        let streams: Vec<TcpStream> = (0..64).map(|_| greeted(port)).collect();
        let clients: Vec<_> =
            streams.into_iter().map(|stream| std::thread::spawn(move || echo_on(stream, 3000))).collect();
        for client in clients {
            client.join().expect("it came back");
        }
        let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit");
        for len in [1, 1400, 4000] {
            let text = vec![b'u'; len];
            socket.send_to(&text, ("127.0.0.1", port)).expect("sent");
            let mut back = [0; 9000];
            assert_eq!(socket.recv(&mut back).expect("it comes back"), len, "{machine:?}");
        }
        end(running, port);
    }
}

#[test]
fn a_static_address() {
    let (mut running, port) = server(MACHINES[0], " ip=10.0.2.15/24 gw=10.0.2.2 dns=10.0.2.3");
    running.wait_for("network: 10.0.2.15/24, gateway 10.0.2.2, DNS 10.0.2.3");
    echoes(port, 5000);
    end(running, port);
}

/// A cable without anybody at its other end holds the start up for a while only, and none at all for no time.
#[test]
fn without_an_answer_it_starts_nevertheless() {
    for (more, least, most) in
        [(&["-netdev", "hubport,id=n,hubid=1", "-device", device("microvm")][..], 2900, 3600), (&[], 0, 400)]
    {
        let mut guest = Guest::selftest("boot", MACHINES[0]);
        guest.command_line += " terminal=no";
        let output = guest.with(more).run();
        let up = output.number_after("selftest boot: up after ").expect("it is up") / 1000;
        assert!((least..most).contains(&up), "{up} ms: {}", output.text);
        assert_eq!(output.text.contains("no answer from DHCP"), least > 0);
    }
}

#[test]
fn a_wrong_address_is_told() {
    for (option, message) in [
        ("ip=10.0.0.1", "ip=10.0.0.1: neither an address"),
        ("ip=10.0.0.1/33", "ip=10.0.0.1/33: neither"),
        ("gw=x", "gw=x: not an address"),
    ] {
        let mut guest = Guest::selftest("boot", MACHINES[0]);
        guest.command_line += " ";
        guest.command_line += option;
        let output = guest.run();
        assert!(output.text.contains(message) && !output.text.contains("up after"), "{}", output.text);
    }
}

/// A server that has nothing to do sleeps, though connections are open.
#[test]
fn an_idle_server_sleeps() {
    let (running, port) = server(MACHINES[0], "");
    let clients: Vec<TcpStream> = (0..20).map(|_| greeted(port)).collect();
    std::thread::sleep(Duration::from_secs(1));
    let before = joist_kernel_tests::cpu_time(running.pid());
    let start = Instant::now();
    std::thread::sleep(Duration::from_secs(5));
    let used = joist_kernel_tests::cpu_time(running.pid()) - before;
    assert!(used * 10 < start.elapsed(), "{used:?} of {:?}", start.elapsed());
    for mut client in clients {
        client.write_all(b"x").expect("still open");
        let mut back = [0];
        match client.read_exact(&mut back) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => panic!("no answer"),
            Err(e) => panic!("{e}"),
        }
    }
    end(running, port);
}
