//! Datagrams and pings that are longer than the cable carries in one piece, by both versions of IP.

use joist_tests::wire::{GUEST, GUEST6, HOST, HOST6, Node, Trouble, Wire, ping};

const OPTIONS: &[(&str, &str)] = &[("ip", "10.77.0.2/24"), ("ip", "fd77::2/64")];
/// Buffers that one has room in.
const ROOM: &str = "{recbuf, 400000}, {sndbuf, 200000}, {buffer, 70000}";

/// Sends datagrams to an echo and takes them back.
fn exchange(server: &Node, client: &Node, address: &str, family: &str, port: u16) {
    server.ask(&format!("wire:echo({port}, [{family}, {ROOM}])"));
    let longest = if family == "inet" { 65507 } else { 65527 };
    let back = client.ask(&format!(
        "{{ok, A}} = inet:parse_address(\"{address}\"), P = <<(wire:pattern())/binary, (wire:pattern())/binary>>,
         {{ok, S}} = gen_udp:open(0, [binary, {family}, {{active, false}}, {ROOM}]),
         [begin D = binary:part(P, 0, N), ok = gen_udp:send(S, A, {port}, D),
          {{ok, {{_, {port}, Back}}}} = gen_udp:recv(S, 0, 5000), Back =:= D end || N <- [0, 1452, 1453, 1473, 9000, 60000, {longest}]]
         ++ [gen_udp:send(S, A, {port}, binary:part(P, 0, {longest} + 1))]"
    ));
    assert_eq!(back, "[true,true,true,true,true,true,true,{error,emsgsize}]", "to {address}");
}

#[test]
fn datagrams_of_60_kilobytes_with_stock() {
    let Some(wire) = Wire::new("datagrams_of_60_kilobytes_with_stock", 16) else { return };
    let guest = wire.boot(OPTIONS);
    let stock = wire.inside(Node::stock);
    exchange(&guest, &stock, GUEST, "inet", 5300);
    exchange(&guest, &stock, GUEST6, "inet6", 5301);
    exchange(&stock, &guest, HOST, "inet", 5302);
    exchange(&stock, &guest, HOST6, "inet6", 5303);
}

/// Parts are lost: of what does come back nothing is another one, and the memory is there for those that come later.
#[test]
fn datagrams_that_lose_parts() {
    let Some(wire) = Wire::new("datagrams_that_lose_parts", 17) else { return };
    let guest = wire.boot(OPTIONS);
    let stock = wire.inside(Node::stock);
    guest.ask(&format!("wire:echo(5300, [inet, {ROOM}])"));
    wire.trouble(Trouble { loss: 10, duplication: 50, reordering: 100, ..Trouble::default() });
    let exchange = |count: u32| {
        stock.ask(&format!(
            "{{ok, S}} = gen_udp:open(0, [binary, {{active, false}}, {ROOM}]),
             Back = [begin D = <<N:32, (binary:part(wire:pattern(), 0, 30000))/binary>>, ok = gen_udp:send(S, \"{GUEST}\", 5300, D),
              case gen_udp:recv(S, 0, 200) of {{ok, {{_, _, <<_:32, R/binary>>}}}} -> R =:= binary:part(wire:pattern(), 0, 30000);
              {{error, timeout}} -> none end end || N <- lists:seq(1, {count})],
             {{lists:member(false, Back), lists:member(true, Back), lists:member(none, Back)}}"
        ))
    };
    assert_eq!(exchange(60), "{false,true,true}", "{{wrong, whole, lost}}");
    wire.trouble(Trouble::default());
    assert_eq!(exchange(5), "{false,true,false}", "{{wrong, whole, lost}}");
}

#[test]
fn long_pings() {
    let Some(wire) = Wire::new("long_pings", 18) else { return };
    let _guest = wire.boot(OPTIONS);
    wire.inside(|| {
        for address in [GUEST, GUEST6] {
            let address = address.parse().expect("an address");
            for len in [56, 1452, 1473, 20_000, 60_000] {
                assert!(ping(address, len).expect("an answer"), "{len} bytes to {address}");
            }
        }
    });
}
