//! One socket of an image that several ports have: whoever waits is told of what comes. (Stock has the last one told only.)

use joist_tests::wire::Wire;

#[test]
fn two_ports_of_one_descriptor() {
    let Some(wire) = Wire::new("two_ports_of_one_descriptor", 41) else { return };
    let guest = wire.boot(&[("ip", "10.77.0.2/24")]);
    let both = |open: &str, receive: &str, send: &str| {
        guest.ask(&format!(
            "begin {open}, Me = self(), [spawn(fun() -> Me ! {receive} end) || S <- [One, Two]], timer:sleep(100),
             [begin {send}, timer:sleep(50) end || X <- [\"x\", \"y\"]],
             lists:sort([receive {{ok, {{_, _, D}}}} -> D; {{ok, D}} -> D; E -> E after 9000 -> none end || _ <- [1, 2]]) end"
        ))
    };
    let datagrams = both(
        "{ok, One} = gen_udp:open(0, [{ip, {127, 0, 0, 1}}, {active, false}]), {ok, Fd} = inet:getfd(One),
         {ok, Two} = gen_udp:open(0, [{fd, Fd}, {active, false}]), {ok, P} = inet:port(One), {ok, C} = gen_udp:open(0)",
        "gen_udp:recv(S, 0, 5000)",
        "ok = gen_udp:send(C, {127, 0, 0, 1}, P, X)",
    );
    assert_eq!(datagrams, "[\"x\",\"y\"]");
    let streams = both(
        "{ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, {active, false}]), {ok, P} = inet:port(L),
         {ok, C} = gen_tcp:connect({127, 0, 0, 1}, P, [{active, false}]), {ok, One} = gen_tcp:accept(L),
         {ok, Fd} = prim_inet:getfd(One), {ok, Two} = gen_tcp:fdopen(Fd, [{active, false}])",
        "gen_tcp:recv(S, 1, 5000)",
        "ok = gen_tcp:send(C, X)",
    );
    assert_eq!(streams, "[\"x\",\"y\"]");
}
