//! The machine's sockets: [`joist_net`]'s, those of the network and local ones, one call at a time.

use super::Machine;
use crate::net;
use crate::net::local::{self, Files};
use alloc::vec::Vec;
use joist_net::Stack;
use joist_net::local::Locals;
use joist_vm::platform::{
    Address, Change, Control, Errno, Family, Interface, Received, Shutdown, Socket, Sockets, Style,
};

fn call<T>(f: impl FnOnce(&mut Stack) -> Result<T, Errno>) -> Result<T, Errno> {
    net::with(f).unwrap_or(Err(Errno::Enetdown))
}

fn call_local<T>(f: impl FnOnce(&mut Locals) -> Result<T, Errno>) -> Result<T, Errno> {
    local::with(f).unwrap_or(Err(Errno::Enetdown))
}

/// `either!(socket, s => CALL)`: the call to those whose socket it is.
macro_rules! either {
    ($socket:expr, $s:ident => $call:expr) => {
        if Locals::is_local($socket) { call_local(|$s| $call) } else { call(|$s| $call) }
    };
    ($socket:expr, $s:ident => $call:expr, $l:ident => $local:expr) => {
        if Locals::is_local($socket) { call_local(|$l| $local) } else { call(|$s| $call) }
    };
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
        match family {
            Family::Local => call_local(|l| l.open(style, protocol)),
            _ => call(|s| s.open(family, style, protocol)),
        }
    }

    fn socket_adopt(&self, descriptor: u32) -> Result<Socket, Errno> {
        call(|s| s.share(descriptor))
    }

    fn socket_bind(&self, socket: Socket, address: &Address) -> Result<(), Errno> {
        either!(socket, s => s.bind(socket, address), l => l.bind(socket, address, &Files(&self.files)))?;
        if let Address::Ip(to) = address
            && to.port() != 0
            && call(|s| s.option(socket, SOL_SOCKET, SO_TYPE, 4)).is_ok_and(|kind| kind.first() == Some(&SOCK_DGRAM))
        {
            announce(address, "udp");
        }
        Ok(())
    }

    fn socket_listen(&self, socket: Socket, backlog: u32) -> Result<(), Errno> {
        either!(socket, s => s.listen_on(socket, backlog), l => l.listen(socket, backlog))?;
        if !Locals::is_local(socket) {
            call(|s| s.name(socket)).inspect(|name| announce(name, "tcp"))?;
        }
        Ok(())
    }

    fn socket_accept(&self, socket: Socket) -> Result<(Socket, Address), Errno> {
        either!(socket, s => s.accept_from(socket), l => l.accept(socket))
    }

    fn socket_connect(&self, socket: Socket, address: Option<&Address>) -> Result<(), Errno> {
        either!(socket, s => s.connect(socket, address), l => l.connect(socket, address, &Files(&self.files)))
    }

    fn socket_error(&self, socket: Socket) -> Option<Errno> {
        either!(socket, s => Ok(s.take_error(socket))).unwrap_or_else(Some)
    }

    fn socket_send(
        &self,
        socket: Socket,
        data: &[&[u8]],
        to: Option<&Address>,
        control: &[Control],
        flags: i32,
    ) -> Result<usize, Errno> {
        either!(
            socket,
            s => s.send(socket, data, to, control, flags),
            l => l.send(socket, data, to, control, flags, &Files(&self.files))
        )
    }

    fn socket_receive(&self, socket: Socket, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
        either!(socket, s => s.receive(socket, buf, flags))
    }

    fn socket_shutdown(&self, socket: Socket, how: Shutdown) -> Result<(), Errno> {
        either!(socket, s => s.shutdown(socket, how))
    }

    fn socket_name(&self, socket: Socket) -> Result<Address, Errno> {
        either!(socket, s => s.name(socket))
    }

    fn socket_peer(&self, socket: Socket) -> Result<Address, Errno> {
        either!(socket, s => s.peer(socket))
    }

    fn socket_set_option(&self, socket: Socket, level: i32, option: i32, value: &[u8]) -> Result<(), Errno> {
        either!(socket, s => s.set_option(socket, level, option, value))
    }

    fn socket_option(&self, socket: Socket, level: i32, option: i32, size: usize) -> Result<Vec<u8>, Errno> {
        either!(socket, s => s.option(socket, level, option, size))
    }

    fn socket_ready(&self, socket: Socket, output: bool) -> bool {
        either!(socket, s => s.ready(socket, output)).unwrap_or(true)
    }

    fn socket_available(&self, socket: Socket) -> Result<usize, Errno> {
        either!(socket, s => s.available(socket))
    }

    fn socket_at_mark(&self, socket: Socket) -> Result<bool, Errno> {
        const SOCK_STREAM: u8 = 1;
        let kind = self.socket_option(socket, SOL_SOCKET, SO_TYPE, 4)?;
        // There is no urgent data.
        if Locals::is_local(socket) || kind.first() != Some(&SOCK_STREAM) { Err(Errno::Enotty) } else { Ok(false) }
    }

    fn socket_keep(&self, socket: Socket, data: &[&[u8]]) -> bool {
        !Locals::is_local(socket) && call(|s| Ok(s.keep(socket, data))) == Ok(true)
    }

    fn socket_close(&self, socket: Socket) {
        if Locals::is_local(socket) {
            local::with(|l| l.close(socket));
        } else {
            net::with(|s| s.close(socket));
        }
    }

    fn interface_change(&self, socket: Socket, name: &[u8], change: Change) -> Result<(), Errno> {
        // (A socket that isn't there any more is one of none.)
        const AF_INET: u8 = 2;
        const SO_DOMAIN: i32 = 39;
        let v4 = self.socket_option(socket, SOL_SOCKET, SO_DOMAIN, 4)?.first() == Some(&AF_INET);
        call(|s| s.change_interface(v4, name, change))
    }

    fn interfaces(&self) -> Result<Vec<Interface>, Errno> {
        call(|s| Ok(s.interfaces()))
    }
}
