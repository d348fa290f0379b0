//! A guest with two cards, as `joist run --tap A --tap B` makes it.

use joist_tests::wire::Wire;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

/// Says where a connection came in.
const SERVE: &str = "wire:serve(7, fun(S) -> {ok, {Own, _}} = inet:sockname(S), ok = gen_tcp:send(S, inet:ntoa(Own)), gen_tcp:close(S) end)";

fn answer(from: &str, to: &str) -> String {
    let socket =
        rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM, None).expect("a socket");
    let own: std::net::SocketAddr = format!("{from}:0").parse().expect("an address");
    rustix::net::bind(&socket, &own).expect("an own address");
    let to: std::net::SocketAddr = format!("{to}:7").parse().expect("an address");
    rustix::net::connect(&socket, &to).expect("connected");
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    text
}

#[test]
fn two_cards() {
    let Some(wire) = Wire::new("two_cards", 41) else { return };
    let arguments = ["--ip", "10.79.0.2/24", "--ip", "eth1=10.79.1.2/24", "--gateway", "eth1=10.79.1.1"];
    let guest = wire.boot_on_taps(2, &arguments);
    let names = "[N || {N, O} <- element(2, inet:getifaddrs()), lists:keymember(addr, 1, O)]";
    assert_eq!(guest.ask(names), r#"["lo","eth0","eth1"]"#);
    guest.ask(SERVE);
    wire.inside(|| {
        assert_eq!(answer("10.79.0.1", "10.79.0.2"), "10.79.0.2");
        assert_eq!(answer("10.79.1.1", "10.79.1.2"), "10.79.1.2");
        // The answer goes where the question came from, whatever the closest network of the asker is.
        assert_eq!(answer("10.77.0.1", "10.79.1.2"), "10.79.1.2");

        // Out of the guest: by the closest network, by the card with the router, and by the one that it is bound to.
        let listeners = ["10.79.0.1:9", "10.79.1.1:9", "10.77.0.1:9"].map(|at| TcpListener::bind(at).expect("a port"));
        let from = |n: usize, options: &str| {
            let to = ["{10,79,0,1}", "{10,79,1,1}", "{10,77,0,1}"][n];
            let pending = guest.begin(&format!("element(1, gen_tcp:connect({to}, 9, [{options}], 3000))"));
            let peer = listeners[n].accept().expect("somebody").1.ip().to_string();
            assert_eq!(guest.end(pending), "ok");
            peer
        };
        assert_eq!(from(0, ""), "10.79.0.2");
        assert_eq!(from(1, ""), "10.79.1.2");
        assert_eq!(from(2, ""), "10.79.1.2");
        assert_eq!(from(2, "{ip,{10,79,1,2}}"), "10.79.1.2");
        let refused = "gen_tcp:connect({10,77,0,1}, 9, [{ip,{10,79,0,2}}], 3000)";
        assert_eq!(guest.ask(refused), "{error,enetunreach}", "the first card knows no router");

        // Datagrams of one socket, by both; what is bound to a card hears of nothing else.
        let ends = ["10.79.0.1:11", "10.79.1.1:11"].map(|at| UdpSocket::bind(at).expect("a port"));
        let open = "begin P = self(), spawn(fun() -> {ok, U} = gen_udp:open(12, [binary, {active, false}]), P ! open,
            F = fun F() -> {ok, {A, N, D}} = gen_udp:recv(U, 0), ok = gen_udp:send(U, A, N, D), F() end, F() end),
            receive open -> open end end";
        guest.ask(open);
        for (n, end) in ends.iter().enumerate() {
            end.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
            let data = [n as u8; 3000];
            end.send_to(&data, format!("10.79.{n}.2:12")).expect("sent");
            let mut got = [0; 4000];
            assert_eq!(end.recv(&mut got).expect("an echo"), 3000);
        }
        let device = "begin {ok, D} = gen_udp:open(13, [{active, false}, {bind_to_device, <<\"eth1\">>}]),
            {ok, O} = inet:getopts(D, [bind_to_device]), {O, gen_udp:recv(D, 0, 3000)} end";
        let pending = guest.begin(device);
        std::thread::sleep(Duration::from_millis(500));
        ends[0].send_to(b"no", "10.79.0.2:13").expect("sent");
        ends[1].send_to(b"yes", "10.79.1.2:13").expect("sent");
        assert_eq!(guest.end(pending), r#"{[{bind_to_device,<<"eth1">>}],{ok,{{10,79,1,1},11,"yes"}}}"#);

        // One card is off, the other goes on.
        assert_eq!(guest.ask(r#"inet:ifset("eth0", [{flags, [down]}])"#), "ok");
        assert_eq!(answer("10.79.1.1", "10.79.1.2"), "10.79.1.2");
        assert_eq!(from(1, ""), "10.79.1.2");
        assert_eq!(guest.ask(r#"inet:ifset("eth0", [{flags, [up]}])"#), "ok");
        assert_eq!(answer("10.79.0.1", "10.79.0.2"), "10.79.0.2");
    });
}

/// What is said of cards that are not there, and what can't be a card's, is told.
#[test]
fn cards_that_are_not_there() {
    let Some(wire) = Wire::new("cards_that_are_not_there", 42) else { return };
    let guest = wire.boot_on_taps(1, &["--ip", "10.79.0.2/24", "--ip", "eth3=10.79.3.2/24"]);
    assert!(guest.said("network: there is no card for what is said of eth3"));
    wire.inside(|| TcpStream::connect("10.79.0.2:7").map(|mut s| s.write_all(b"x"))).expect_err("nobody listens");
}
