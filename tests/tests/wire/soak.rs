//! Connections that come and go at full load, both ways, through a wire that loses a little; each byte is looked at, and
//! nothing may be left. `$JOIST_WIRE_SOAK_MINUTES` says for how long (`make wire-soak`).

use joist_tests::wire::{GUEST, Guest, HOST, Trouble, Wire};
use rustix::net::sockopt::set_socket_linger;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

const SHORT: &str = "0.1";
const CLIENTS: u64 = 12;

/// Where a RST is lost, only keep-alive finds that nobody is there: after five seconds, three times, every two seconds.
/// Echo by TCP and UDP, and eight clients of this machine's echo, until `stop` is registered.
const LOADS: &str = "Echo = fun Echo(S) -> case gen_tcp:recv(S, 0) of
        {ok, Data} -> case gen_tcp:send(S, Data) of ok -> Echo(S); _ -> gen_tcp:close(S) end;
        {error, _} -> gen_tcp:close(S) end end,
    Alive = [{keepalive, true} | [{raw, 6, Option, <<Value:32/native>>} || {Option, Value} <- [{4, 5}, {5, 2}, {6, 3}]]],
    wire:serve(7, fun(S) -> ok = inet:setopts(S, Alive), Echo(S) end), wire:echo(7, []),
    P = wire:pattern(),
    One = fun() -> {ok, S} = gen_tcp:connect(\"10.77.0.1\", 7, wire:options()), N = rand:uniform(50000), D = binary:part(P, 0, N),
        ok = gen_tcp:send(S, D), {ok, D} = gen_tcp:recv(S, N), gen_tcp:close(S) end,
    Many = fun Many(Count) -> case whereis(stop) of undefined -> One(), Many(Count + 1); _ -> clients ! {done, Count} end end,
    register(clients, spawn(fun() -> [spawn_link(fun() -> Many(0) end) || _ <- lists:seq(1, 8)],
        Sum = lists:sum([receive {done, N} -> N end || _ <- lists:seq(1, 8)]),
        receive {sum, From} -> From ! {sum, Sum} end end)), ok";

/// Ports, processes, bytes of the node; kilobytes that the machine has free.
const STATE: &str = "[garbage_collect(P) || P <- processes()], {ok, M} = file:read_file(\"/proc/meminfo\"),
    {match, [Free]} = re:run(M, \"MemFree: *([0-9]+)\", [{capture, [1], list}]),
    [length(erlang:ports()), length(processes()), erlang:memory(total) div 1024, list_to_integer(Free)]";

fn state(guest: &Guest) -> [i64; 4] {
    let text = guest.ask(STATE);
    let numbers: Vec<i64> = text.trim_matches(['[', ']']).split(',').map(|n| n.parse().expect(&text)).collect();
    numbers.try_into().expect("four")
}

/// One connection from its beginning to one of several ends.
fn connection(number: u64) {
    let mut stream = TcpStream::connect((GUEST, 7)).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    for round in 0..1 + number % 4 {
        let len = (number.wrapping_mul(7919) + round * 104_729) % 30_000 + 1;
        let text: Vec<u8> = (0..len).map(|n| (n * 7 + n / 251 + number) as u8).collect();
        stream.write_all(&text).expect("taken");
        let mut back = vec![0; text.len()];
        stream.read_exact(&mut back).expect("it comes back");
        assert!(back == text, "other bytes in connection {number}");
    }
    match number % 5 {
        0 => set_socket_linger(&stream, Some(Duration::ZERO)).expect("an option"),
        1 => {
            stream.shutdown(Shutdown::Write).expect("a half");
            assert_eq!(stream.read(&mut [0]).expect("the end"), 0);
        }
        // Something is still on its way.
        2 => stream.write_all(&[1; 5000]).expect("taken"),
        _ => {}
    }
}

fn echo_here() {
    let listener = TcpListener::bind((HOST, 7)).expect("a port");
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            thread::spawn(move || {
                let mut buf = vec![0; 65536];
                while let Ok(n @ 1..) = stream.read(&mut buf) {
                    if stream.write_all(&buf[..n]).is_err() {
                        return;
                    }
                }
            });
        }
    });
}

#[test]
fn nothing_is_left_of_connections() {
    let minutes = std::env::var("JOIST_WIRE_SOAK_MINUTES").unwrap_or_else(|_| SHORT.into());
    let time = Duration::from_secs_f64(minutes.parse::<f64>().expect("a number") * 60.0);
    let Some(wire) = Wire::new("nothing_is_left_of_connections", 15) else { return };
    let guest = wire.boot_on(2, &[("ip", "10.77.0.2/24")]);
    wire.trouble(Trouble { loss: 20, duplication: 30, ..Trouble::default() });
    let idle = state(&guest);
    let (over, made, told) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    wire.inside(|| {
        echo_here();
        assert_eq!(guest.ask(LOADS), "ok");
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (over, made) = (&over, &made);
                scope.spawn(move || {
                    let mut number = client * 1_000_003;
                    while !over.load(Relaxed) {
                        connection(number);
                        number += 1;
                        made.fetch_add(1, Relaxed);
                    }
                });
            }
            scope.spawn(|| {
                let socket = UdpSocket::bind((HOST, 0)).expect("a socket");
                socket.set_read_timeout(Some(Duration::from_millis(200))).expect("a limit");
                let mut buf = [0; 9000];
                for number in 0u64.. {
                    if over.load(Relaxed) {
                        return;
                    }
                    let text = [&number.to_be_bytes()[..], &vec![number as u8; (number * 37 % 4000) as usize]].concat();
                    socket.send_to(&text, (GUEST, 7)).expect("sent");
                    // Some are lost; none is another one.
                    while let Ok(len) = socket.recv(&mut buf) {
                        if buf[..8] == text[..8] {
                            assert!(buf[..len] == text, "datagram {number} came back as another one");
                            told.fetch_add(1, Relaxed);
                            break;
                        }
                    }
                }
            });
            let end = Instant::now() + time;
            let mut early = None;
            while Instant::now() < end {
                thread::sleep((time / 40).clamp(Duration::from_secs(1), Duration::from_secs(30)).min(time));
                let now = state(&guest);
                println!(
                    "{} connections from here, {} datagrams; ports, processes, KB, KB free: {now:?}",
                    made.load(Relaxed),
                    told.load(Relaxed)
                );
                let [.., used, free] = *early.get_or_insert(now);
                assert!(now[2] < used + 16_000 && now[3] > free - 32_000, "it grows: {early:?} and now {now:?}");
            }
            over.store(true, Relaxed);
        });
    });
    let sum = guest.ask(
        "register(stop, spawn(fun() -> receive never -> ok end end)), clients ! {sum, self()}, receive {sum, N} -> N end",
    );
    println!("{sum} connections from the guest");
    assert!(
        sum.parse::<u64>().is_ok_and(|n| n > 20) && made.load(Relaxed) > 50 && told.load(Relaxed) > 20,
        "{sum}, {made:?}, {told:?}"
    );
    // The servers stay: a listener, a datagram socket, and their processes.
    let end = Instant::now() + Duration::from_secs(30);
    let mut now = state(&guest);
    while (now[0] > idle[0] + 2 || now[1] > idle[1] + 6) && Instant::now() < end {
        thread::sleep(Duration::from_millis(500));
        now = state(&guest);
    }
    println!("{idle:?} before, {now:?} after");
    assert!(now[0] <= idle[0] + 2 && now[1] <= idle[1] + 6, "something is left: {idle:?} before, {now:?} after");
    // Heaps that were given back are kept for the next processes, up to a bound.
    assert!(
        now[2] < idle[2] + 20_000 && now[3] > idle[3] - 40_000,
        "memory is left in use: {idle:?} before, {now:?} after"
    );
}
