//! Cables that are pulled, servers that don't answer, addresses that are somebody else's.

use joist_tests::wire::advertise::Advertiser;
use joist_tests::wire::dhcp::{DECLINE, DISCOVER, Dhcp, REQUEST};
use joist_tests::wire::{GUEST, HOST, Trouble, Wire, blocks, transfer};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

/// Addresses of `eth0`, of IPv4.
const ADDRESSES: &str = "{ok, Ifs} = inet:getifaddrs(),
    [A || {\"eth0\", L} <- Ifs, {addr, A} <- L, tuple_size(A) =:= 4]";

/// Its flags.
const FLAGS: &str = "{ok, Ifs} = inet:getifaddrs(), {\"eth0\", [{flags, F} | _]} = lists:keyfind(\"eth0\", 1, Ifs),
    {ok, All} = net:getifaddrs(), [F | lists:usort([G || #{name := \"eth0\", flags := G} <- All])]";
const UP: &str = "[[up,broadcast,running,multicast],[up,broadcast,running,multicast]]";
/// `inet` says of what is up that it runs, on Linux as well.
const DOWN: &str = "[[up,broadcast,running,multicast],[up,broadcast,multicast]]";

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

/// It is pulled out of the card itself: nobody is waited for.
#[test]
fn a_boot_without_a_cable() {
    let Some(wire) = Wire::new("a_boot_without_a_cable", 21) else { return };
    let _dhcp = wire.inside(|| Dhcp::start(3600));
    let guest = wire.boot_without(&[]);
    assert!(guest.said("network: the link is down; asking once it is up"));
    assert!(!guest.said("no answer"), "it was waited for");
    assert_eq!(guest.ask(ADDRESSES), "[]");
    guest.link(true);
    guest.says("network: 10.77.0.2/24", SOON);
    guest.comes_to(ADDRESSES, "[{10,77,0,2}]", SOON);
}

/// Routers are asked at once when the cable is back, which may be elsewhere; until they answer, what they said counts.
#[test]
fn another_router() {
    let Some(wire) = Wire::new("another_router", 22) else { return };
    let router = wire.inside(|| Advertiser::start(1));
    let guest = wire.boot(&[("ip", "10.77.0.2/24")]);
    let networks = "{ok, Ifs} = inet:getifaddrs(),
        [N || {\"eth0\", L} <- Ifs, {addr, {16#2001, 16#db8, N, _, _, _, _, _}} <- L]";
    guest.comes_to(networks, "[1]", SOON);
    for network in [2, 3] {
        let asked = router.asked();
        guest.link(false);
        guest.comes_to(FLAGS, DOWN, SOON);
        assert_eq!(guest.ask(networks), format!("[{}]", network - 1));
        router.give(network);
        guest.link(true);
        guest.comes_to(networks, &format!("[{network}]"), Duration::from_secs(3));
        assert!(router.asked() > asked);
    }
}

#[test]
fn an_address_that_is_taken_is_told() {
    let Some(wire) = Wire::new("an_address_that_is_taken_is_told", 9) else { return };
    let guest = wire.boot(&[("ip", &format!("{HOST}/24"))]);
    let line = guest.says("uses 10.77.0.1 as well", SOON);
    assert!(line.starts_with("joist: network: ") && line.matches(':').count() == 7, "{line}");
    assert_eq!(guest.ask(ADDRESSES), "[{10,77,0,1}]", "nobody gives way");
}

/// Whoever pulls the cable sees it in the flags, as on Linux; addresses and connections stay. When it is back, which may
/// be elsewhere, DHCP is asked at once.
#[test]
fn a_cable_that_is_put_in_elsewhere() {
    let Some(wire) = Wire::new("a_cable_that_is_put_in_elsewhere", 14) else { return };
    let dhcp = wire.inside(|| Dhcp::start(3600));
    let guest = wire.boot(&[]);
    assert_eq!(guest.ask(FLAGS), UP);
    for (address, terms) in [("10.77.0.2", "[{10,77,0,2}]"), ("10.77.0.9", "[{10,77,0,9}]")] {
        let asked = dhcp.heard(DISCOVER);
        guest.link(false);
        guest.comes_to(FLAGS, DOWN, SOON);
        assert_eq!(guest.ask(ADDRESSES), "[{10,77,0,2}]");
        assert_eq!(guest.ask("{ok, U} = gen_udp:open(0), gen_udp:send(U, {10, 77, 0, 1}, 9, \"lost\")"), "ok");
        dhcp.give(address);
        guest.link(true);
        guest.comes_to(FLAGS, UP, SOON);
        guest.comes_to(ADDRESSES, terms, Duration::from_secs(3));
        // A DISCOVER that was on its way when the cable was pulled may come twice.
        assert!(dhcp.heard(DISCOVER) > asked, "it was not asked");
    }
    guest.says("network: the link is down", Duration::ZERO);
    guest.says("network: the link is up", Duration::ZERO);
    guest.says("network: 10.77.0.9/24", Duration::ZERO);
}

/// What DHCP gives is somebody else's: it is declined, and another one had.
#[test]
fn an_address_that_dhcp_gives_twice() {
    let Some(wire) = Wire::new("an_address_that_dhcp_gives_twice", 15) else { return };
    let dhcp = wire.inside(|| {
        let added = Command::new("ip").args(["address", "add", &format!("{GUEST}/24"), "dev", "cable"]).status();
        assert!(added.expect("ip starts").success());
        Dhcp::start(3600)
    });
    let guest = wire.boot(&[]);
    let line = guest.says("uses 10.77.0.2 as well: declined", SOON);
    assert!(line.starts_with("joist: network: ") && line.matches(':').count() == 8, "{line}");
    guest.comes_to(ADDRESSES, "[]", Duration::from_secs(5));
    assert_eq!(dhcp.heard(DECLINE), 1);
    guest.says("network: 10.77.0.3/24", SOON);
    guest.comes_to(ADDRESSES, "[{10,77,0,3}]", SOON);
    assert_eq!(dhcp.heard(DECLINE), 1, "nobody else has that one");
}
