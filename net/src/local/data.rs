//! What connections carry: bytes of streams, packets in order.

use super::{LEAST, Locals, MOST, Message};
use alloc::vec::Vec;
use joist_vm::platform::{Address, Errno, Received, Style};

pub(super) const MSG_OOB: i32 = 1;
pub(super) const MSG_PEEK: i32 = 2;
pub(super) const MSG_TRUNC: i32 = 0x20;

/// Small pieces of a stream are put together up to this.
const PIECE: usize = 4096;

impl Locals {
    /// So much more may be sent by one socket to another.
    pub(super) fn room(&self, from: u64, to: u64) -> usize {
        let Some(to) = self.sockets.get(&to) else { return 0 };
        let chosen = self.sockets.get(&from).and_then(|s| s.options.send_buffer).map_or(MOST, |n| 2 * n);
        let fair = (self.memory.saturating_sub(self.held) / 8).max(LEAST);
        chosen.min(fair).saturating_sub(to.held)
    }

    pub(super) fn deliver(&mut self, to: u64, message: Message) {
        let Some(local) = self.sockets.get_mut(&to) else { return };
        let size = message.data.len();
        local.held += size;
        self.held += size;
        match local.inbox.back_mut() {
            Some(last)
                if local.style == Style::Stream && last.signed == message.signed && last.data.len() + size <= PIECE =>
            {
                last.data.extend_from_slice(&message.data);
            }
            _ => local.inbox.push_back(message),
        }
        self.tell_input(to);
    }

    pub(super) fn send_connected(
        &mut self,
        id: u64,
        data: &[&[u8]],
        to: Option<&Address>,
        signed: bool,
    ) -> Result<usize, Errno> {
        let local = self.get(id)?;
        let (style, peer, is_connected) = (local.style, local.peer, local.is_connected());
        let size: usize = data.iter().map(|d| d.len()).sum();
        if to.is_some() && style == Style::Stream {
            return Err(if is_connected { Errno::Eisconn } else { Errno::Enotsup });
        }
        if !is_connected {
            return Err(local.error.take().unwrap_or(Errno::Enotconn));
        }
        if let Some(error) = local.error.take() {
            return Err(error);
        }
        if local.shut_write || self.sockets.get(&peer).is_none_or(|p| p.shut_read) {
            return Err(Errno::Epipe);
        }
        if style == Style::Packets && size > MOST {
            return Err(Errno::Emsgsize);
        }
        let is_idle = self.sockets.get(&peer).is_some_and(|p| p.inbox.is_empty());
        let room = match self.room(id, peer) {
            // A packet goes whole, or not at all.
            room if style == Style::Packets && (room >= size || is_idle) => size,
            _ if style == Style::Packets => 0,
            room => room.min(size),
        };
        self.get(id)?.wants_output = room < size;
        if room == 0 && size > 0 {
            return Err(Errno::Eagain);
        }
        if size > 0 || style == Style::Packets {
            let signed = signed || self.is_signed(id, peer);
            self.deliver(peer, Message { data: joined(data, room), at: 0, from: Vec::new(), signed });
        }
        Ok(room)
    }

    pub(super) fn receive_connected(&mut self, id: u64, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
        let local = self.get(id)?;
        if !local.is_connected() {
            let never = if local.style == Style::Stream { Errno::Einval } else { Errno::Enotconn };
            return Err(local.error.take().unwrap_or(never));
        }
        let (peer, before) = (local.peer, local.held);
        let from = Some(local.peer_name.clone()).filter(|n| !n.is_empty()).map(Address::Local);
        let mut got = Received { from, ..Received::default() };
        if local.inbox.is_empty() {
            if let Some(error) = local.error.take() {
                return Err(error);
            }
            if local.shut_read || buf.is_empty() {
                return Ok(got);
            }
            local.wants_input = true;
            return Err(Errno::Eagain);
        }
        let peeks = flags & MSG_PEEK != 0;
        let is_stream = local.style == Style::Stream;
        let (wants_credentials, mut signed) = (local.wants_credentials(), None);
        let mut taken = 0;
        for message in &mut local.inbox {
            if wants_credentials && signed.is_some_and(|signed| signed != message.signed) {
                break;
            }
            signed = Some(message.signed);
            let rest = &message.data[message.at..];
            let n = rest.len().min(buf.len() - got.len);
            buf[got.len..got.len + n].copy_from_slice(&rest[..n]);
            got.len += n;
            let whole = n == rest.len();
            if !is_stream && !whole {
                got.flags |= MSG_TRUNC;
            }
            if !peeks {
                let used = if is_stream { n } else { rest.len() };
                message.at += used;
                local.held -= used;
                taken += usize::from(whole || !is_stream);
            }
            if !is_stream || !whole {
                break;
            }
        }
        local.inbox.drain(..taken);
        let after = local.held;
        self.held -= before - after;
        if let Some(signed) = signed.filter(|_| wants_credentials) {
            got.control.push(self.message(signed));
        }
        // As in Linux: who writes is told when a good part of the room is free.
        if self.room(peer, id) >= after {
            self.tell_output(peer);
        }
        Ok(got)
    }
}

/// The first bytes of all pieces, one behind the other.
pub(super) fn joined(data: &[&[u8]], most: usize) -> Vec<u8> {
    let mut all = Vec::with_capacity(most);
    for piece in data {
        let n = piece.len().min(most - all.len());
        all.extend_from_slice(&piece[..n]);
    }
    all
}
