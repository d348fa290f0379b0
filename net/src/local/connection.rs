//! Connections: listening, connecting, accepting.

use super::{Listener, Local, Locals, Names, Role};
use alloc::vec::Vec;
use joist_vm::platform::{Address, Errno, Socket, Style};

/// The longest backlog, as Linux's `somaxconn`.
const BACKLOG: u32 = 4096;

impl Locals {
    /// # Errors
    /// As `listen(2)`.
    pub fn listen(&mut self, socket: Socket, backlog: u32) -> Result<(), Errno> {
        let local = self.get(socket.0)?;
        let backlog = backlog.min(BACKLOG) as usize;
        match &mut local.role {
            _ if local.style == Style::Datagram => return Err(Errno::Enotsup),
            _ if local.name.is_empty() => return Err(Errno::Einval),
            Role::Listener(listener) => listener.backlog = backlog,
            Role::Fresh => local.role = Role::Listener(Listener { backlog, ..Listener::default() }),
            _ => return Err(Errno::Einval),
        }
        Ok(())
    }

    /// # Errors
    /// As `accept(2)`.
    pub fn accept(&mut self, socket: Socket) -> Result<(Socket, Address), Errno> {
        let local = self.get(socket.0)?;
        if local.style == Style::Datagram {
            return Err(Errno::Enotsup);
        }
        let Role::Listener(listener) = &mut local.role else { return Err(Errno::Einval) };
        let Some(accepted) = listener.ready.pop_front() else {
            local.wants_input = !local.shut_read;
            return Err(if local.shut_read { Errno::Einval } else { Errno::Eagain });
        };
        let mut waiting = core::mem::take(&mut listener.waiting);
        while let Some(client) = waiting.pop_front() {
            if self.sockets.contains_key(&client) {
                self.join(client, socket.0);
                self.tell_output(client);
                break;
            }
        }
        if let Role::Listener(listener) = &mut self.get(socket.0)?.role {
            listener.waiting = waiting;
        }
        let name = self.get(accepted)?.peer_name.clone();
        Ok((Socket(accepted), Address::Local(name)))
    }

    /// # Errors
    /// As `connect(2)`.
    pub fn connect(&mut self, socket: Socket, to: Option<&Address>, names: &dyn Names) -> Result<(), Errno> {
        let id = socket.0;
        let style = self.get(id)?.style;
        let to = match to {
            Some(Address::Local(to)) => to,
            None if style == Style::Datagram => {
                let local = self.get(id)?;
                (local.peer, local.role) = (0, Role::Fresh);
                return Ok(());
            }
            _ => return Err(Errno::Einval),
        };
        let other = self.find(to, style, names)?;
        if style != Style::Datagram {
            match self.get(id)?.role {
                Role::Fresh => {}
                Role::Listener(_) => return Err(Errno::Einval),
                Role::Connecting => return Err(Errno::Ealready),
                Role::Connected => return Err(Errno::Eisconn),
            }
        }
        if style == Style::Datagram {
            return self.connect_datagrams(id, other);
        }
        let Role::Listener(listener) = &mut self.get(other)?.role else { return Err(Errno::Econnrefused) };
        if listener.ready.len() > listener.backlog {
            listener.waiting.push_back(id);
            let local = self.get(id)?;
            local.role = Role::Connecting;
            local.wants_output = true;
            return Err(Errno::Einprogress);
        }
        self.join(id, other);
        Ok(())
    }

    /// Whom a name is for.
    pub(super) fn find(&mut self, name: &[u8], style: Style, names: &dyn Names) -> Result<u64, Errno> {
        let id = match name {
            [] => return Err(Errno::Einval),
            [0, ..] => *self.abstract_names.get(name).ok_or(Errno::Econnrefused)?,
            path => names.find(path)?,
        };
        let found: &Local = self.sockets.get(&id).ok_or(Errno::Econnrefused)?;
        if found.style == style { Ok(id) } else { Err(Errno::Eprototype) }
    }

    /// Makes the other end of a client's connection.
    fn join(&mut self, client: u64, listener: u64) {
        let Some(from) = self.sockets.get(&listener) else { return };
        let (style, options, name) = (from.style, from.options.clone(), from.name.clone());
        let Some(local) = self.sockets.get_mut(&client) else { return };
        let client_name = local.name.clone();
        let server = self.add(style);
        for (id, peer, peer_name) in [(client, server, &name), (server, client, &client_name)] {
            if let Some(local) = self.sockets.get_mut(&id) {
                (local.peer, local.peer_name, local.role) = (peer, peer_name.clone(), Role::Connected);
            }
        }
        if let Some(local) = self.sockets.get_mut(&server) {
            (local.name, local.options) = (name, options);
        }
        if let Some(Local { role: Role::Listener(listener), .. }) = self.sockets.get_mut(&listener) {
            listener.ready.push_back(server);
        }
        self.tell_input(listener);
    }

    /// Gives a socket back; its other end is told.
    pub fn close(&mut self, socket: Socket) {
        let Some(local) = self.sockets.remove(&socket.0) else { return };
        self.held -= local.held;
        if self.abstract_names.get(&local.name) == Some(&socket.0) {
            self.abstract_names.remove(&local.name);
        }
        let mut told: Vec<u64> = local.blocked;
        match local.role {
            Role::Connected if local.style != Style::Datagram => {
                if let Some(peer) = self.sockets.get_mut(&local.peer) {
                    (peer.shut_read, peer.shut_write) = (true, true);
                    // What it sent was never read.
                    if !local.inbox.is_empty() {
                        peer.error = Some(Errno::Econnreset);
                    }
                    told.push(local.peer);
                }
            }
            Role::Listener(listener) => {
                for embryo in listener.ready {
                    let client = self.sockets.get(&embryo).map(|e| e.peer);
                    self.close(Socket(embryo));
                    if let Some(client) = client.and_then(|c| self.sockets.get_mut(&c)) {
                        client.error = Some(Errno::Econnreset);
                    }
                }
                for client in listener.waiting {
                    if let Some(local) = self.sockets.get_mut(&client) {
                        (local.role, local.error) = (Role::Fresh, Some(Errno::Econnrefused));
                        told.push(client);
                    }
                }
            }
            _ => {}
        }
        for id in told {
            self.tell_input(id);
            self.tell_output(id);
        }
    }
}
