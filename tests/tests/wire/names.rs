//! Names: OTP's resolver in a guest asks a name server on the cable.

use joist_tests::wire::dhcp::Dhcp;
use joist_tests::wire::dns::{Dns, Record};
use joist_tests::wire::{Guest, HOST, Trouble, Wire};
use std::time::Duration;

/// 300 bytes of text.
const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
                    0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
                    0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";

pub fn zone() -> Vec<(&'static str, Record)> {
    let v4 = |last| Record::A([192, 0, 2, last].into());
    let v6 = Record::Aaaa("2001:db8::7".parse().expect("an address"));
    let mut zone = vec![
        ("one.test", v4(7)),
        ("one.test", v6),
        ("alias.test", Record::Cname("one.test")),
        ("two.test", v4(1)),
        ("two.test", v4(2)),
        ("mail.test", Record::Mx(10, "one.test")),
        ("mail.test", Record::Mx(20, "two.test")),
        ("text.test", Record::Txt("some words")),
        ("_http._tcp.test", Record::Srv(1, 2, 8080, "one.test")),
        ("7.2.0.192.in-addr.arpa", Record::Ptr("one.test")),
        ("long.test", Record::Txt(LONG)),
        ("long.test", Record::Txt(LONG)),
        ("long.test", Record::Txt("the last")),
    ];
    zone.extend((1..=40).map(|last| ("many.test", v4(last))));
    zone
}

fn resolves(guest: &Guest, dns: &Dns) {
    for (expression, wanted) in [
        ("inet:getaddr(\"one.test\", inet)", "{ok,{192,0,2,7}}"),
        ("inet:getaddr(\"one.test\", inet6)", "{ok,{8193,3512,0,0,0,0,0,7}}"),
        ("inet:getaddrs(\"two.test\", inet)", "{ok,[{192,0,2,1},{192,0,2,2}]}"),
        ("inet:gethostbyname(\"alias.test\")", "{ok,{hostent,\"one.test\",[\"alias.test\"],inet,4,[{192,0,2,7}]}}"),
        ("inet:gethostbyaddr({192,0,2,7})", "{ok,{hostent,\"one.test\",[],inet,4,[{192,0,2,7}]}}"),
        ("inet:getaddr(\"nobody.test\", inet)", "{error,nxdomain}"),
        ("inet_res:lookup(\"alias.test\", in, cname)", "[\"one.test\"]"),
        ("lists:sort(inet_res:lookup(\"mail.test\", in, mx))", "[{10,\"one.test\"},{20,\"two.test\"}]"),
        ("inet_res:lookup(\"text.test\", in, txt)", "[[\"some words\"]]"),
        ("inet_res:lookup(\"_http._tcp.test\", in, srv)", "[{1,2,8080,\"one.test\"}]"),
        ("inet_res:lookup(\"nobody.test\", in, a)", "[]"),
        ("inet_res:getbyname(\"nobody.test\", a)", "{error,nxdomain}"),
    ] {
        assert_eq!(guest.ask(expression), wanted, "{expression}");
    }
    assert!(dns.asked().0 >= 10 && dns.asked().1 == 0, "{:?}", dns.asked());
    assert_eq!(
        guest.ask("lists:sort([length(lists:append(T)) || T <- inet_res:lookup(\"long.test\", in, txt)])"),
        "[8,300,300]"
    );
    assert_eq!(dns.asked().1, 1, "what is too long for UDP is asked by TCP");
}

/// What stock asks the C library for.
fn resolves_for_net(guest: &Guest, dns: &Dns) {
    let addresses = |name: &str| {
        format!(
            "case net:getaddrinfo(\"{name}\") of {{ok, L}} -> [A || #{{type := stream, addr := #{{addr := A}}}} <- L]; E -> E end"
        )
    };
    let by_tcp = dns.asked().1;
    for (expression, wanted) in [
        (addresses("One.test"), "[{192,0,2,7},{8193,3512,0,0,0,0,0,7}]"),
        (addresses("alias.test."), "[{192,0,2,7},{8193,3512,0,0,0,0,0,7}]"),
        (addresses("two.test"), "[{192,0,2,1},{192,0,2,2}]"),
        (addresses("nobody.test"), "{error,enoname}"),
        (addresses("text.test"), "{error,enodata}"),
        (addresses("one..test"), "{error,enoname}"),
        (addresses("one"), "{error,enoname}"),
        ("length(element(2, net:getaddrinfo(\"many.test\", \"80\")))".into(), "120"),
        (
            "net:getnameinfo(#{family => inet, addr => {192,0,2,7}, port => 80})".into(),
            "{ok,#{host => \"one.test\",service => \"http\"}}",
        ),
        ("net:getnameinfo(#{family => inet, addr => {192,0,2,8}, port => 80}, [namereqd])".into(), "{error,enoname}"),
        (
            "net:getnameinfo(#{family => inet, addr => {192,0,2,8}, port => 1}, [])".into(),
            "{ok,#{host => \"192.0.2.8\",service => \"1\"}}",
        ),
        (
            format!(
                "file:write_file(\"/etc/resolv.conf\", \"search x.test test\\nnameserver {HOST}\\n\"), {}",
                addresses("two")
            ),
            "[{192,0,2,1},{192,0,2,2}]",
        ),
        (
            "inet_db:set_lookup([native]), inet:gethostbyname(\"alias.test\")".into(),
            "{ok,{hostent,\"one.test\",[\"alias.test\"],inet,4,[{192,0,2,7}]}}",
        ),
        ("inet:getaddr(\"one.test\", inet6)".into(), "{ok,{8193,3512,0,0,0,0,0,7}}"),
        ("inet:gethostbyaddr({192,0,2,7})".into(), "{ok,{hostent,\"one.test\",[],inet,4,[{192,0,2,7}]}}"),
        ("inet:getaddr(\"nobody.test\", inet)".into(), "{error,nxdomain}"),
    ] {
        assert_eq!(guest.ask(&expression), wanted, "{expression}");
    }
    assert_eq!(dns.asked().1, by_tcp + 1, "what is too long for UDP is asked by TCP");
}

#[test]
fn a_name_server_by_option() {
    let Some(wire) = Wire::new("a_name_server_by_option", 3) else { return };
    let guest = wire.boot(&[("ip", "10.77.0.2/24"), ("gw", HOST), ("dns", HOST)]);
    // Others are not held up while nobody answers, and who waits can be killed.
    wire.trouble(Trouble { cut: true, ..Trouble::default() });
    assert_eq!(
        guest.ask(
            "{P, R} = spawn_monitor(fun() -> net:getaddrinfo(\"one.test\") end), timer:sleep(300),
             Status = process_info(P, status), exit(P, kill), {Status, receive {'DOWN', R, process, P, W} -> W end}"
        ),
        "{{status,waiting},killed}"
    );
    wire.trouble(Trouble::default());
    assert_eq!(guest.ask("net:getaddrinfo(\"one.test\")"), "{error,eagain}", "nobody is there");
    let dns = wire.inside(|| Dns::start(HOST, zone()));
    resolves(&guest, &dns);
    resolves_for_net(&guest, &dns);
}

#[test]
fn a_name_server_by_dhcp() {
    let Some(wire) = Wire::new("a_name_server_by_dhcp", 4) else { return };
    let (dns, _dhcp) = wire.inside(|| (Dns::start(HOST, zone()), Dhcp::start(3600)));
    let guest = wire.boot(&[]);
    guest.says("network: 10.77.0.2/24, gateway 10.77.0.1, DNS 10.77.0.1", Duration::ZERO);
    resolves(&guest, &dns);
}
