//! The network card and the stack behind it: a client on this machine talks to a server in the guest.

use joist_kernel_tests::peer::{FreePort, echoes, greeted};
use joist_kernel_tests::processor::time_of;
use joist_kernel_tests::{Guest, MACHINES, Running};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

fn device(machine: &str) -> &'static str {
    if machine == "q35" { "virtio-net-pci,netdev=n,romfile=" } else { "virtio-net-device,netdev=n" }
}

/// Starts the guest's server; it answers at this port, by TCP and UDP.
fn server(machine: (&'static str, u32), options: &str) -> (Running, FreePort) {
    let port = FreePort::find();
    let number = port.number;
    let netdev = format!("user,id=n,hostfwd=tcp:127.0.0.1:{number}-:7,hostfwd=udp:127.0.0.1:{number}-:7");
    let mut guest = Guest::selftest("network-echo", machine);
    guest.command_line += options;
    let mut running = guest.with(&["-netdev", &netdev, "-device", device(machine.0)]).start();
    running.wait_for("echoing on port 7");
    (running, port)
}

fn end(running: Running, port: &FreePort) {
    let mut stream = TcpStream::connect(("127.0.0.1", port.number)).expect("QEMU takes it");
    stream.write_all(b"end").expect("taken");
    let output = running.finish(LIMIT);
    assert!(output.text.contains("selftest network-echo: ok"), "{}", output.text);
}

#[test]
fn echo_by_tcp_and_udp() {
    for machine in MACHINES {
        let (running, port) = server(machine, "");
        echoes(port.number, &[1, 10_000, 2_000_000], 64);
        end(running, &port);
    }
}

#[test]
fn a_static_address() {
    let (mut running, port) = server(MACHINES[0], " ip=10.0.2.15/24 gw=10.0.2.2 dns=10.0.2.3");
    running.wait_for("network: 10.0.2.15/24, gateway 10.0.2.2, DNS 10.0.2.3");
    echoes(port.number, &[5000], 1);
    end(running, &port);
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
    let clients: Vec<TcpStream> = (0..20).map(|_| greeted(port.number)).collect();
    std::thread::sleep(Duration::from_secs(1));
    let before = time_of(running.pid());
    let start = Instant::now();
    std::thread::sleep(Duration::from_secs(5));
    let used = time_of(running.pid()) - before;
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
    end(running, &port);
}
