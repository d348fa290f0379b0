//! Messages of the domain name system (RFC 1035, 4), as far as a stub that asks for addresses and names needs them.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    A = 1,
    Ptr = 12,
    Aaaa = 28,
}

const CNAME: u16 = 5;
const INTERNET: u16 = 1;
const HEADER: usize = 12;

/// What a record has that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    Address(IpAddr),
    /// Of an address; with addresses: what the name is another name for.
    Name(String),
}

/// What an answer says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// These; perhaps none of this kind, though the name is known.
    Has(Vec<Data>),
    NoSuchName,
    /// The server can't tell.
    Failed,
    /// It is too long for a datagram.
    TooLong,
}

/// A question, with the wish that the server asks others; `None` for what can be no name.
pub(super) fn question(id: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    message.extend(id.to_be_bytes());
    message.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.strip_suffix('.').unwrap_or(name).split('.') {
        let len = u8::try_from(label.len()).ok().filter(|len| (1..=63).contains(len))?;
        message.push(len);
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend((kind as u16).to_be_bytes());
    message.extend(INTERNET.to_be_bytes());
    (message.len() <= HEADER + 255 + 4).then_some(message)
}

fn word(message: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*message.get(at..)?.first_chunk()?))
}

/// A name, and where what follows it is. Its parts may lie further in front (4.1.4).
fn name(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    let (mut name, mut end, mut first) = (String::new(), None, at);
    loop {
        match usize::from(*message.get(at)?) {
            0 => return Some((name, end.unwrap_or(at + 1))),
            len @ 1..=63 => {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&String::from_utf8_lossy(message.get(at + 1..at + 1 + len)?));
                if name.len() > 255 {
                    return None;
                }
                at += 1 + len;
            }
            len if len & 0xc0 == 0xc0 => {
                end = end.or(Some(at + 2));
                // Ever further in front: so there is an end.
                at = usize::from(word(message, at)? & 0x3fff);
                if at >= first {
                    return None;
                }
                first = at;
            }
            _ => return None,
        }
    }
}

/// Reads the answer to a question; `None` if it is none.
pub(super) fn answer(asked: &[u8], message: &[u8]) -> Option<Says> {
    let flags = word(message, 2)?;
    let (wanted, end) = name(asked, HEADER)?;
    let (same, at) = name(message, HEADER)?;
    let rest = end..end + 4;
    if word(message, 0) != word(asked, 0)
        || flags & 0x8000 == 0
        || word(message, 4) != Some(1)
        || !same.eq_ignore_ascii_case(&wanted)
        || message.get(at..at + 4) != asked.get(rest)
    {
        return None;
    }
    Some(match flags & 15 {
        3 => Says::NoSuchName,
        0 if flags & 0x200 != 0 => Says::TooLong,
        0 => records(message, at + 4, wanted, word(asked, end)?).map_or(Says::Failed, Says::Has),
        _ => Says::Failed,
    })
}

/// Those of this kind, of a name or of what it is another name for.
fn records(message: &[u8], mut at: usize, mut wanted: String, kind: u16) -> Option<Vec<Data>> {
    let mut found = Vec::new();
    for _ in 0..word(message, 6)? {
        let (owner, end) = name(message, at)?;
        let (of, class, len) = (word(message, end)?, word(message, end + 2)?, word(message, end + 8)?);
        let start = end + 10;
        at = start + usize::from(len);
        let data = message.get(start..at)?;
        if class != INTERNET || !owner.eq_ignore_ascii_case(&wanted) {
            continue;
        }
        match (of, data.len()) {
            (CNAME, _) => wanted = name(message, start)?.0,
            _ if of != kind => {}
            (1, 4) => found.push(Data::Address(Ipv4Addr::from(*data.first_chunk()?).into())),
            (28, 16) => found.push(Data::Address(Ipv6Addr::from(*data.first_chunk()?).into())),
            (12, _) => found.push(Data::Name(name(message, start)?.0)),
            _ => {}
        }
    }
    if kind != Kind::Ptr as u16 && !found.is_empty() {
        found.push(Data::Name(wanted));
    }
    Some(found)
}

/// The name under which an address's names are (RFC 1035, 3.5; RFC 3596, 2.5).
pub(super) fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            alloc::format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let digits = ip.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            let mut name: String = digits.map(|digit| alloc::format!("{digit:x}.")).collect();
            name.push_str("ip6.arpa");
            name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(asked: &[u8], flags: u16, records: &[(&[u8], u16, &[u8])]) -> Vec<u8> {
        let mut message = asked.to_vec();
        message[2..4].copy_from_slice(&flags.to_be_bytes());
        message[6..8].copy_from_slice(&(records.len() as u16).to_be_bytes());
        for (owner, kind, data) in records {
            message.extend_from_slice(owner);
            message.extend(kind.to_be_bytes());
            message.extend([0, 1, 0, 0, 0, 60]);
            message.extend((data.len() as u16).to_be_bytes());
            message.extend_from_slice(data);
        }
        message
    }

    #[test]
    fn answers() {
        let asked = question(7, "Www.test", Kind::A).unwrap();
        assert_eq!(&asked[12..], b"\x03Www\x04test\0\0\x01\0\x01");
        let address = |last| Data::Address(Ipv4Addr::new(192, 0, 2, last).into());
        // Another name for `a.test`, by pointers; an address of somebody else's in between.
        let records: &[(&[u8], u16, &[u8])] = &[
            (&[0xc0, 12], 5, &[1, b'a', 0xc0, 16]),
            (b"\x01b\x04test\0", 1, &[192, 0, 2, 9]),
            (b"\x01A\x04TEST\0", 1, &[192, 0, 2, 1]),
            (b"\x01a\xc0\x10", 1, &[192, 0, 2, 2]),
            (b"\x01a\xc0\x10", 28, &[0; 16]),
        ];
        let message = answered(&asked, 0x8180, records);
        assert_eq!(
            answer(&asked, &message),
            Some(Says::Has(alloc::vec![address(1), address(2), Data::Name("a.test".into())]))
        );
        for (flags, says) in [(0x8183, Says::NoSuchName), (0x8182, Says::Failed), (0x8380, Says::TooLong)] {
            assert_eq!(answer(&asked, &answered(&asked, flags, &[])), Some(says));
        }
        let other = question(8, "www.test", Kind::A).unwrap();
        assert_eq!(answer(&other, &message), None, "another number");
        let other = question(7, "www.test", Kind::Aaaa).unwrap();
        assert_eq!(answer(&other, &message), None, "another kind");
        assert_eq!(answer(&asked, &asked), None, "a question");
        // Wherever it is cut off, it says less, and nothing else.
        for end in 0..message.len() {
            assert!(matches!(answer(&asked, &message[..end]), None | Some(Says::Failed)), "{end}");
        }
        // Pointers that go round.
        let message = answered(&asked, 0x8180, &[(&[0xc0, 26], 1, &[1, 2, 3, 4])]);
        assert_eq!(answer(&asked, &message), Some(Says::Failed));
    }

    #[test]
    fn names() {
        for wrong in ["", ".", "a..b", ".a", &"x".repeat(64), &"abc.".repeat(70)] {
            assert_eq!(question(1, wrong, Kind::A), None, "{wrong}");
        }
        assert!(question(1, "a.b.", Kind::A).is_some());
        assert_eq!(reverse(IpAddr::from([192, 0, 2, 7])), "7.2.0.192.in-addr.arpa");
        assert!(reverse("2001:db8::7".parse().unwrap()).starts_with("7.0.0.0."));
        assert!(reverse("2001:db8::7".parse().unwrap()).ends_with(".8.b.d.0.1.0.0.2.ip6.arpa"));
    }
}
