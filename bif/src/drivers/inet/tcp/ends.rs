//! How a connection ends: by the other side, or by an error (`tcp_recv_closed`, `tcp_recv_error`,
//! `tcp_send_or_shutdown_error`).

use alloc::sync::Arc;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::{Errno, platform};
use joist_vm::port::Port;

use super::super::{Inet, Timer};
use super::closed;
use super::input::Step;

impl Inet {
    /// A sender that waits is told; false if none does.
    fn tell_busy_sender(&mut self, port: &Port) -> bool {
        if !self.is(super::state::BUSY) {
            return false;
        }
        self.clear_output(port);
        self.end_busy(port);
        self.reply(port, Err(closed()));
        true
    }

    /// Leaves what is queued to the platform, where it takes that: it need not be lost because the other side has nothing
    /// more to say. (`inet_drv` drops it; on Linux it seldom has any.) False if something is still queued, or nothing was.
    fn leave_queue(&mut self, port: &Port) -> bool {
        let Some(socket) = self.socket.filter(|_| self.tcp.sendfile.is_none() && !self.tcp.queue.is_empty()) else {
            return false;
        };
        while !self.tcp.queue.is_empty() {
            let pieces = self.tcp.queue.front(usize::MAX);
            let len = pieces.iter().map(|p| p.len()).sum();
            if !platform().socket_keep(socket, &pieces) {
                return false;
            }
            self.tcp.queue.pop(len);
        }
        self.writing = false;
        self.tell_subscribers(port);
        true
    }

    /// The other side has closed.
    pub(super) fn receive_closed(&mut self, port: &Arc<Port>) -> Step {
        let mut told = if self.leave_queue(port) {
            self.queue_is_short(port);
            false
        } else {
            self.tell_busy_sender(port)
        };
        if self.tcp.sendfile.is_some() {
            self.sendfile_failed(port, Errno::Enotconn);
            told = true;
        }
        if !told {
            // A send that comes now is to hear that the connection is closed, not that there is none.
            self.tcp.delayed_close_send = true;
        }
        self.no_more_input(port, None);
        Step::Over
    }

    /// Receiving has failed.
    pub(super) fn receive_failed(&mut self, port: &Arc<Port>, e: Errno) -> Step {
        self.tell_busy_sender(port);
        if self.tcp.sendfile.is_some() {
            self.sendfile_failed(port, e);
        }
        self.no_more_input(port, Some(e));
        Step::Over
    }

    fn no_more_input(&mut self, port: &Arc<Port>, error: Option<Errno>) {
        self.clear_input();
        Timer::stop(&mut self.timer);
        self.reading = false;
        if self.options.is_active() {
            if let Some(e) = error {
                self.tell_error(port, e);
            }
            self.tell_closed(port);
            match error {
                _ if !self.options.exit_on_close => {}
                Some(e) => port.exit(Atom::new(e.name())),
                None => port.exit(atom::NORMAL),
            }
        } else {
            if self.options.exit_on_close {
                self.close(port);
            }
            self.answer_error(port, error.map_or(closed(), |e| Atom::new(e.name())));
        }
    }

    /// Who sends over a connection that is gone.
    pub(super) fn send_too_late(&mut self, port: &Port) {
        if !core::mem::take(&mut self.tcp.delayed_close_send) {
            self.reply_error(port, Errno::Enotconn);
        } else if self.tcp.delayed_econnreset {
            // The next one to receive is told, too.
            self.reply_error(port, Errno::Econnreset);
        } else {
            self.reply(port, Err(closed()));
        }
    }

    /// Sending has failed. The other side's reset shows as a broken pipe, unless the pipe was broken here.
    pub(super) fn send_failed(&mut self, port: &Arc<Port>, e: Errno) {
        let reset = e == Errno::Epipe && !self.tcp.shutdown_wr_done;
        self.send_failed_with(port, if reset { Errno::Econnreset } else { e });
    }

    pub(super) fn send_failed_with(&mut self, port: &Arc<Port>, e: Errno) {
        let shows = e == Errno::Econnreset && self.options.show_econnreset;
        let reason = if shows { Atom::new(e.name()) } else { closed() };
        self.end_busy(port);
        let sends_file = self.tcp.sendfile.is_some();
        if self.options.is_active() {
            if shows {
                self.tell_error(port, e);
            }
            self.tell_closed(port);
            if !sends_file {
                self.reply(port, Err(reason));
            }
            if self.options.exit_on_close {
                (self.reading, self.writing) = (false, false);
                port.exit(atom::NORMAL);
            } else {
                self.close(port);
            }
            return;
        }
        self.close_check(port);
        if self.caller.is_none() {
            self.tcp.delayed_close_send = true;
        } else if !sends_file {
            self.reply(port, Err(reason));
        }
        self.close(port);
        // The next one to receive hears of it, and not that there is no connection.
        self.tcp.delayed_close_recv = true;
        if shows {
            self.tcp.delayed_econnreset = true;
        }
    }
}
