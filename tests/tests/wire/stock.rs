//! Stock Erlang on this machine and the guest, each as the other's server and client.

use joist_tests::wire::{GUEST, HOST, Node, Wire, blocks};

/// inets' server of the files below `/tmp/www`.
const HTTPD: &str = "Root = \"/tmp/joist-wire-www\", ok = filelib:ensure_dir(Root ++ \"/x\"),
    ok = file:write_file(Root ++ \"/page\", binary:copy(wire:pattern(), 20)), {ok, _} = application:ensure_all_started(inets),
    {ok, _} = inets:start(httpd, [{port, 8000}, {server_name, \"it\"}, {server_root, \"/tmp\"}, {document_root, Root}]), ok";

/// Over ports, and over `socket`.
const BACKENDS: [&str; 2] = ["[]", "[{inet_backend, socket}]"];

fn exchanges(server: &Node, client: &Node, address: &str) {
    by_http(server, client, address);
    let (count, mut port) = (blocks(1), 5000);
    for serving in BACKENDS {
        for calling in BACKENDS {
            port += 1;
            let served = server.begin("register(served, self()), receive R -> R end");
            server.ask(&format!(
                "wire:serve({port}, {serving}, fun(S) -> R = wire:transfer(S, {count}), served ! R end)"
            ));
            let whole = format!("{{whole,{count}}}");
            let client = client.ask(&format!(
                "{{ok, S}} = gen_tcp:connect(\"{address}\", {port}, {calling} ++ wire:options()), wire:transfer(S, {count})"
            ));
            assert_eq!(client, whole, "from {calling} to {serving}");
            assert_eq!(server.end(served), whole, "from {calling} to {serving}");
        }
    }
    // Datagrams; the long ones go in parts.
    for serving in BACKENDS {
        port += 1;
        server.ask(&format!("wire:echo({port}, {serving})"));
        for calling in BACKENDS {
            let back = client.ask(&format!(
                "{{ok, S}} = gen_udp:open(0, {calling} ++ [binary, {{active, false}}]),
                 [begin D = binary:part(wire:pattern(), 0, N), ok = gen_udp:send(S, \"{address}\", {port}, D),
                  {{ok, {{_, {port}, Back}}}} = gen_udp:recv(S, 0, 5000), Back =:= D end || N <- [0, 1, 1472, 1473, 6000]]"
            ));
            assert_eq!(back, "[true,true,true,true,true]", "from {calling} to {serving}");
        }
    }
}

/// inets at both ends.
fn by_http(server: &Node, client: &Node, address: &str) {
    assert_eq!(server.ask(HTTPD), "ok");
    for (page, wanted) in [("page", "{200,true}"), ("none", "{404,false}")] {
        let answer = client.ask(&format!(
            "{{ok, _}} = application:ensure_all_started(inets),
             {{ok, {{{{_, Status, _}}, _, Body}}}} = httpc:request(get, {{\"http://{address}:8000/{page}\", []}}, [], [{{body_format, binary}}]),
             {{Status, Body =:= binary:copy(wire:pattern(), 20)}}"
        ));
        assert_eq!(answer, wanted);
    }
}

#[test]
fn stock_is_the_client() {
    let Some(wire) = Wire::new("stock_is_the_client", 13) else { return };
    let guest = wire.boot(&[("ip", "10.77.0.2/24")]);
    exchanges(&guest, &wire.inside(Node::stock), GUEST);
}

#[test]
fn stock_is_the_server() {
    let Some(wire) = Wire::new("stock_is_the_server", 14) else { return };
    let guest = wire.boot(&[("ip", "10.77.0.2/24")]);
    exchanges(&wire.inside(Node::stock), &guest, HOST);
}
