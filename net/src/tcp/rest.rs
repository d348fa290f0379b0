//! Output beyond a connection's buffer, which its sender could not wait with any longer: it follows as the buffer gets
//! room, before all that is sent later, and after `close(2)` as well.

use super::{Connection, Phase};
use crate::Stack;
use crate::budget::Budget;
use crate::entry::{Body, Entry};
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use joist_vm::platform::Socket;

#[derive(Debug, Default)]
pub(crate) struct Rest {
    pieces: VecDeque<Vec<u8>>,
    /// Of the first piece, so much is in the buffer.
    gone: usize,
    /// Bytes taken from the budget.
    reserved: usize,
}

impl Rest {
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

impl Stack {
    /// See [`joist_vm::platform::Sockets::socket_keep`].
    pub fn keep(&mut self, socket: Socket, data: &[&[u8]]) -> bool {
        let Stack { entries, budget, .. } = self;
        let Some(Entry { body: Body::Connection(connection), error: None, .. }) = entries.get_mut(&socket.0) else {
            return false;
        };
        let len = data.iter().map(|piece| piece.len()).sum();
        if connection.phase != Phase::Open
            || connection.ending
            || !connection.socket().may_send()
            || !budget.take_bytes(len)
        {
            return false;
        }
        connection.rest.reserved += len;
        connection.rest.pieces.extend(data.iter().filter(|piece| !piece.is_empty()).map(|piece| piece.to_vec()));
        self.touch(socket.0);
        true
    }
}

impl Connection {
    /// Moves what there is room for into the buffer.
    pub fn refill(&mut self, budget: &mut Budget) {
        while let Some(first) = self.rest.pieces.pop_front() {
            let left = &first[self.rest.gone..];
            // One that can no longer send is over soon, and its rest with it.
            let count = self.socket_mut().send_slice(left).unwrap_or(0);
            self.written = self.written.wrapping_add(count);
            if count < left.len() {
                self.rest.gone += count;
                self.rest.pieces.push_front(first);
                return;
            }
            self.rest.gone = 0;
        }
        self.forget_rest(budget);
    }

    /// Gives its memory back.
    pub fn forget_rest(&mut self, budget: &mut Budget) {
        budget.give(core::mem::take(&mut self.rest).reserved);
    }
}
