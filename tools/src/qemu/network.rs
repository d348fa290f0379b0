//! The guest's network cards: QEMU's own network with forwarded ports, tap devices of this machine, or none. Read beside
//! it: QEMU's manual on `-netdev user` and `-netdev tap`.

use super::Machine;
use crate::error::{Error, Result};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::process::Command;
use std::str::FromStr;

/// What the cards are connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    None,
    User(Vec<Forward>),
    /// A card for each, eth0 first.
    Taps(Vec<String>),
}

/// A port of this machine that leads to one of the guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    pub udp: bool,
    /// Where it can be reached; without one, everywhere.
    pub address: Option<Ipv4Addr>,
    pub host: u16,
    pub guest: u16,
}

const FORM: &str = "write HOST:GUEST, two port numbers such as 8080:80, with /udp behind them for UDP";

impl FromStr for Forward {
    type Err = String;

    /// `8080:80`, `5353:53/udp`, `127.0.0.1:8080:80`
    fn from_str(text: &str) -> std::result::Result<Forward, String> {
        let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let udp = match protocol {
            "tcp" => false,
            "udp" => true,
            other => return Err(format!("{other} is neither tcp nor udp")),
        };
        let mut parts = ports.rsplitn(3, ':');
        let mut port = || {
            let number = parts.next().ok_or(FORM)?.parse().map_err(|_| FORM)?;
            if number == 0 { Err("port 0 is none") } else { Ok(number) }
        };
        let (guest, host) = (port()?, port()?);
        let address = parts.next().map(|a| a.parse().map_err(|_| format!("{a} is not an IPv4 address"))).transpose()?;
        Ok(Forward { udp, address, host, guest })
    }
}

impl fmt::Display for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(address) = self.address {
            write!(f, "{address}:")?;
        }
        write!(f, "{}:{}{}", self.host, self.guest, if self.udp { "/udp" } else { "" })
    }
}

impl Forward {
    /// QEMU's word for it.
    fn option(&self) -> String {
        let protocol = if self.udp { "udp" } else { "tcp" };
        let address = self.address.map_or_else(String::new, |a| a.to_string());
        format!("hostfwd={protocol}:{address}:{}-:{}", self.host, self.guest)
    }

    /// # Errors
    /// When somebody else has the port.
    fn check(&self) -> Result<()> {
        let address = (IpAddr::V4(self.address.unwrap_or(Ipv4Addr::UNSPECIFIED)), self.host);
        let taken = if self.udp { UdpSocket::bind(address).err() } else { TcpListener::bind(address).err() };
        match taken {
            None => Ok(()),
            Some(e) => Err(Error::new(format!("-p {self}: port {} can't be had: {e}", self.host), "take another one")),
        }
    }
}

/// The name of a network interface.
pub fn interface(name: &str) -> std::result::Result<String, String> {
    let fine = (1..16).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b',');
    if fine { Ok(name.to_owned()) } else { Err("it is not the name of a network interface".into()) }
}

impl Network {
    /// # Errors
    /// When a port can't be forwarded.
    pub fn check(&self) -> Result<()> {
        let Network::User(forwards) = self else { return Ok(()) };
        for (n, forward) in forwards.iter().enumerate() {
            if forwards[..n].iter().any(|f| (f.udp, f.address, f.host) == (forward.udp, forward.address, forward.host))
            {
                return Err(Error::new(format!("-p {forward}: port {} is forwarded twice", forward.host), ""));
            }
            forward.check()?;
        }
        Ok(())
    }

    pub(super) fn arguments(&self, machine: Machine, command: &mut Command) {
        let (kind, cards) = match self {
            Network::None => return,
            Network::User(forwards) => {
                ("user", vec![forwards.iter().fold(String::new(), |text, forward| text + "," + &forward.option())])
            }
            Network::Taps(names) => {
                ("tap", names.iter().map(|name| format!(",ifname={name},script=no,downscript=no")).collect())
            }
        };
        for (n, options) in cards.into_iter().enumerate() {
            command.arg("-netdev").arg(format!("{kind},id=net{n}{options}"));
            command.arg("-device").arg(match machine {
                Machine::Microvm => format!("virtio-net-device,netdev=net{n}"),
                // Nothing boots from it: no option ROM.
                Machine::Q35 => format!("virtio-net-pci,netdev=net{n},romfile="),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwards() {
        for (text, option) in [
            ("8080:80", "hostfwd=tcp::8080-:80"),
            ("5353:53/udp", "hostfwd=udp::5353-:53"),
            ("127.0.0.1:8080:80/tcp", "hostfwd=tcp:127.0.0.1:8080-:80"),
        ] {
            let forward: Forward = text.parse().expect(text);
            assert_eq!(forward.option(), option);
            assert_eq!(forward.to_string().parse(), Ok(forward));
        }
        for text in ["", "80", "80:", ":80", "0:80", "80:0", "80:65536", "a:b", "80:80/sctp", "host:80:80", "1:2:3:4"] {
            assert!(text.parse::<Forward>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_port_is_forwarded_once_and_only_if_free() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let host = taken.local_addr().expect("an address").port();
        let forward = Forward { udp: false, address: Some(Ipv4Addr::LOCALHOST), host, guest: 80 };
        let error = Network::User(vec![forward.clone()]).check().expect_err("it is taken").to_string();
        assert!(error.contains("can't be had"), "{error}");
        drop(taken);
        let udp = Forward { udp: true, ..forward.clone() };
        assert!(Network::User(vec![forward.clone(), udp]).check().is_ok());
        let error = Network::User(vec![forward.clone(), forward]).check().expect_err("twice").to_string();
        assert!(error.contains("twice"), "{error}");
    }

    #[test]
    fn interfaces() {
        assert!(interface("tap0").is_ok());
        for name in ["", "a name", "a/b", "tap0,script=x", "a-name-that-is-too-long"] {
            assert!(interface(name).is_err(), "{name}");
        }
    }
}
