//! Services by name and port: `/etc/services`, or where there is none those that OTP's own applications use.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use joist_vm::platform::platform;

const FEW: &str = "ftp 21/tcp\nssh 22/tcp\ntelnet 23/tcp\nsmtp 25/tcp\ndomain 53/tcp\ndomain 53/udp\ntftp 69/udp\n\
                   http 80/tcp\nntp 123/udp\nsnmp 161/udp\nsnmp-trap 162/udp\nldap 389/tcp\nhttps 443/tcp\n\
                   syslog 514/udp\nldaps 636/tcp\nepmd 4369/tcp\n";

/// A line: the service's names, its port, its protocol.
struct Service {
    names: Vec<String>,
    port: u16,
    protocol: String,
}

fn all() -> Vec<Service> {
    let text = platform().read_file(b"/etc/services").unwrap_or_else(|_| FEW.as_bytes().to_vec());
    let text = String::from_utf8_lossy(&text);
    let line = |line: &str| {
        let mut words = line.split('#').next()?.split_whitespace();
        let name = words.next()?;
        let (port, protocol) = words.next()?.split_once('/')?;
        let names = core::iter::once(name).chain(words).map(ToString::to_string).collect();
        Some(Service { names, port: port.parse().ok()?, protocol: protocol.into() })
    };
    text.lines().filter_map(line).collect()
}

/// The port of a service, for a protocol or any.
pub(crate) fn port(name: &str, protocol: Option<&str>) -> Option<u16> {
    let all = all();
    let is_it = |s: &&Service| s.names.iter().any(|n| n == name) && protocol.is_none_or(|p| p == s.protocol);
    all.iter().find(is_it).map(|s| s.port)
}

/// The name of a port's service.
pub(crate) fn name(port: u16, protocol: Option<&str>) -> Option<String> {
    let is_it = |s: &Service| s.port == port && protocol.is_none_or(|p| p == s.protocol);
    all().into_iter().find(is_it)?.names.into_iter().next()
}
