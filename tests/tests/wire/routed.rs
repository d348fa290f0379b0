//! A router on the way whose next link carries less than the cable.

use joist_tests::wire::{Far, GUEST, GUEST6, Guest, Node, Wire, blocks, ping, transfer};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

const ENDS: [(&str, &str, &str); 2] = [(GUEST, Far::ADDRESS, "inet"), (GUEST6, Far::ADDRESS6, "inet6")];

fn at(address: &str, port: u16) -> SocketAddr {
    SocketAddr::new(address.parse().expect("an address"), port)
}

/// Blocks both ways, on connections made from each side.
fn connections(guest: &Guest, far: &Far, carries: usize) {
    let count = blocks(3);
    let whole = format!("{{whole,{count}}}");
    for (port, (here, there, family)) in (4000..).step_by(2).zip(ENDS) {
        let start = Instant::now();
        guest
            .ask(&format!("wire:serve({port}, [{family}], fun(S) -> {family}_served ! wire:transfer(S, {count}) end)"));
        let served = guest.begin(&format!("register({family}_served, self()), receive R -> R end"));
        far.inside(|| transfer(TcpStream::connect(at(here, port)).expect("connected"), count));
        assert_eq!(guest.end(served), whole);
        println!("{carries} bytes, {family}, from the far machine: {:?}", start.elapsed());
        let start = Instant::now();
        let listener = far.inside(|| TcpListener::bind(at(there, port + 1)).expect("a port"));
        let calling = guest.begin(&format!(
            "{{ok, A}} = inet:parse_address(\"{there}\"),
             {{ok, S}} = gen_tcp:connect(A, {port} + 1, [{family}] ++ wire:options()), wire:transfer(S, {count})"
        ));
        transfer(listener.accept().expect("it comes").0, count);
        assert_eq!(guest.end(calling), whole);
        println!("{carries} bytes, {family}, from the guest: {:?}", start.elapsed());
    }
}

/// Datagrams to the far machine: the first that is too long is lost, and says so; then all get there.
fn datagrams(guest: &Guest, far: &Far) {
    let stock = far.inside(Node::stock);
    for (port, (_, there, family)) in (5300..).zip(ENDS) {
        let room = "{recbuf, 400000}, {sndbuf, 200000}, {buffer, 70000}";
        stock.ask(&format!("wire:echo({port}, [{family}, {room}])"));
        // By now it is known what the path carries.
        let back = guest.ask(&format!(
            "{{ok, A}} = inet:parse_address(\"{there}\"),
             {{ok, S}} = gen_udp:open(0, [binary, {family}, {{active, false}}, {room}]),
             [begin D = binary:part(wire:pattern(), 0, N), ok = gen_udp:send(S, A, {port}, D),
              case gen_udp:recv(S, 0, 5000) of {{ok, {{_, {port}, Back}}}} -> Back =:= D; Error -> Error end end
              || N <- [1, 1200, 1300, 1400, 1473, 60000]]"
        ));
        assert_eq!(back, "[true,true,true,true,true,true]", "to {there}");
    }
}

/// The first answer that is too long for the path may be lost.
fn pings(far: &Far) {
    far.inside(|| {
        for (here, ..) in ENDS {
            let here = here.parse().expect("an address");
            for len in [56, 1200, 1400, 20_000] {
                let whole = ping(here, len).or_else(|_| ping(here, len)).expect("an answer");
                assert!(whole, "{len} bytes to {here}");
            }
        }
    });
}

fn routed(test: &str, seed: u64, carries: usize) {
    let Some(wire) = Wire::new(test, seed) else { return };
    let far = Far::behind(&wire, carries);
    let guest = wire.boot(&Far::options());
    pings(&far);
    connections(&guest, &far, carries);
    datagrams(&guest, &far);
}

#[test]
fn a_link_of_1300_bytes() {
    routed("a_link_of_1300_bytes", 19, 1300);
}

/// The least that IPv6 may have.
#[test]
fn a_link_of_1280_bytes() {
    routed("a_link_of_1280_bytes", 20, 1280);
}
