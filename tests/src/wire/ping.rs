//! Pings, by Linux's sockets for them: the machines of these tests need not have the program.

use rustix::net::{AddressFamily, SocketType, ipproto, socket};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(3);

/// Pings an address with so many bytes; whether all of them came back.
/// # Errors
/// There was no answer.
/// # Panics
/// When no such socket is to be had: the caller is in a namespace of a [`Wire`](super::Wire).
pub fn ping(to: IpAddr, len: usize) -> io::Result<bool> {
    std::fs::write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647").expect("pings are allowed");
    let (family, protocol, kind) = match to {
        IpAddr::V4(_) => (AddressFamily::INET, ipproto::ICMP, 8),
        IpAddr::V6(_) => (AddressFamily::INET6, ipproto::ICMPV6, 128),
    };
    // What std has for datagrams does for these.
    let socket = UdpSocket::from(socket(family, SocketType::DGRAM, Some(protocol)).expect("a socket"));
    socket.set_read_timeout(Some(LIMIT))?;
    let data = (0..len).map(|n| (n * 7 + n / 251) as u8);
    let message: Vec<u8> = [kind, 0, 0, 0, 0, 0, 0, 1].into_iter().chain(data).collect();
    socket.send_to(&message, SocketAddr::new(to, 0))?;
    let mut answer = vec![0; message.len() + 1];
    let came = socket.recv(&mut answer)?;
    Ok(came == message.len() && answer[8..came] == message[8..])
}
