//! Addresses as the VM and as the host have them.

use super::errno;
use joist_vm::platform::{Address, Errno};
use rustix::net::{SocketAddrAny, SocketAddrUnix};
use std::net::SocketAddr;

pub(super) fn to_host(address: &Address) -> Result<SocketAddrAny, Errno> {
    match address {
        Address::Ip(address) => Ok((*address).into()),
        Address::Local(name) => {
            let address = match &name[..] {
                [] => SocketAddrUnix::new_unnamed(),
                [0, name @ ..] => SocketAddrUnix::new_abstract_name(name).map_err(errno)?,
                name => SocketAddrUnix::new(name).map_err(errno)?,
            };
            Ok(address.into())
        }
    }
}

/// An address of a family that no socket of the VM has is one without a name.
pub(super) fn from_host(address: SocketAddrAny) -> Address {
    if let Ok(address) = SocketAddr::try_from(address.clone()) {
        return Address::Ip(address);
    }
    let Ok(address) = SocketAddrUnix::try_from(address) else { return Address::Local(Vec::new()) };
    Address::Local(match (address.path_bytes(), address.abstract_name()) {
        (Some(path), _) => path.strip_suffix(b"\0").unwrap_or(path).to_vec(),
        (_, Some([])) => Vec::new(),
        (_, Some(name)) => [&[0][..], name].concat(),
        _ => Vec::new(),
    })
}
