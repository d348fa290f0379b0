//! Erlang's servers and clients in an image in QEMU, against this machine's.

use joist_tests::peer::{FreePort, echoes};
use joist_tests::{Example, Machine, boot};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(90);

/// Echo on port 7 by TCP and UDP; on port 80 the path that was asked for, so many bytes where it is a number, and the end of
/// the node on `/halt`. Before that a line to the port that is in `BACK`, with what the node knows of its network. Clients
/// close their half while bytes are on their way back.
const SERVERS: &str = r#"
    Listen = fun(Port, Options) ->
        {ok, L} = gen_tcp:listen(Port, [binary, {active, false}, {backlog, 1024} | Options]), L end,
    Echo = fun Echo(S) -> case gen_tcp:recv(S, 0) of
        {ok, Data} -> ok = gen_tcp:send(S, Data), Echo(S);
        {error, closed} -> gen_tcp:close(S) end end,
    Http = fun Http(S, Path) -> case gen_tcp:recv(S, 0) of
        {ok, {http_request, 'GET', {abs_path, New}, _}} -> Http(S, New);
        {ok, http_eoh} ->
            Body = try binary:copy(<<"x">>, binary_to_integer(binary_part(Path, 1, byte_size(Path) - 1)))
                catch error:badarg -> Path end,
            ok = gen_tcp:send(S, [<<"HTTP/1.1 200 OK\r\nContent-Length: ">>, integer_to_list(byte_size(Body)),
                <<"\r\n\r\n">>, Body]),
            case Path of <<"/halt">> -> gen_tcp:close(S), timer:sleep(100), halt(4); _ -> Http(S, Path) end;
        {ok, {http_header, _, _, _, _}} -> Http(S, Path);
        {error, closed} -> gen_tcp:close(S) end end,
    Accept = fun Accept(L, Serve) -> {ok, S} = gen_tcp:accept(L), spawn(fun() -> Serve(S) end), Accept(L, Serve) end,
    L7 = Listen(7, []), L80 = Listen(80, [{packet, http_bin}, {nodelay, true}]),
    spawn(fun() -> {ok, U} = gen_udp:open(7, [binary]),
        (fun Loop() -> receive {udp, U, Ip, Port, Data} -> ok = gen_udp:send(U, Ip, Port, Data) end, Loop() end)() end),
    spawn(fun() -> {ok, B} = gen_tcp:connect({10, 0, 2, 2}, list_to_integer(os:getenv("BACK")), []),
        {ok, Ifs} = inet:getifaddrs(),
        Eth = proplists:get_value("eth0", Ifs),
        ok = gen_tcp:send(B, io_lib:format("~w ~p ~w~n", [lists:member({addr, {10, 0, 2, 15}}, Eth),
            file:read_file("/etc/resolv.conf"), inet:gethostbyname("localhost") =/= {error, nxdomain}])),
        gen_tcp:close(B) end),
    spawn(fun() -> Accept(L7, Echo) end),
    Accept(L80, fun(S) -> Http(S, <<>>) end).
"#;

/// QEMU takes a connection before the guest is there, and resets it then: tried until there is an answer.
fn get(port: u16, path: &str) -> String {
    let end = Instant::now() + LIMIT;
    loop {
        match try_get(port, path) {
            Ok(text) => return text,
            Err(e) => assert!(Instant::now() < end, "{e}"),
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn try_get(port: u16, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: guest\r\n\r\n")?;
    let mut lines = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while lines.read_line(&mut line)? > 2 {
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().expect("a number");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body)?;
    if length == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// Asks, and has nothing more to say: what is on its way back comes nevertheless, though the server's driver closes then.
fn half_closed(port: u16, len: usize) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("QEMU takes it");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    write!(stream, "GET /{len} HTTP/1.1\r\nHost: guest\r\n\r\n").expect("taken");
    stream.shutdown(Shutdown::Write).expect("a half");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("all comes");
    let body = answer.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |at| answer.len() - at - 4);
    assert_eq!(body, len, "of {len} bytes");
}

fn serves(machine: &'static str, smp: &'static str) {
    let (http, echo) = (FreePort::find(), FreePort::find());
    let back = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let variable = format!("BACK={}", back.local_addr().expect("an address").port());
    let forwards = [format!("127.0.0.1:{}:80", http.number), format!("127.0.0.1:{}:7", echo.number)];
    let udp = format!("{}/udp", forwards[1]);
    let servers = SERVERS.replace('\n', " ");
    let args =
        ["-p", &forwards[0], "-p", &forwards[1], "-p", &udp, "-e", &variable, "--machine", machine, "--smp", smp];
    let args = [&args[..], &["--", "-hello", "workers", "0", "-eval", &servers]].concat();
    let guest = Machine::start(&Example::Hello.dir(), &args);
    let (http, echo) = (http.number, echo.number);
    assert_eq!(get(http, "/a%20path"), "/a%20path");
    let (stream, _) = back.accept().expect("the guest calls");
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).expect("a line");
    assert_eq!(line, "true {ok,<<\"nameserver 10.0.2.3\\n\">>} true\n");
    half_closed(http, 1_000_000);
    echoes(echo, &[1, 1_000_000], 32);
    assert_eq!(get(http, "/halt"), "/halt");
    let boot = guest.finish(LIMIT);
    for open in
        [format!("{http} -> guest port 80"), format!("{echo} -> guest port 7"), format!("{echo}/udp -> guest port 7")]
    {
        let line = format!("joist: 127.0.0.1:{open} is open\n");
        assert_eq!(boot.console.matches(&line).count(), 1, "{line}{}", boot.console);
    }
    boot.says(4, &["network: 10.0.2.15/24", "DNS 10.0.2.3"]);
}

#[test]
fn microvm() {
    serves("microvm", "1");
}

#[test]
fn q35_on_two_cpus() {
    serves("q35", "2");
}

#[test]
fn without_a_card() {
    let code = "io:format(\"~p ~p~n\", [gen_tcp:connect({10, 0, 0, 1}, 80, []), begin {ok, L} = gen_tcp:listen(0, []), \
                {ok, P} = inet:port(L), element(1, gen_tcp:connect(localhost, P, [])) end]), halt(3).";
    boot(&Example::Hello.dir(), &["--no-net", "--", "-hello", "workers", "0", "-eval", code], LIMIT)
        .says(3, &["{error,enetunreach} ok"]);
}
