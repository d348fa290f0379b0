//! Clients of an echo server in a guest, by a port of this machine's. (The kernel's own tests use this file, too.)

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(90);

/// A port that nobody has, nor another test meanwhile.
pub struct FreePort {
    pub number: u16,
    _lock: UnixListener,
}

/// Below those that Linux gives to whoever asks for any.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

impl FreePort {
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn find() -> FreePort {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let count = PORTS.end - PORTS.start;
        let first = (std::process::id() * 37 % u32::from(count)) as u16;
        for _ in 0..count {
            let number = PORTS.start + (first + NEXT.fetch_add(1, Relaxed) % count) % count;
            // Held by a name beside the file system until this process ends, or lets go: nothing stays.
            let name = SocketAddr::from_abstract_name(format!("joist-test-port-{number}")).expect("a short name");
            let Ok(lock) = UnixListener::bind_addr(&name) else { continue };
            if TcpListener::bind(("127.0.0.1", number)).is_ok() && UdpSocket::bind(("127.0.0.1", number)).is_ok() {
                return FreePort { number, _lock: lock };
            }
        }
        panic!("no port is free")
    }
}

/// A connection on which the guest has answered.
/// # Panics
/// When there is none, as in what follows.
#[must_use]
pub fn greeted(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("QEMU takes it");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    stream.write_all(b"?").and_then(|()| stream.read_exact(&mut [0])).expect("an answer");
    stream
}

/// Sends a text and takes it back, then closes one half; all must come back.
pub fn echo_on(mut stream: TcpStream, len: usize) {
    let text: Vec<u8> = (0..len).map(|n| (n * 7 + n / 251) as u8).collect();
    let (mut writer, sent) = (stream.try_clone().expect("a second handle"), text.clone());
    let writing = thread::spawn(move || {
        writer.write_all(&sent).expect("all is taken");
        writer.shutdown(Shutdown::Write).expect("a half");
    });
    let mut back = Vec::new();
    stream.read_to_end(&mut back).expect("all comes back");
    writing.join().expect("written");
    assert!(back == text, "{} bytes of {len} came back, or others", back.len());
}

/// Echoes of these lengths one after the other, then many at the same time, then datagrams.
pub fn echoes(port: u16, lengths: &[usize], connections: usize) {
    for len in lengths {
        echo_on(greeted(port), *len);
    }
    // QEMU itself takes hardly more than one connection at a time: all are made first, and used together then.
    let streams: Vec<TcpStream> = (0..connections).map(|_| greeted(port)).collect();
    let clients: Vec<_> = streams.into_iter().zip(5000..).map(|(s, n)| thread::spawn(move || echo_on(s, n))).collect();
    clients.into_iter().for_each(|c| c.join().expect("it came back"));
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
    for len in [1, 1400, 4000] {
        socket.send_to(&vec![b'u'; len], ("127.0.0.1", port)).expect("sent");
        assert_eq!(socket.recv(&mut [0; 9000]).expect("it comes back"), len);
    }
}
