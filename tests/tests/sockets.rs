//! Sockets of `joist erl` with other programs at their other ends: a client of this test's at a server in Erlang, and the
//! other way round, on each OTP. (What they do among themselves, the fixtures `net_…` compare with stock.)

use joist_tests::{binary, compile_fixtures, installations, root};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

fn start(otp: &Path, eval: &str) -> Child {
    let mut command = Command::new(binary());
    command.arg("erl").arg("--otp").arg(otp).args(["-noshell", "-eval", eval]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("joist erl starts")
}

/// Any control command with any bytes: the driver answers or refuses, and goes on. `$JOIST_FUZZ_SECONDS` says for how long.
#[test]
fn control_commands_of_any_kind() {
    let (ebin, cwd) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    compile_fixtures(&[root().join("tests/erlang/inet_controls.erl")], None, &[], ebin.path());
    let seconds = std::env::var("JOIST_FUZZ_SECONDS").unwrap_or_else(|_| "4".into());
    for schedulers in ["1", "2"] {
        let mut node = Command::new(binary());
        node.args(["erl", "+S", schedulers, "-noshell", "-pa"]).arg(ebin.path());
        node.args(["-run", "inet_controls", "main", "1", &seconds]).current_dir(cwd.path());
        let out = joist_tests::output(&mut node);
        assert!(
            out.status.success(),
            "{}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
    }
}

/// So many bytes, none like the ones around it.
fn data(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 31 + n / 251) as u8).collect()
}

#[test]
fn a_server_for_anybody() {
    let eval = r#"{ok, L} = gen_tcp:listen(0, [binary, {ip, {127, 0, 0, 1}}, {active, false}, {exit_on_close, false}]),
        {ok, P} = inet:port(L), io:format("~p~n", [P]),
        Echo = fun Echo(S) -> receive
            {tcp, S, D} -> ok = gen_tcp:send(S, D), inet:setopts(S, [{active, once}]), Echo(S);
            {tcp_closed, S} -> gen_tcp:send(S, "bye"), gen_tcp:close(S)
        end end,
        [begin {ok, S} = gen_tcp:accept(L), inet:setopts(S, [{active, once}]), Echo(S) end || _ <- [1, 2]],
        halt(7)."#;
    for otp in installations() {
        let mut node = start(&otp.root, eval);
        let mut line = String::new();
        BufReader::new(node.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let port: u16 = line.trim().parse().expect("a port");
        for len in [3, 3_000_000] {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
            stream.set_read_timeout(Some(LIMIT)).expect("set");
            let (sent, mut writer) = (data(len), stream.try_clone().expect("cloned"));
            let writing = {
                let sent = sent.clone();
                std::thread::spawn(move || {
                    writer.write_all(&sent).expect("written");
                    writer.shutdown(Shutdown::Write).expect("half closed");
                })
            };
            let mut received = Vec::new();
            stream.read_to_end(&mut received).expect("read");
            writing.join().expect("written");
            assert!(received == [&sent[..], b"bye"].concat(), "{} of {len} bytes", received.len());
        }
        assert_eq!(node.wait().expect("it ends").code(), Some(7));
    }
}

#[test]
fn a_client_of_anybody() {
    for otp in installations() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let port = listener.local_addr().expect("a name").port();
        let eval = format!(
            r#"{{ok, S}} = gen_tcp:connect("localhost", {port}, [binary, {{packet, 4}}, {{active, true}}]),
            ok = gen_tcp:send(S, "hello"),
            receive {{tcp, S, D}} -> io:format("~p ~p~n", [byte_size(D), erlang:crc32(D)]) end,
            receive {{tcp_closed, S}} -> halt(8) end."#
        );
        let mut node = start(&otp.root, &eval);
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.set_read_timeout(Some(LIMIT)).expect("set");
        let mut said = [0; 9];
        stream.read_exact(&mut said).expect("read");
        assert_eq!(&said, b"\0\0\0\x05hello");
        let answer = data(1_000_000);
        let whole = [&(answer.len() as u32).to_be_bytes()[..], &answer].concat();
        for piece in whole.chunks(99_991) {
            stream.write_all(piece).expect("written");
        }
        drop(stream);
        let mut text = String::new();
        node.stdout.take().expect("piped").read_to_string(&mut text).expect("read");
        assert_eq!(text.trim(), format!("1000000 {}", crc32(&answer)));
        assert_eq!(node.wait().expect("it ends").code(), Some(8));
    }
}

/// As `erlang:crc32/1`.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
    !bytes.iter().fold(!0, |crc, b| (0..8).fold(crc ^ u32::from(*b), step))
}
