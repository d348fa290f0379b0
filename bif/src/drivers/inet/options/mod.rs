//! The options of sockets: what the driver keeps of them. How they are set and read is in `set` and `get`.

pub mod get;
mod set;

use alloc::vec::Vec;

use super::codes::active;

/// The default of `buffer` (`INET_DEF_BUFFER`).
const BUFFER: usize = 1460;

#[derive(Debug, Clone)]
pub struct Options {
    pub binary: bool,
    /// `deliver`: as the port's data, or as terms.
    pub deliver_port: bool,
    pub header: usize,
    pub buffer: usize,
    /// `buffer` was set, so that `recbuf` leaves it alone.
    pub buffer_set: bool,
    pub active: i32,
    pub active_count: i32,
    /// As `TCP_PB_…`.
    pub packet: i32,
    pub packet_size: u32,
    pub delimiter: u8,
    pub exit_on_close: bool,
    pub high: usize,
    pub low: usize,
    /// Milliseconds.
    pub send_timeout: Option<u32>,
    pub send_timeout_close: bool,
    pub delay_send: bool,
    pub show_econnreset: bool,
    pub no_read_ahead: bool,
    /// `{linger, {true, 0}}`: what waits is given up.
    pub linger_zero: bool,
    pub read_packets: i32,
    /// Limits of a queue of commands in front of the port. There is none here: each caller waits for its own command.
    pub msgq_high: i32,
    pub msgq_low: i32,
    pub netns: Option<Vec<u8>>,
    pub debug: bool,
    /// Which control messages are wanted (`recvtos` and its like), by bits of [`RECEIVED`].
    pub control: u8,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            binary: false,
            deliver_port: false,
            header: 0,
            buffer: BUFFER,
            buffer_set: false,
            active: active::PASSIVE,
            active_count: 0,
            packet: 0,
            packet_size: 0,
            delimiter: b'\n',
            exit_on_close: true,
            high: 8 << 10,
            low: 4 << 10,
            send_timeout: None,
            send_timeout_close: false,
            delay_send: false,
            show_econnreset: false,
            no_read_ahead: false,
            linger_zero: false,
            read_packets: 5,
            msgq_high: 8 << 10,
            msgq_low: 4 << 10,
            netns: None,
            debug: false,
            control: 0,
        }
    }
}

impl Options {
    pub const fn is_active(&self) -> bool {
        self.active != active::PASSIVE
    }

    /// What an accepted socket has from the one that listens.
    pub fn inherited(&self) -> Options {
        let fresh = Options::default();
        Options {
            active: fresh.active,
            active_count: 0,
            delimiter: fresh.delimiter,
            buffer_set: false,
            delay_send: false,
            netns: None,
            debug: false,
            control: 0,
            ..self.clone()
        }
    }
}

/// Options that want control messages, each one's bit, and the control message's own option.
const RECEIVED: [(u8, u8); 3] =
    [(super::codes::opt::RECVTOS, 1), (super::codes::opt::RECVTCLASS, 2), (super::codes::opt::RECVTTL, 4)];

/// Takes an encoding apart.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8], super::Refusal> {
        let (bytes, rest) = self.0.split_at_checked(n).ok_or(super::EINVAL)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub fn byte(&mut self) -> Result<u8, super::Refusal> {
        Ok(self.bytes(1)?[0])
    }

    pub fn int(&mut self) -> Result<i32, super::Refusal> {
        let mut word = [0; 4];
        word.copy_from_slice(self.bytes(4)?);
        Ok(i32::from_be_bytes(word))
    }
}
