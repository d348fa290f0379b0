//! `inet:getservbyname` and its like.

use super::{Answer, EINVAL};
use crate::services;

/// `[Length, Name, Length, Protocol]`.
pub fn by_name(data: &[u8]) -> Answer {
    let (name, rest) = counted(data).ok_or(EINVAL)?;
    let (protocol, _) = counted(rest).ok_or(EINVAL)?;
    let port = services::port(name, Some(protocol)).ok_or(EINVAL)?;
    Ok(port.to_be_bytes().to_vec())
}

/// `[Port:16, Length, Protocol]`.
pub fn by_port(data: &[u8]) -> Answer {
    let (port, rest) = data.split_first_chunk().ok_or(EINVAL)?;
    let (protocol, _) = counted(rest).ok_or(EINVAL)?;
    let name = services::name(u16::from_be_bytes(*port), Some(protocol)).ok_or(EINVAL)?;
    Ok(name.into_bytes())
}

/// The text behind its length, and what follows.
fn counted(data: &[u8]) -> Option<(&str, &[u8])> {
    let (len, rest) = data.split_first()?;
    let (text, rest) = rest.split_at_checked(usize::from(*len))?;
    Some((core::str::from_utf8(text).ok()?, rest))
}
