//! What goes in at one end comes out at the other, whatever the wire does: Erlang in a guest against sockets of Linux.
//! `$JOIST_WIRE_MEGABYTES` says how much (`make wire`).

use joist_tests::wire::{GUEST, HOST, Trouble, Wire, blocks, transfer};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

const STATIC: &[(&str, &str)] = &[("ip", "10.77.0.2/24"), ("gw", HOST)];

fn megabytes() -> u64 {
    std::env::var("JOIST_WIRE_MEGABYTES").map_or(2, |n| n.parse().expect("a number"))
}

/// Two connections, one made from each side; blocks go both ways on each.
fn both_ways(wire: &Wire, guest: &joist_tests::wire::Guest, megabytes: u64) {
    let (count, limit) = (blocks(megabytes), Duration::from_secs(60 + 30 * megabytes));
    guest.ask(&format!("wire:serve(4000, fun(S) -> Result = wire:transfer(S, {count}), served ! Result end)"));
    let server = guest.begin("register(served, self()), receive R -> R end");
    wire.inside(|| {
        let start = Instant::now();
        transfer(TcpStream::connect((GUEST, 4000)).expect("connected"), count);
        println!("{megabytes} MB each way, with the guest as server: {:?}", start.elapsed());
        assert_eq!(guest.end_within(server, limit), format!("{{whole,{count}}}"));
        let listener = TcpListener::bind((HOST, 4001)).expect("a port");
        let start = Instant::now();
        let client = guest.begin(&format!(
            "{{ok, S}} = gen_tcp:connect(\"{HOST}\", 4001, wire:options()), wire:transfer(S, {count})"
        ));
        transfer(listener.accept().expect("it comes").0, count);
        assert_eq!(guest.end_within(client, limit), format!("{{whole,{count}}}"));
        println!("{megabytes} MB each way, with the guest as client: {:?}", start.elapsed());
    });
}

#[test]
fn a_good_wire() {
    let Some(wire) = Wire::new("a_good_wire", 1) else { return };
    both_ways(&wire, &wire.boot(STATIC), megabytes());
}

#[test]
fn loss_duplication_reordering_and_delay() {
    let Some(wire) = Wire::new("loss_duplication_reordering_and_delay", 2) else { return };
    let guest = wire.boot_on(2, STATIC);
    wire.trouble(Trouble {
        loss: 100,
        duplication: 100,
        reordering: 200,
        behind: Duration::from_millis(2),
        delay: Duration::from_millis(3),
        jitter: Duration::from_micros(300),
        cut: false,
    });
    both_ways(&wire, &guest, megabytes());
    let (frames, lost) = wire.frames();
    println!("{lost} of {frames} frames were lost");
    assert!(lost * 200 > frames && lost * 50 < frames, "{lost} of {frames} frames: that was no trouble");
}
