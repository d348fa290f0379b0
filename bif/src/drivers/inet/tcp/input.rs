//! Receiving: what is read, and when there is a packet (`tcp_recv`, `tcp_remain`, `tcp_push_buffer`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::platform::{Errno, platform};
use joist_vm::port::Port;

use super::super::{Inet, buffers};
use super::deliver;
use crate::packet::{self, Length, Limits};

/// The input that is not delivered yet.
pub(super) struct Input {
    pub bytes: Vec<u8>,
    /// How large the buffer counts as, whatever room there is already (`i_bufsz`).
    pub size: usize,
    pub start: usize,
    pub end: usize,
}

/// Room that is made at a time, however long a packet says it is.
const ROOM: usize = 64 << 10;
/// So many reads, and others have their turn.
const ROUNDS: usize = 32;

impl Input {
    fn new(size: usize) -> Input {
        Input { bytes: buffers::take(size.min(ROOM)), size, start: 0, end: 0 }
    }

    pub fn filled(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Is made to count as large enough for a packet of that length.
    fn expand(&mut self, len: usize) {
        self.size = self.size.max(self.start + len);
    }

    pub fn compact(&mut self) {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
    }

    /// Room for some of so many bytes.
    fn room(&mut self, wanted: usize) -> Result<&mut [u8], Errno> {
        let to = self.end + wanted.min((self.end - self.start).max(ROOM));
        if self.bytes.is_empty() {
            self.bytes = buffers::take(to);
        } else if to > self.bytes.len() {
            self.bytes.try_reserve(to - self.bytes.len()).map_err(|_| Errno::Enomem)?;
            self.bytes.resize(to, 0);
        }
        Ok(&mut self.bytes[self.end..to])
    }
}

/// What is known of the first packet.
pub(super) enum Packet {
    Whole(usize),
    /// So many bytes are to be read; true: exactly those are missing.
    Lacks(usize, bool),
    Invalid,
}

/// What reading once has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// There is nothing.
    Wait,
    /// There was something.
    More,
    /// It was the end, or an error.
    Over,
}

impl Inet {
    /// Input is wanted from now on.
    pub fn want_input(&mut self, port: &Arc<Port>) {
        self.reading = true;
        self.go_on(port);
    }

    /// Reads while somebody wants it.
    pub fn read_tcp(&mut self, port: &Arc<Port>) {
        self.read_tcp_for(port, 0);
    }

    pub(super) fn read_tcp_for(&mut self, port: &Arc<Port>, mut length: usize) {
        for _ in 0..ROUNDS {
            if !self.reading || !self.is_connected() || self.ignored {
                return;
            }
            if self.receive(port, length) == Step::Wait {
                return;
            }
            length = 0;
        }
        self.start_again(port);
    }

    /// Reads once; delivers what is complete then.
    fn receive(&mut self, port: &Arc<Port>, request: usize) -> Step {
        if let Some(step) = self.receive_directly(port, request) {
            return step;
        }
        let wanted = match &mut self.tcp.input {
            None => {
                let size = if request > 0 { request } else { self.options.buffer };
                self.tcp.input = Some(Input::new(size));
                self.tcp.remain = request;
                match deliver::header_length(self.options.packet) {
                    n if n > 0 && self.options.no_read_ahead && request == 0 => n,
                    _ => size,
                }
            }
            Some(input) if request > 0 => {
                let filled = input.filled().len();
                if filled >= request {
                    return self.deliver(port, request);
                }
                input.expand(request);
                self.tcp.remain = request - filled;
                self.tcp.remain
            }
            Some(_) if self.tcp.remain == 0 => match self.first_packet() {
                Packet::Invalid => return self.receive_failed(port, Errno::Emsgsize),
                Packet::Whole(len) => return self.deliver(port, len),
                Packet::Lacks(n, exact) => {
                    self.tcp.remain = if exact { n } else { 0 };
                    n
                }
            },
            Some(_) => self.tcp.remain,
        };
        let (Some(socket), Some(input)) = (self.socket, &mut self.tcp.input) else { return Step::Over };
        let result = input.room(wanted).and_then(|room| platform().socket_receive(socket, room, 0));
        let n = match result {
            Ok(received) if received.len > 0 => received.len,
            result => return self.nothing_received(port, result.map(|_| ())),
        };
        input.end = (input.end + n).min(input.bytes.len());
        if self.tcp.remain > 0 {
            self.tcp.remain = self.tcp.remain.saturating_sub(n);
            let filled = input.filled().len();
            return if self.tcp.remain == 0 { self.deliver(port, filled) } else { Step::More };
        }
        match self.first_packet() {
            Packet::Invalid => self.receive_failed(port, Errno::Emsgsize),
            Packet::Whole(len) => self.deliver(port, len),
            Packet::Lacks(n, exact) => {
                self.tcp.remain = if exact { n } else { 0 };
                Step::More
            }
        }
    }

    /// There is nothing, or it is the end, or an error.
    pub(super) fn nothing_received(&mut self, port: &Arc<Port>, result: Result<(), Errno>) -> Step {
        match result {
            Ok(()) => self.receive_closed(port),
            Err(Errno::Eagain) => {
                self.clear_waiting_input();
                Step::Wait
            }
            Err(Errno::Econnreset) if !self.options.show_econnreset => self.receive_closed(port),
            Err(e) => self.receive_failed(port, e),
        }
    }

    /// Looks for a packet in what there is.
    pub(super) fn first_packet(&mut self) -> Packet {
        let Some(input) = &mut self.tcp.input else { return Packet::Invalid };
        let (kind, _) = deliver::kind(self.options.packet);
        let limits = Limits {
            packet_size: self.options.packet_size,
            line_length: u32::try_from(input.size).unwrap_or(u32::MAX),
            delimiter: self.options.delimiter,
        };
        let filled = input.end - input.start;
        match packet::length(kind, input.filled(), limits, self.tcp.in_headers) {
            Length::Known(len) if len > 0 && len <= filled => Packet::Whole(len),
            Length::Known(len) if len > 0 => {
                input.expand(len);
                Packet::Lacks(len - filled, true)
            }
            Length::Unknown | Length::Known(_) => {
                let room = input.size.saturating_sub(input.end);
                let most = self.options.packet_size as usize;
                if room > 0 {
                    Packet::Lacks(room, false)
                } else if input.start > 0 {
                    Packet::Lacks(input.start, false)
                } else if most > input.end {
                    input.expand(most);
                    Packet::Lacks(most, false)
                } else {
                    Packet::Invalid
                }
            }
            Length::Invalid => Packet::Invalid,
        }
    }

    /// `unrecv`: bytes in front of what there is.
    pub(super) fn push_back(&mut self, data: &[u8]) {
        let behind = self.tcp.input.take();
        let filled = behind.as_ref().map_or(&[][..], Input::filled);
        let bytes = [data, filled].concat();
        let size = behind.as_ref().map_or(0, |b| b.size) + data.len();
        self.tcp.input = Some(Input { size, start: 0, end: bytes.len(), bytes });
        self.tcp.remain = 0;
    }

    pub fn clear_input(&mut self) {
        if let Some(input) = self.tcp.input.take() {
            buffers::give(input.bytes);
        }
        self.tcp.remain = 0;
    }

    /// Who waits long needs no buffer, but what it waits for is still known.
    fn clear_waiting_input(&mut self) {
        if let Some(input) = &mut self.tcp.input
            && input.start == input.end
        {
            (input.start, input.end) = (0, 0);
            buffers::give(core::mem::take(&mut input.bytes));
        }
    }
}
