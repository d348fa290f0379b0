//! Sending (`tcp_sendv`, `tcp_inet_output`). What the socket doesn't take is queued; a queue beyond `high_watermark` makes
//! the port busy, and its sender wait for `low_watermark`.

use alloc::sync::Arc;

use joist_vm::atom;
use joist_vm::platform::{Errno, Shutdown, platform};
use joist_vm::port::Port;

use super::super::codes::state;
use super::super::{Inet, Timer};

impl Inet {
    pub fn send_tcp(&mut self, port: &Arc<Port>, data: &[u8]) {
        if !self.is_connected() {
            return self.send_too_late(port);
        }
        if self.tcp.pending_shutdown.is_some() {
            return self.send_failed_with(port, Errno::Epipe);
        }
        let len = (data.len() as u32).to_be_bytes();
        let header = match self.options.packet {
            1 => &len[3..],
            2 => &len[2..],
            3 => &len[..],
            _ => &[],
        };
        let all = header.len() + data.len();
        self.statistics.output(all);
        if self.tcp.sendfile.is_some() || !self.tcp.queue.is_empty() {
            self.tcp.queue.push(header);
            self.tcp.queue.push(data);
            if self.tcp.queue.len() < self.options.high {
                return self.reply(port, Ok(()));
            }
            return self.make_busy(port);
        }
        let mut sent = 0;
        if self.ignored {
            self.writing = true;
        } else if self.options.delay_send && all > 0 {
            self.tcp.delay_timer = Some(self.start_timer(port, 0));
        } else if all > 0 {
            let Some(socket) = self.socket else { return self.send_too_late(port) };
            sent = match platform().socket_send(socket, &[header, data], None, &[], 0) {
                Ok(n) => n.min(all),
                Err(Errno::Eagain | Errno::Eintr) => 0,
                Err(e) => return self.send_failed(port, e),
            };
            self.writing |= sent < all;
        }
        if sent < all {
            self.tcp.queue.push(header.get(sent..).unwrap_or_default());
            self.tcp.queue.push(&data[sent.saturating_sub(header.len())..]);
        }
        self.reply(port, Ok(()));
    }

    /// The sender is answered when the queue is short again, or when it has waited too long.
    fn make_busy(&mut self, port: &Arc<Port>) {
        if self.options.send_timeout == Some(0) {
            return self.reply(port, Err(atom::TIMEOUT));
        }
        self.state |= state::BUSY;
        self.tcp.busy_caller = self.caller.take();
        port.set_busy(true);
        if let Some(ms) = self.options.send_timeout {
            Timer::stop(&mut self.tcp.send_timer);
            self.tcp.send_timer = Some(self.start_timer(port, ms.into()));
        }
    }

    /// The port is no longer busy; the sender is the caller again. False if it was not.
    pub(super) fn end_busy(&mut self, port: &Port) -> bool {
        let was = self.is(state::BUSY);
        if was {
            self.caller = self.tcp.busy_caller.take();
            Timer::stop(&mut self.tcp.send_timer);
            self.state &= !state::BUSY;
            port.set_busy(false);
        }
        was
    }

    /// The queue stays, and so may be full for whoever sends next: it is not kept waiting without a limit.
    pub(super) fn send_timed_out(&mut self, port: &Arc<Port>) {
        self.end_busy(port);
        self.reply(port, Err(atom::TIMEOUT));
        if self.options.send_timeout_close {
            if joist_vm::release::at_least(27) && self.options.is_active() {
                self.tell_closed(port);
                if self.options.exit_on_close {
                    self.reading = false;
                    return port.exit(atom::NORMAL);
                }
            }
            self.close(port);
        }
    }

    /// Writes what is queued.
    pub(super) fn write_queue(&mut self, port: &Arc<Port>) {
        if !self.is_connected() || self.ignored {
            return;
        }
        if self.tcp.sendfile.is_some() {
            return self.go_on_with_file(port);
        }
        while !self.tcp.queue.is_empty() {
            let Some(socket) = self.socket else { return };
            let (sent, all) = {
                let pieces = self.tcp.queue.front(usize::MAX);
                let all: usize = pieces.iter().map(|p| p.len()).sum();
                (platform().socket_send(socket, &pieces, None, &[], 0), all)
            };
            match sent {
                Ok(n) => {
                    self.tcp.queue.pop(n);
                    if self.tcp.queue.len() <= self.options.low {
                        self.queue_is_short(port);
                    }
                    if n < all {
                        self.writing = true;
                        return;
                    }
                }
                Err(Errno::Eagain | Errno::Eintr) => {
                    self.writing = true;
                    return;
                }
                Err(e) => return self.send_failed(port, e),
            }
        }
        self.writing = false;
        self.tell_subscribers(port);
        self.shut_down_now(port);
    }

    /// The sender that waits, if one does, is answered.
    pub(super) fn queue_is_short(&mut self, port: &Port) {
        if self.end_busy(port) {
            self.reply(port, Ok(()));
        }
    }

    /// What had to wait for the queue.
    pub(super) fn shut_down_now(&mut self, port: &Arc<Port>) {
        let (Some(how), Some(socket)) = (self.tcp.pending_shutdown, self.socket) else { return };
        let how = if how == Shutdown::Write { Shutdown::Write } else { Shutdown::Both };
        match platform().socket_shutdown(socket, how) {
            Ok(()) => self.tcp.shutdown_wr_done = true,
            Err(e) => self.send_failed_with(port, e),
        }
    }

    pub fn clear_output(&mut self, port: &Port) {
        self.tcp.queue.clear();
        self.tell_subscribers(port);
    }
}
