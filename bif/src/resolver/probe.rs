//! Questions without a process, for fuzzing.

use core::net::IpAddr;

use joist_vm::platform::Socket;

/// Asks for a name's addresses; tells what the name is another one for, if there are any.
pub fn name(name: &str, v4: bool, tell: impl FnOnce(Option<&str>) + Send + 'static) {
    super::host_by_name(name, v4, |found| tell(found.ok().and_then(|(_, name)| name).as_deref()));
}

/// Asks for an address's name.
pub fn address(address: IpAddr, tell: impl FnOnce(Option<&str>) + Send + 'static) {
    super::host_by_address(address, |found| tell(found.ok().as_deref()));
}

/// Something has happened to a socket.
pub fn event(socket: Socket) {
    super::happened(socket);
}
