//! The machine's sockets: [`joist_net`]'s, one call at a time.

use super::Machine;
use crate::net;
use alloc::vec::Vec;
use joist_net::Stack;
use joist_vm::platform::{Address, Control, Errno, Family, Interface, Received, Shutdown, Socket, Sockets, Style};

fn call<T>(f: impl FnOnce(&mut Stack) -> Result<T, Errno>) -> Result<T, Errno> {
    net::with(f).unwrap_or(Err(Errno::Enetdown))
}

/// Linux's numbers.
const SOL_SOCKET: i32 = 1;
const SO_TYPE: i32 = 3;
const SOCK_DGRAM: u8 = 2;

/// Says that a port is open, if that is to be seen from outside.
fn announce(address: &Address, protocol: &str) {
    if let Address::Ip(address) = address
        && !address.ip().is_loopback()
    {
        net::announce::open(protocol, address.port());
    }
}

impl Sockets for Machine {
    fn socket_open(&self, family: Family, style: Style, protocol: i32) -> Result<Socket, Errno> {
        call(|s| s.open(family, style, protocol))
    }

    fn socket_bind(&self, socket: Socket, address: &Address) -> Result<(), Errno> {
        call(|s| s.bind(socket, address))?;
        if let Address::Ip(to) = address
            && to.port() != 0
            && call(|s| s.option(socket, SOL_SOCKET, SO_TYPE, 4)).is_ok_and(|kind| kind.first() == Some(&SOCK_DGRAM))
        {
            announce(address, "udp");
        }
        Ok(())
    }

    fn socket_listen(&self, socket: Socket, backlog: u32) -> Result<(), Errno> {
        call(|s| s.listen_on(socket, backlog))?;
        call(|s| s.name(socket)).inspect(|name| announce(name, "tcp")).map(drop)
    }

    fn socket_accept(&self, socket: Socket) -> Result<(Socket, Address), Errno> {
        call(|s| s.accept_from(socket))
    }

    fn socket_connect(&self, socket: Socket, address: Option<&Address>) -> Result<(), Errno> {
        call(|s| s.connect(socket, address))
    }

    fn socket_error(&self, socket: Socket) -> Option<Errno> {
        net::with(|s| s.take_error(socket)).unwrap_or(Some(Errno::Enetdown))
    }

    fn socket_send(
        &self,
        socket: Socket,
        data: &[&[u8]],
        to: Option<&Address>,
        control: &[Control],
        flags: i32,
    ) -> Result<usize, Errno> {
        call(|s| s.send(socket, data, to, control, flags))
    }

    fn socket_receive(&self, socket: Socket, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
        call(|s| s.receive(socket, buf, flags))
    }

    fn socket_shutdown(&self, socket: Socket, how: Shutdown) -> Result<(), Errno> {
        call(|s| s.shutdown(socket, how))
    }

    fn socket_name(&self, socket: Socket) -> Result<Address, Errno> {
        call(|s| s.name(socket))
    }

    fn socket_peer(&self, socket: Socket) -> Result<Address, Errno> {
        call(|s| s.peer(socket))
    }

    fn socket_set_option(&self, socket: Socket, level: i32, option: i32, value: &[u8]) -> Result<(), Errno> {
        call(|s| s.set_option(socket, level, option, value))
    }

    fn socket_option(&self, socket: Socket, level: i32, option: i32, size: usize) -> Result<Vec<u8>, Errno> {
        call(|s| s.option(socket, level, option, size))
    }

    fn socket_available(&self, socket: Socket) -> Result<usize, Errno> {
        call(|s| s.available(socket))
    }

    fn socket_close(&self, socket: Socket) {
        net::with(|s| s.close(socket));
    }

    fn interfaces(&self) -> Result<Vec<Interface>, Errno> {
        call(|s| Ok(s.interfaces()))
    }
}
