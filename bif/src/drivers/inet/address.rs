//! Addresses as `prim_inet` writes them (`inet_set_faddress`, `inet_get_address`, `load_address`).

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use joist_vm::atom::Atom;
use joist_vm::platform::{Address, Family};
use joist_vm::term::{Alloc, Term, build};

use super::Refusal;
use super::codes::family;

/// A name in the file system may be so long, with its zero.
const LONGEST_PATH: usize = 108;

/// The address at the front, and what follows. `own` is the socket's family, for `any` and `loopback`.
pub fn decode(own: Family, bytes: &[u8]) -> Result<(Address, &[u8]), Refusal> {
    let einval = Refusal("einval");
    let (tag, rest) = bytes.split_first().ok_or(einval)?;
    if *tag == family::LOCAL {
        let (len, rest) = rest.split_first().ok_or(einval)?;
        let (name, rest) = rest.split_at_checked(usize::from(*len)).ok_or(einval)?;
        let zero = usize::from(name.first() != Some(&0));
        if name.len() + zero > LONGEST_PATH {
            return Err(einval);
        }
        return Ok((Address::Local(name.to_vec()), rest));
    }
    if !matches!(*tag, family::INET | family::INET6 | family::ANY | family::LOOPBACK) {
        return Err(Refusal("eafnosupport"));
    }
    let (port, rest) = rest.split_first_chunk::<2>().ok_or(einval)?;
    let port = u16::from_be_bytes(*port);
    let fixed: (IpAddr, IpAddr) = match own {
        Family::V4 => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::LOCALHOST.into()),
        Family::V6 => (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::LOCALHOST.into()),
        Family::Local if *tag > family::INET6 => return Err(einval),
        Family::Local => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()),
    };
    let (address, rest) = match *tag {
        family::ANY => (SocketAddr::new(fixed.0, port), rest),
        family::LOOPBACK => (SocketAddr::new(fixed.1, port), rest),
        family::INET => {
            let (ip, rest) = rest.split_first_chunk::<4>().ok_or(einval)?;
            (SocketAddr::new(IpAddr::from(*ip), port), rest)
        }
        _ => {
            let (ip, rest) = rest.split_first_chunk::<16>().ok_or(einval)?;
            let (flow, rest) = rest.split_first_chunk::<4>().ok_or(einval)?;
            let (scope, rest) = rest.split_first_chunk::<4>().ok_or(einval)?;
            let (flow, scope) = (u32::from_be_bytes(*flow), u32::from_be_bytes(*scope));
            (SocketAddrV6::new(Ipv6Addr::from(*ip), port, flow, scope).into(), rest)
        }
    };
    Ok((Address::Ip(address), rest))
}

/// `[Family, Port:16, Ip]`, or `[Family, Length, Name]`.
pub fn encode(address: &Address) -> Vec<u8> {
    match address {
        Address::Ip(address) => {
            let mut bytes = alloc::vec![tag(address.ip())];
            bytes.extend(address.port().to_be_bytes());
            bytes.extend(octets(address.ip()));
            bytes
        }
        Address::Local(name) => {
            let name = &name[..name.len().min(255)];
            [&[family::LOCAL, name.len() as u8], name].concat()
        }
    }
}

/// As [`encode`]; there may be none, of who sends from a socket without a name.
pub fn encode_any(address: Option<&Address>) -> Vec<u8> {
    address.map_or(alloc::vec![family::UNSPEC], encode)
}

pub fn tag(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { family::INET } else { family::INET6 }
}

pub fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

/// The address and the port, as messages of active sockets have them.
pub fn terms(h: &mut dyn Alloc, address: Option<&Address>) -> [Term; 2] {
    let name = match address {
        Some(Address::Ip(address)) => {
            let numbers: Vec<Term> = match address.ip() {
                IpAddr::V4(ip) => ip.octets().iter().map(|n| Term::small((*n).into())).collect(),
                IpAddr::V6(ip) => ip.segments().iter().map(|n| Term::small((*n).into())).collect(),
            };
            return [build::tuple(h, &numbers), Term::small(address.port().into())];
        }
        Some(Address::Local(name)) => Some(&name[..]),
        None => None,
    };
    let tag = Term::atom(Atom::new(if name.is_some() { "local" } else { "unspec" }));
    let name = build::binary(h, name.unwrap_or_default());
    [build::tuple(h, &[tag, name]), Term::small(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for text in ["1.2.3.4:5", "[::1]:65535", "0.0.0.0:0"] {
            let address = Address::Ip(text.parse().expect("an address"));
            let mut bytes = encode(&address);
            if bytes[0] == family::INET6 {
                bytes.extend([0; 8]);
            }
            bytes.push(7);
            assert!(matches!(decode(Family::V4, &bytes), Ok((a, [7])) if a == address), "{text}");
        }
        let local = Address::Local(b"/tmp/x".to_vec());
        assert!(matches!(decode(Family::V4, &encode(&local)), Ok((a, [])) if a == local));
    }

    #[test]
    fn no_bytes_are_too_bad() {
        for own in [Family::V4, Family::V6, Family::Local] {
            for tag in 0..=8 {
                for len in 0..30 {
                    let bytes = [&[tag][..], &alloc::vec![200; len]].concat();
                    let _ = decode(own, &bytes);
                }
            }
        }
    }
}
