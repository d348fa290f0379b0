//! What is TCP's own (`tcp_descriptor`, `tcp_inet_ctl`).

mod accept;
mod connect;
mod deliver;
mod direct;
mod ends;
mod input;
mod output;
mod sendfile;

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::{Errno, Shutdown, platform};
use joist_vm::port::Port;
use joist_vm::term::Pid;

use super::codes::{request, state};
use super::messages::Caller;
use super::queue::Queue;
use super::{Answer, EINVAL, Inet, Refusal, Timer};
use accept::Accept;
use input::Input;
use sendfile::SendFile;

/// The longest packet that may be asked for.
const TCP_MAX_PACKET_SIZE: usize = 64 << 20;

#[derive(Default)]
pub struct State {
    pub queue: Queue,
    input: Option<Input>,
    /// So many bytes are missing from the packet; 0: nobody knows.
    remain: usize,
    /// The packets are headers of HTTP now.
    in_headers: bool,
    accepts: VecDeque<Accept>,
    /// Who made the port busy, and waits.
    busy_caller: Option<Caller>,
    send_timer: Option<Timer>,
    delay_timer: Option<Timer>,
    pub sendfile: Option<SendFile>,
    close_sent: bool,
    /// What the next request is told, once.
    delayed_close_recv: bool,
    delayed_close_send: bool,
    pub delayed_econnreset: bool,
    /// What is to be shut down when the queue is written.
    pending_shutdown: Option<Shutdown>,
    shutdown_wr_done: bool,
}

fn closed() -> Atom {
    atom::CLOSED
}

/// Milliseconds; none is forever.
fn timeout(data: &[u8]) -> Result<(Option<u32>, &[u8]), Refusal> {
    let (ms, rest) = data.split_first_chunk::<4>().ok_or(EINVAL)?;
    let ms = u32::from_be_bytes(*ms);
    Ok(((ms != u32::MAX).then_some(ms), rest))
}

impl Inet {
    pub fn control_tcp(&mut self, port: &Arc<Port>, caller: Pid, request: u32, data: &[u8]) -> Answer {
        match request {
            request::LISTEN => {
                let socket = self.open_socket()?;
                let [high, low] = data else { return Err(EINVAL) };
                platform().socket_listen(socket, u16::from_be_bytes([*high, *low]).into())?;
                self.state = state::OPEN | state::LISTEN;
                Ok(Vec::new())
            }
            request::CONNECT => self.connect(port, caller, data),
            request::ACCEPT => self.accept(port, caller, data),
            request::CLOSE => {
                self.close_check(port);
                self.close(port);
                Ok(Vec::new())
            }
            request::TCP_RECV => self.receive_request(port, caller, data),
            request::TCP_UNRECV => {
                if !self.is_connected() {
                    return Err(Errno::Enotconn.into());
                }
                self.push_back(data);
                if self.options.is_active() {
                    self.deliver_what_is_there(port);
                }
                Ok(Vec::new())
            }
            request::TCP_SHUTDOWN => self.shutdown(data),
            request::TCP_SENDFILE => self.begin_sendfile(port, caller, data),
            _ => self.control_common(port, caller, request, data),
        }
    }

    pub fn status(&mut self) -> u32 {
        self.tcp.accepts.retain(Accept::is_alive);
        let accepting = if self.tcp.accepts.is_empty() { 0 } else { state::ACCEPTING };
        self.state | accepting
    }

    /// `[Timeout:32, Length:32]`.
    fn receive_request(&mut self, port: &Arc<Port>, caller: Pid, data: &[u8]) -> Answer {
        if !self.is_connected() {
            if core::mem::take(&mut self.tcp.delayed_close_recv) {
                self.tcp.delayed_close_send = false;
                let reset = core::mem::take(&mut self.tcp.delayed_econnreset);
                return Err(if reset { Errno::Econnreset.into() } else { Refusal("closed") });
            }
            return Err(Errno::Enotconn.into());
        }
        let (timeout, length) = timeout(data)?;
        let length = u32::from_be_bytes(*length.as_array::<4>().ok_or(EINVAL)?) as usize;
        if self.options.is_active() || (self.options.packet != 0 && length != 0) {
            return Err(EINVAL);
        }
        if length > TCP_MAX_PACKET_SIZE {
            return Err(Errno::Enomem.into());
        }
        let id = self.begin(caller).ok_or(Errno::Ealready)?;
        self.reading = true;
        if !self.ignored {
            self.read_tcp_for(port, length);
        }
        if self.operation.is_some() {
            match timeout {
                Some(0) => {
                    self.reading = false;
                    self.answer_error(port, atom::TIMEOUT);
                }
                Some(ms) => self.timer = Some(self.start_timer(port, ms.into())),
                None => {}
            }
        }
        Ok(id)
    }

    fn shutdown(&mut self, data: &[u8]) -> Answer {
        if !self.is_connected() {
            return Err(Errno::Enotconn.into());
        }
        let how = match data {
            [0] => Shutdown::Read,
            [1] => Shutdown::Write,
            [2] => Shutdown::Both,
            _ => return Err(EINVAL),
        };
        if how != Shutdown::Read && !self.tcp.queue.is_empty() {
            self.tcp.pending_shutdown = Some(how);
            return Ok(Vec::new());
        }
        let result = platform().socket_shutdown(self.open_socket()?, how);
        if result.is_err() && how != Shutdown::Read {
            self.tcp.shutdown_wr_done = true;
        }
        result?;
        Ok(Vec::new())
    }

    /// The timer of a request, or of a connection, has fired.
    pub fn request_timed_out(&mut self, port: &Arc<Port>) {
        if self.is(state::CONNECTING) {
            self.close(port);
        } else {
            self.reading = false;
            self.tcp.remain = 0;
        }
        self.answer_error(port, atom::TIMEOUT);
    }

    /// Another timer has.
    pub fn timeout_tcp(&mut self, port: &Arc<Port>, number: u64) {
        if Timer::fired(&mut self.tcp.send_timer, number) {
            self.send_timed_out(port);
        } else if Timer::fired(&mut self.tcp.delay_timer, number) {
            self.write_queue(port);
        } else {
            self.accept_timed_out(port, number);
        }
    }

    pub fn stop_timers(&mut self) {
        Timer::stop(&mut self.tcp.send_timer);
        Timer::stop(&mut self.tcp.delay_timer);
    }

    pub fn output_tcp(&mut self, port: &Arc<Port>) {
        if self.is(state::CONNECTING) {
            self.connected(port);
        } else if self.is_connected() && self.writing {
            self.write_queue(port);
        }
    }

    pub fn input_tcp(&mut self, port: &Arc<Port>) {
        if self.tcp.accepts.is_empty() {
            self.read_tcp(port);
        } else {
            self.accept_waiting(port);
        }
    }
}
