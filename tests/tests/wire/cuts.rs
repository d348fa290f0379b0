//! Cables that are pulled, servers that don't answer, addresses that are somebody else's.

use joist_tests::wire::dhcp::{DISCOVER, Dhcp, REQUEST};
use joist_tests::wire::{GUEST, HOST, Trouble, Wire, blocks, transfer};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

/// Addresses of `eth0`, of IPv4.
const ADDRESSES: &str = "{ok, Ifs} = inet:getifaddrs(),
    [A || {\"eth0\", L} <- Ifs, {addr, A} <- L, tuple_size(A) =:= 4]";

/// A transfer stands still while the cable is out, and goes on afterwards.
#[test]
fn a_transfer_outlives_a_cut() {
    let Some(wire) = Wire::new("a_transfer_outlives_a_cut", 5) else { return };
    let guest = wire.boot(&[("ip", "10.77.0.2/24")]);
    let count = blocks(4);
    guest.ask(&format!("wire:serve(4000, fun(S) -> R = wire:transfer(S, {count}), served ! R end)"));
    let server = guest.begin("register(served, self()), receive R -> R end");
    // Slow enough that it is not over before the first cut.
    wire.trouble(Trouble { delay: Duration::from_millis(5), ..Trouble::default() });
    wire.inside(|| {
        let stream = TcpStream::connect((GUEST, 4000)).expect("connected");
        let running = thread::spawn(move || transfer(stream, count));
        for way in 0..2 {
            thread::sleep(Duration::from_millis(150));
            assert!(!running.is_finished(), "the cut comes too late");
            let cut = |off: bool| match way {
                0 => guest.link(!off),
                _ => wire.trouble(Trouble { cut: off, delay: Duration::from_millis(5), ..Trouble::default() }),
            };
            cut(true);
            thread::sleep(Duration::from_millis(1500));
            cut(false);
        }
        running.join().expect("all arrived");
    });
    assert_eq!(guest.end(server), format!("{{whole,{count}}}"));
}

#[test]
fn no_answer_from_dhcp_at_first() {
    let Some(wire) = Wire::new("no_answer_from_dhcp_at_first", 6) else { return };
    let dhcp = wire.inside(|| Dhcp::start(3600));
    dhcp.silent(true);
    let guest = wire.boot(&[]);
    assert!(guest.said("network: no answer from DHCP yet; asking on"));
    assert_eq!(guest.ask(ADDRESSES), "[]");
    assert_eq!(guest.ask(&format!("gen_tcp:connect(\"{HOST}\", 80, [])")), "{error,enetunreach}");
    let asked = dhcp.heard(DISCOVER);
    assert!(asked >= 2, "it asks several times before the node starts, and not {asked}");
    dhcp.silent(false);
    guest.says("network: 10.77.0.2/24, gateway 10.77.0.1, DNS 10.77.0.1", SOON);
    guest.comes_to(ADDRESSES, "[{10,77,0,2}]", SOON);
    guest.comes_to("file:read_file(\"/etc/resolv.conf\")", "{ok,<<\"nameserver 10.77.0.1\\n\">>}", SOON);
}

/// A lease is renewed in time; one that nobody renews ends, and another one is had when the server is back.
#[test]
fn leases_are_renewed_and_end() {
    let Some(wire) = Wire::new("leases_are_renewed_and_end", 7) else { return };
    let dhcp = wire.inside(|| Dhcp::start(8));
    let guest = wire.boot(&[]);
    assert_eq!(guest.ask(ADDRESSES), "[{10,77,0,2}]");
    let asked = dhcp.heard(REQUEST);
    thread::sleep(Duration::from_secs(9));
    assert!(dhcp.heard(REQUEST) > asked, "nobody renewed it");
    assert_eq!(guest.ask(ADDRESSES), "[{10,77,0,2}]", "it was renewed");
    dhcp.silent(true);
    guest.says("network: no address", SOON);
    guest.comes_to(ADDRESSES, "[]", SOON);
    dhcp.silent(false);
    guest.comes_to(ADDRESSES, "[{10,77,0,2}]", SOON);
}

/// The cable is out while it boots.
#[test]
fn a_cable_that_comes_late() {
    let Some(wire) = Wire::new("a_cable_that_comes_late", 8) else { return };
    let _dhcp = wire.inside(|| Dhcp::start(3600));
    wire.trouble(Trouble { cut: true, ..Trouble::default() });
    let guest = wire.boot(&[]);
    assert!(guest.said("network: no answer from DHCP yet; asking on"));
    wire.trouble(Trouble::default());
    guest.says("network: 10.77.0.2/24", SOON);
    guest.comes_to(ADDRESSES, "[{10,77,0,2}]", SOON);
}

#[test]
fn an_address_that_is_taken_is_told() {
    let Some(wire) = Wire::new("an_address_that_is_taken_is_told", 9) else { return };
    let guest = wire.boot(&[("ip", &format!("{HOST}/24"))]);
    let line = guest.says("uses 10.77.0.1 as well", SOON);
    assert!(line.starts_with("joist: network: ") && line.matches(':').count() == 7, "{line}");
    assert_eq!(guest.ask(ADDRESSES), "[{10,77,0,1}]", "nobody gives way");
}
