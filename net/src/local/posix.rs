//! The calls of POSIX, as [`joist_vm::platform::Sockets`] has them.

use super::credentials::SO_PEERCRED;
use super::data::MSG_OOB;
use super::{Locals, MOST, Names, Role};
use crate::options::{int, level, number};
use alloc::vec::Vec;
use joist_vm::platform::{Address, Control, Errno, Received, Shutdown, Socket, Style};

const AF_LOCAL: i32 = 1;
/// Bytes of the longest path.
const PATH: usize = 108;

impl Locals {
    /// # Errors
    /// As `socket(2)`.
    pub fn open(&mut self, style: Style, protocol: i32) -> Result<Socket, Errno> {
        match protocol {
            _ if style == Style::Raw => Err(Errno::Esocktnosupport),
            0 | AF_LOCAL => Ok(Socket(self.add(style))),
            _ => Err(Errno::Eprotonosupport),
        }
    }

    /// # Errors
    /// As `bind(2)`.
    pub fn bind(&mut self, socket: Socket, to: &Address, names: &dyn Names) -> Result<(), Errno> {
        let Address::Local(name) = to else { return Err(Errno::Einval) };
        let is_bound = !self.get(socket.0)?.name.is_empty();
        let name = match &name[..] {
            [] if is_bound => return Err(Errno::Einval),
            [] => self.free_name(),
            name if name.len() > PATH || (name[0] != 0 && name.contains(&0)) => return Err(Errno::Einval),
            name => name.to_vec(),
        };
        // What is wrong with a path is said first.
        if name[0] != 0 {
            names.enter(&name, (!is_bound).then_some(socket.0))?;
        }
        if is_bound {
            return Err(Errno::Einval);
        }
        if name[0] == 0 {
            if self.abstract_names.contains_key(&name) {
                return Err(Errno::Eaddrinuse);
            }
            self.abstract_names.insert(name.clone(), socket.0);
        }
        self.get(socket.0)?.name = name;
        Ok(())
    }

    /// A name beside the file system that nobody has: five hexadecimal digits.
    fn free_name(&mut self) -> Vec<u8> {
        loop {
            let name = alloc::format!("\0{:05x}", self.next_name & 0xf_ffff).into_bytes();
            self.next_name = self.next_name.wrapping_add(1);
            if !self.abstract_names.contains_key(&name) {
                return name;
            }
        }
    }

    /// `SO_ERROR`
    pub fn take_error(&mut self, socket: Socket) -> Option<Errno> {
        self.get(socket.0).map_or_else(Some, |local| local.error.take())
    }

    /// # Errors
    /// As `sendmsg(2)`.
    pub fn send(
        &mut self,
        socket: Socket,
        data: &[&[u8]],
        to: Option<&Address>,
        control: &[Control],
        flags: i32,
        names: &dyn Names,
    ) -> Result<usize, Errno> {
        let style = self.get(socket.0)?.style;
        if flags & MSG_OOB != 0 {
            return Err(Errno::Enotsup);
        }
        let signed = self.checked(control)?;
        if style == Style::Datagram {
            return self.send_datagram(socket.0, data, to, names, signed);
        }
        self.send_connected(socket.0, data, to, signed)
    }

    /// # Errors
    /// As `recvmsg(2)`.
    pub fn receive(&mut self, socket: Socket, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
        let style = self.get(socket.0)?.style;
        if flags & MSG_OOB != 0 {
            return Err(Errno::Enotsup);
        }
        if style == Style::Datagram {
            return self.receive_datagram(socket.0, buf, flags);
        }
        self.receive_connected(socket.0, buf, flags)
    }

    /// # Errors
    /// As `shutdown(2)`.
    pub fn shutdown(&mut self, socket: Socket, how: Shutdown) -> Result<(), Errno> {
        let (read, write) = (how != Shutdown::Write, how != Shutdown::Read);
        let local = self.get(socket.0)?;
        local.shut_read |= read;
        local.shut_write |= write;
        let peer = local.peer;
        let is_connection = local.style != Style::Datagram && local.is_connected();
        if is_connection && let Some(other) = self.sockets.get_mut(&peer) {
            other.shut_read |= write;
            other.shut_write |= read;
        }
        for id in [socket.0, peer] {
            self.tell_input(id);
            self.tell_output(id);
        }
        Ok(())
    }

    /// # Errors
    /// [`Errno::Ebadf`].
    pub fn name(&mut self, socket: Socket) -> Result<Address, Errno> {
        Ok(Address::Local(self.get(socket.0)?.name.clone()))
    }

    /// # Errors
    /// As `getpeername(2)`.
    pub fn peer(&mut self, socket: Socket) -> Result<Address, Errno> {
        let local = self.get(socket.0)?;
        if local.is_connected() { Ok(Address::Local(local.peer_name.clone())) } else { Err(Errno::Enotconn) }
    }

    /// See [`joist_vm::platform::Sockets::socket_ready`].
    /// # Errors
    /// [`Errno::Ebadf`].
    pub fn ready(&mut self, socket: Socket, output: bool) -> Result<bool, Errno> {
        let local = self.get(socket.0)?;
        let is_ready = if output { !local.wants_output } else { local.readable() };
        local.wants_input |= !output && !is_ready;
        Ok(is_ready)
    }

    /// # Errors
    /// As `FIONREAD`: [`Errno::Einval`] of a listener.
    pub fn available(&mut self, socket: Socket) -> Result<usize, Errno> {
        let local = self.get(socket.0)?;
        match (&local.role, local.style) {
            (Role::Listener(_), _) => Err(Errno::Einval),
            (_, Style::Datagram) => Ok(local.inbox.front().map_or(0, |m| m.data.len())),
            _ => Ok(local.held),
        }
    }

    /// # Errors
    /// As `setsockopt(2)`.
    pub fn set_option(&mut self, socket: Socket, level: i32, option: i32, value: &[u8]) -> Result<(), Errno> {
        let local = self.get(socket.0)?;
        if level == level::SOCKET { local.options.set(level, option, value) } else { Err(Errno::Enotsup) }
    }

    /// # Errors
    /// As `getsockopt(2)`.
    pub fn option(&mut self, socket: Socket, level: i32, option: i32, size: usize) -> Result<Vec<u8>, Errno> {
        let local = self.get(socket.0)?;
        if level != level::SOCKET {
            return Err(Errno::Enotsup);
        }
        let style = match local.style {
            Style::Stream => 1,
            Style::Datagram => 2,
            Style::Packets => 5,
            Style::Raw => 3,
        };
        if option == SO_PEERCRED {
            let has_peer = !matches!(local.role, Role::Fresh | Role::Connecting) && local.style != Style::Datagram;
            let mut value = self.peer_credentials(has_peer);
            value.truncate(size);
            return Ok(value);
        }
        let buffer = |chosen: Option<usize>| int(chosen.map_or(MOST, |n| 2 * n) as i32);
        let mut value = match option {
            number::SO_TYPE => int(style),
            number::SO_DOMAIN => int(AF_LOCAL),
            number::SO_PROTOCOL => int(0),
            number::SO_ERROR => int(local.error.take().map_or(0, Errno::number)),
            number::SO_ACCEPTCONN => int(matches!(local.role, Role::Listener(_)).into()),
            number::SO_SNDBUF => buffer(local.options.send_buffer),
            number::SO_RCVBUF => buffer(local.options.receive_buffer),
            _ => local.options.get(level, option)?,
        };
        value.truncate(size);
        Ok(value)
    }
}
