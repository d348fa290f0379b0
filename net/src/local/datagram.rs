//! Datagrams.

use super::data::{MSG_PEEK, MSG_TRUNC, joined};
use super::{DATAGRAMS, Locals, MOST, Message, Names, Role};
use joist_vm::platform::{Address, Errno, Received, Style};

impl Locals {
    pub(super) fn connect_datagrams(&mut self, id: u64, other: u64) -> Result<(), Errno> {
        if !self.may_send(id, other) {
            return Err(Errno::Eperm);
        }
        let name = self.get(other)?.name.clone();
        let local = self.get(id)?;
        (local.peer, local.peer_name, local.role) = (other, name, Role::Connected);
        Ok(())
    }

    /// A socket that is connected takes datagrams of the one at its other end only.
    fn may_send(&self, from: u64, to: u64) -> bool {
        self.sockets.get(&to).is_some_and(|s| !s.is_connected() || s.peer == from)
    }

    pub(super) fn send_datagram(
        &mut self,
        id: u64,
        data: &[&[u8]],
        to: Option<&Address>,
        names: &dyn Names,
        signed: bool,
    ) -> Result<usize, Errno> {
        let local = self.get(id)?;
        let is_connected = local.is_connected();
        if let Some(error) = local.error.take() {
            return Err(error);
        }
        let peer = match to {
            Some(Address::Local(name)) => self.find(name, Style::Datagram, names)?,
            Some(Address::Ip(_)) => return Err(Errno::Einval),
            None if is_connected => local.peer,
            None => return Err(Errno::Enotconn),
        };
        let local = self.get(id)?;
        if local.shut_write {
            return Err(Errno::Epipe);
        }
        let (from, most) = (local.name.clone(), local.options.send_buffer.map_or(MOST, |n| 2 * n));
        let size: usize = data.iter().map(|d| d.len()).sum();
        if size > most {
            return Err(Errno::Emsgsize);
        }
        let Some(other) = self.sockets.get(&peer) else {
            // The one at the other end is gone.
            let local = self.get(id)?;
            (local.peer, local.role) = (0, Role::Fresh);
            return Err(Errno::Econnrefused);
        };
        if other.shut_read {
            return Err(Errno::Epipe);
        }
        if !self.may_send(id, peer) {
            return Err(Errno::Eperm);
        }
        let is_full = (other.inbox.len() > DATAGRAMS && other.peer != id)
            || (!other.inbox.is_empty() && self.room(id, peer) < size);
        if is_full {
            self.get(id)?.wants_output = true;
            let blocked = &mut self.get(peer)?.blocked;
            if !blocked.contains(&id) {
                blocked.push(id);
            }
            return Err(Errno::Eagain);
        }
        let signed = signed || self.is_signed(id, peer);
        self.deliver(peer, Message { data: joined(data, size), at: 0, from, signed });
        Ok(size)
    }

    pub(super) fn receive_datagram(&mut self, id: u64, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
        let local = self.get(id)?;
        let Some(message) = local.inbox.front() else {
            return match local.error.take() {
                Some(error) => Err(error),
                None if local.shut_read => Ok(Received::default()),
                None => {
                    local.wants_input = true;
                    Err(Errno::Eagain)
                }
            };
        };
        let len = message.data.len().min(buf.len());
        buf[..len].copy_from_slice(&message.data[..len]);
        let from = (!message.from.is_empty()).then(|| Address::Local(message.from.clone()));
        let signed = local.wants_credentials().then_some(message.signed);
        let cut = if len < message.data.len() { MSG_TRUNC } else { 0 };
        if flags & MSG_PEEK == 0 {
            let size = message.data.len();
            local.inbox.pop_front();
            local.held -= size;
            let blocked = core::mem::take(&mut local.blocked);
            self.held -= size;
            for sender in blocked {
                self.tell_output(sender);
            }
        }
        let control = signed.map(|signed| self.message(signed)).into_iter().collect();
        Ok(Received { len, from, flags: cut, control })
    }
}
