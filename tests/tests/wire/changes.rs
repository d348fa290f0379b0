//! A guest that changes its interface: its neighbour sees it.

use joist_tests::wire::{HOST, Wire};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Gives back what comes until the end.
const ECHO: &str = "wire:serve(7, fun Echo(S) -> case gen_tcp:recv(S, 0) of
    {ok, Data} -> ok = gen_tcp:send(S, Data), Echo(S);
    {error, closed} -> gen_tcp:close(S) end end)";

fn echoes(wire: &Wire, address: &str) {
    wire.inside(|| {
        let mut stream = TcpStream::connect((address, 7)).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
        let all = vec![7; 100_000];
        stream.write_all(&all[..50_000]).expect("taken");
        let mut got = vec![0; 50_000];
        stream.read_exact(&mut got).expect("all of it");
        assert!(got == all[..50_000]);
    });
}

#[test]
fn another_address_mtu_and_off() {
    let Some(wire) = Wire::new("another_address_mtu_and_off", 40) else { return };
    let guest = wire.boot(&[("ip", "10.77.0.2/24")]);
    guest.ask(ECHO);
    echoes(&wire, "10.77.0.2");
    let told = || guest.ask("inet:ifget(\"eth0\", [addr, netmask, broadaddr, mtu, flags])");
    let set = |options: &str| guest.ask(&format!("inet:ifset(\"eth0\", [{options}])"));
    assert_eq!(set("{addr, {10, 77, 0, 5}}, {netmask, {255, 255, 255, 0}}, {mtu, 1400}"), "ok");
    assert_eq!(
        told(),
        "{ok,[{addr,{10,77,0,5}},{netmask,{255,255,255,0}},{broadaddr,{10,77,0,255}},{mtu,1400},\
         {flags,[up,broadcast,running,multicast]}]}"
    );
    assert!(guest.ask("element(2, inet:getifaddrs())").contains("{addr,{10,77,0,5}}"));
    echoes(&wire, "10.77.0.5");
    // Off, and on again; what the card can't do is told.
    assert_eq!(set("{flags, [down]}"), "ok");
    let connect = format!("gen_tcp:connect(\"{HOST}\", 9, [], 1000)");
    assert_eq!(guest.ask(&connect), "{error,enetunreach}");
    assert!(told().contains("{flags,[broadcast,multicast]}"));
    assert_eq!(set("{flags, [up]}"), "ok");
    echoes(&wire, "10.77.0.5");
    assert_eq!(guest.ask(&connect), "{error,econnrefused}");
    let ioctl = |request: &str, value: &str| {
        guest.ask(&format!(
            "begin {{ok, S}} = socket:open(inet, dgram), socket:ioctl(S, {request}, \"eth0\", {value}) end"
        ))
    };
    assert_eq!(ioctl("sifmtu", "1500"), "ok");
    assert_eq!(ioctl("sifmtu", "66000"), "{error,einval}");
    assert_eq!(ioctl("siftxqlen", "5"), "{error,enotsup}");
    assert_eq!(ioctl("sifaddr", "#{family => inet, addr => {10, 77, 0, 6}}"), "ok");
    echoes(&wire, "10.77.0.6");
}
