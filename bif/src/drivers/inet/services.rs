//! `inet:getservbyname` and its like, from `/etc/services`.

use alloc::string::String;

use joist_vm::platform::platform;

use super::{Answer, EINVAL, Refusal};

/// The first service that `wanted` picks, by its names and port.
fn find<T>(protocol: &[u8], wanted: impl Fn(&[&str], u16) -> Option<T>) -> Result<T, Refusal> {
    let text = platform().read_file(b"/etc/services").map_err(|_| EINVAL)?;
    let text = String::from_utf8_lossy(&text);
    let service = |line: &str| {
        let mut words = line.split('#').next()?.split_whitespace();
        let (name, at) = (words.next()?, words.next()?);
        let (port, of) = at.split_once('/')?;
        if of.as_bytes() != protocol {
            return None;
        }
        let names: alloc::vec::Vec<&str> = core::iter::once(name).chain(words).collect();
        wanted(&names, port.parse().ok()?)
    };
    text.lines().find_map(service).ok_or(EINVAL)
}

/// `[Length, Name, Length, Protocol]`.
pub fn by_name(data: &[u8]) -> Answer {
    let counted = |data: &'_ [u8]| -> Option<(usize, usize)> {
        let len = usize::from(*data.first()?);
        (data.len() > len).then_some((1, 1 + len))
    };
    let (from, to) = counted(data).ok_or(EINVAL)?;
    let (name, rest) = (&data[from..to], &data[to..]);
    let (from, to) = counted(rest).ok_or(EINVAL)?;
    let port = find(&rest[from..to], |names, port| names.iter().any(|n| n.as_bytes() == name).then_some(port))?;
    Ok(port.to_be_bytes().to_vec())
}

/// `[Port:16, Length, Protocol]`.
pub fn by_port(data: &[u8]) -> Answer {
    let [high, low, len, protocol @ ..] = data else { return Err(EINVAL) };
    let protocol = protocol.get(..usize::from(*len)).ok_or(EINVAL)?;
    let wanted = u16::from_be_bytes([*high, *low]);
    find(protocol, |names, port| (port == wanted).then(|| names[0].as_bytes().to_vec()))
}
