//! Data of connections: `send(2)`, `recv(2)`, `shutdown(2)`.

use super::Phase;
use crate::Stack;
use crate::entry::{Body, Entry};
use joist_vm::platform::{Errno, Received, Shutdown};
use smoltcp::socket::tcp::State;

pub(crate) const MSG_OOB: i32 = 1;
pub(crate) const MSG_PEEK: i32 = 2;

impl Stack {
    pub(crate) fn tcp_send(&mut self, id: u64, data: &[&[u8]], flags: i32) -> Result<usize, Errno> {
        let entry = self.entry(id)?;
        if flags & MSG_OOB != 0 {
            return Err(Errno::Enotsup); // smoltcp has no urgent data
        }
        if let Some(error) = entry.error.take() {
            return Err(error);
        }
        let wanted: usize = data.iter().map(|piece| piece.len()).sum();
        if let Body::Connection(connection) = &entry.body
            && connection.wants_room(&entry.options, wanted)
        {
            self.grow(id);
        }
        let usual = self.budget.usual();
        let Entry { body, wants, options, .. } = self.entry(id)?;
        let Body::Connection(connection) = body else { return Err(Errno::Epipe) };
        if connection.phase == Phase::Connecting {
            wants.output = true;
            return Err(Errno::Eagain);
        }
        if connection.ending {
            return Err(Errno::Epipe);
        }
        if !connection.rest.is_empty() && connection.socket().may_send() {
            wants.output = true;
            return Err(Errno::Eagain);
        }
        let socket = connection.socket_mut();
        let (mut sent, mut full) = (0, false);
        for piece in data {
            let count = socket.send_slice(piece).map_err(|_| Errno::Epipe)?;
            sent += count;
            full = count < piece.len();
            if full {
                wants.output = true;
                break;
            }
        }
        connection.cramped = full && options.send_buffer.is_none() && connection.socket().send_capacity() < usual;
        if full && sent == 0 {
            return Err(Errno::Eagain);
        }
        connection.written = connection.written.wrapping_add(sent);
        self.touch(id);
        Ok(sent)
    }

    pub(crate) fn tcp_receive(&mut self, id: u64, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
        let Entry { body, wants, error, .. } = self.entry(id)?;
        if flags & MSG_OOB != 0 {
            return Err(Errno::Einval); // as without urgent data
        }
        let peek = flags & MSG_PEEK != 0;
        let mut opens = false;
        let len = match body {
            Body::Connection(connection) if connection.phase != Phase::Connecting => {
                let (end, shut) = (connection.at_end(), connection.shut_read);
                opens = connection.opens_window();
                let socket = connection.socket_mut();
                let waiting = socket.recv_queue();
                let count = match peek {
                    true => socket.peek_slice(buf).unwrap_or(0),
                    false => socket.recv_slice(buf).unwrap_or(0),
                };
                if waiting == 0 && !buf.is_empty() {
                    if let Some(error) = error.take() {
                        return Err(error);
                    }
                    if !end && !shut {
                        wants.input = true;
                        return Err(Errno::Eagain);
                    }
                }
                wants.input |= count < buf.len() && !end && !shut;
                count
            }
            Body::Connection(_) => {
                wants.input = true;
                return error.take().map_or(Err(Errno::Eagain), Err);
            }
            Body::Over(over) if over.unread.is_empty() => match error.take() {
                Some(error) => return Err(error),
                None => 0,
            },
            Body::Over(over) => {
                let count = over.unread.len().min(buf.len());
                buf[..count].copy_from_slice(&over.unread[..count]);
                if !peek {
                    over.unread.drain(..count);
                }
                count
            }
            _ => return Err(Errno::Enotconn),
        };
        if !peek && len > 0 {
            if let Ok(Entry { body: Body::Connection(connection), options, .. }) = self.entry(id) {
                connection.read = connection.read.wrapping_add(len);
                if connection.wants_window(options) {
                    self.grow(id);
                }
            }
            if opens {
                self.touch(id);
            }
        }
        Ok(Received { len, ..Received::default() })
    }

    pub(crate) fn tcp_shutdown(&mut self, id: u64, how: Shutdown) -> Result<(), Errno> {
        let entry = self.entry(id)?;
        let connection = match &mut entry.body {
            Body::Connection(connection) if connection.phase == Phase::Open => connection,
            _ => return Err(Errno::Enotconn),
        };
        if how != Shutdown::Write {
            connection.shut_read = true;
        }
        if how != Shutdown::Read {
            connection.end();
        }
        self.touch(id);
        Ok(())
    }

    /// `FIONREAD`
    pub(crate) fn tcp_available(&mut self, id: u64) -> Result<usize, Errno> {
        match &self.entry(id)?.body {
            Body::Connection(connection) => Ok(connection.socket().recv_queue()),
            Body::Over(over) => Ok(over.unread.len()),
            Body::Listener(_) => Err(Errno::Einval),
            _ => Ok(0),
        }
    }

    /// `TCP_INFO`'s state, by Linux's numbers.
    pub(crate) fn tcp_state(&mut self, id: u64) -> Result<u8, Errno> {
        Ok(match &self.entry(id)?.body {
            Body::Listener(_) => 10,
            Body::Connection(connection) => match connection.socket().state() {
                _ if connection.ending => 9,
                State::Established => 1,
                State::SynSent => 2,
                State::SynReceived => 3,
                State::FinWait1 => 4,
                State::FinWait2 => 5,
                State::TimeWait => 6,
                State::Closed => 7,
                State::CloseWait => 8,
                State::LastAck => 9,
                State::Listen => 10,
                State::Closing => 11,
            },
            _ => 7,
        })
    }
}
