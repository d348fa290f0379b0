//! Peers that take their time, send in crumbs, reset, or come all at once.

use joist_tests::wire::{GUEST, Guest, HOST, Wire};
use rustix::net::sockopt::set_socket_linger;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

const STATIC: &[(&str, &str)] = &[("ip", "10.77.0.2/24")];

/// Gives back what comes until the end.
const ECHO: &str = "wire:serve(7, fun Echo(S) -> case gen_tcp:recv(S, 0) of
    {ok, Data} -> ok = gen_tcp:send(S, Data), Echo(S);
    {error, closed} -> gen_tcp:close(S) end end)";

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect((GUEST, port)).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
    stream.set_nodelay(true).expect("an option");
    stream
}

fn text(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 7 + n / 251) as u8).collect()
}

/// The window is closed for seconds: the sender waits, and neither gives up nor loses anything.
#[test]
fn a_reader_that_stalls_and_one_that_is_slow() {
    let Some(wire) = Wire::new("a_reader_that_stalls_and_one_that_is_slow", 10) else { return };
    let guest = wire.boot(STATIC);
    let len = 12_000_000;
    guest.ask(
        "wire:serve(19, fun(S) -> [ok = gen_tcp:send(S, binary:copy(<<N:32>>, 15000)) || N <- lists:seq(1, 200)],
            sender ! sent, gen_tcp:close(S) end)",
    );
    let sent = guest.begin("register(sender, self()), receive sent -> ok end");
    wire.inside(|| {
        let mut stream = connect(19);
        thread::sleep(Duration::from_secs(4));
        assert!(!guest.said("@@1 ok"), "nobody has read it yet");
        let (mut got, mut buf) = (Vec::new(), vec![0; 3000]);
        // Slowly at first.
        for _ in 0..200 {
            let n = stream.read(&mut buf).expect("more");
            got.extend_from_slice(&buf[..n]);
            thread::sleep(Duration::from_millis(5));
        }
        stream.read_to_end(&mut got).expect("the rest");
        assert_eq!(got.len(), len);
        for (n, block) in got.chunks(60_000).enumerate() {
            assert!(block.chunks(4).all(|w| w == (n as u32 + 1).to_be_bytes()), "block {n}");
        }
    });
    assert_eq!(guest.end(sent), "ok");
    // And the other way round: the guest does not read for a while.
    guest.ask(
        "wire:serve(9, fun(S) -> timer:sleep(4000), Count = fun Count(N) -> case gen_tcp:recv(S, 0) of
            {ok, D} -> Count(N + byte_size(D)); {error, closed} -> N end end, reader ! Count(0) end)",
    );
    let read = guest.begin("register(reader, self()), receive N -> N end");
    wire.inside(|| {
        let mut stream = connect(9);
        let start = Instant::now();
        stream.write_all(&text(len)).expect("taken");
        assert!(start.elapsed() > Duration::from_secs(3), "the window was never closed");
    });
    assert_eq!(guest.end(read), len.to_string());
}

#[test]
fn crumbs_halves_and_resets() {
    let Some(wire) = Wire::new("crumbs_halves_and_resets", 11) else { return };
    let guest = wire.boot(STATIC);
    guest.ask(ECHO);
    wire.inside(|| {
        // One byte at a time.
        let mut stream = connect(7);
        let all = text(500);
        for byte in &all {
            stream.write_all(&[*byte]).expect("taken");
        }
        let mut back = vec![0; all.len()];
        stream.read_exact(&mut back).expect("all comes back");
        assert!(back == all);
        // Nothing more is to come, and the answer comes still.
        stream.write_all(b"last").and_then(|()| stream.shutdown(Shutdown::Write)).expect("a half");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("the end");
        assert_eq!(rest, b"last");
    });
    // A reset shows as what it is to who wants to see it, and as the end to others.
    for (options, wanted) in [("[]", "{error,closed}"), ("[{show_econnreset, true}]", "{error,econnreset}")] {
        let accept = guest.begin(&format!(
            "{{ok, L}} = gen_tcp:listen(8, {options} ++ [{{reuseaddr, true}} | wire:options()]), {{ok, S}} = gen_tcp:accept(L),
             {{ok, <<\"x\">>}} = gen_tcp:recv(S, 1), gen_tcp:close(L), {{gen_tcp:recv(S, 0), element(1, gen_tcp:send(S, \"y\"))}}"
        ));
        wire.inside(|| {
            let end = Instant::now() + Duration::from_secs(20);
            let mut stream = loop {
                match TcpStream::connect((GUEST, 8)) {
                    Ok(stream) => break stream,
                    Err(e) => assert!(Instant::now() < end && e.kind() == ErrorKind::ConnectionRefused, "{e}"),
                }
                thread::sleep(Duration::from_millis(50));
            };
            stream.write_all(b"x").expect("taken");
            thread::sleep(Duration::from_millis(300));
            set_socket_linger(&stream, Some(Duration::ZERO)).expect("an option");
        });
        assert_eq!(guest.end(accept), format!("{{{wanted},error}}"));
    }
    assert_eq!(
        guest.ask(&format!("gen_tcp:connect(\"{HOST}\", 9, [])")),
        "{error,econnrefused}",
        "nobody listens there"
    );
}

/// Open connections on which nothing happens cost nothing.
fn idle(guest: &Guest) {
    thread::sleep(Duration::from_secs(1));
    let (before, start) = (guest.processor_time(), Instant::now());
    thread::sleep(Duration::from_secs(8));
    let used = guest.processor_time() - before;
    assert!(used * 100 < start.elapsed() * 3, "{used:?} of {:?}", start.elapsed());
}

#[test]
fn a_thousand_at_once() {
    const COUNT: usize = 1000;
    let Some(wire) = Wire::new("a_thousand_at_once", 12) else { return };
    let guest = wire.boot(STATIC);
    guest.ask(ECHO);
    let ports = guest.ask("length(erlang:ports())");
    wire.inside(|| {
        let mut streams: Vec<TcpStream> = (0..COUNT).map(|_| connect(7)).collect();
        for (n, stream) in streams.iter_mut().enumerate() {
            stream.write_all(&(n as u64).to_be_bytes()).expect("taken");
        }
        for (n, stream) in streams.iter_mut().enumerate() {
            let mut back = [0; 8];
            stream.read_exact(&mut back).expect("it comes back");
            assert_eq!(back, (n as u64).to_be_bytes());
        }
        guest.comes_to(
            "length(erlang:ports())",
            &(ports.parse::<usize>().expect("a number") + COUNT).to_string(),
            Duration::from_secs(5),
        );
        idle(&guest);
    });
    guest.comes_to("length(erlang:ports())", &ports, Duration::from_secs(20));
    // The other way round.
    wire.inside(|| {
        let listener = TcpListener::bind((HOST, 4001)).expect("a port");
        let calling = guest.begin(&format!(
            "S = [element(2, {{ok, _}} = gen_tcp:connect(\"{HOST}\", 4001, wire:options())) || _ <- lists:seq(1, {COUNT})],
             [ok = gen_tcp:send(P, \"x\") || P <- S], [{{ok, <<\"y\">>}} = gen_tcp:recv(P, 1) || P <- S], length(S)"
        ));
        let mut streams: Vec<TcpStream> = (0..COUNT).map(|_| listener.accept().expect("it comes").0).collect();
        for stream in &mut streams {
            let mut byte = [0];
            stream.read_exact(&mut byte).and_then(|()| stream.write_all(b"y")).expect("a byte");
        }
        assert_eq!(guest.end(calling), COUNT.to_string());
    });
    guest.comes_to("length(erlang:ports())", &ports, Duration::from_secs(20));
}
