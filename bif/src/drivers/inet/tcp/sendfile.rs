//! `file:sendfile/5` (`tcp_inet_sendfile`): a file's bytes go out behind what is queued already.

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::{Errno, Handle, platform};
use joist_vm::port::Port;
use joist_vm::term::{Pid, Term, build};

use super::super::{Answer, EINVAL, Inet, buffers};
use super::closed;

/// So much is read at a time.
const PIECE: usize = 64 << 10;

pub struct SendFile {
    file: Handle,
    offset: u64,
    left: u64,
    sent: u64,
    /// How much of the queue was there before, and goes first.
    before: usize,
}

impl Inet {
    /// `[Handle:32 (native), Offset:64, Length:64]`.
    pub(super) fn begin_sendfile(&mut self, port: &Arc<Port>, _: Pid, data: &[u8]) -> Answer {
        let Some((file, rest)) = data.split_first_chunk::<4>() else { return Err(EINVAL) };
        let Some((offset, rest)) = rest.split_first_chunk::<8>() else { return Err(EINVAL) };
        let length = rest.as_array::<8>().ok_or(EINVAL)?;
        if !self.is_connected() {
            return Err(Errno::Enotconn.into());
        }
        if self.tcp.sendfile.is_some() {
            return Err(EINVAL);
        }
        let file = Handle(u32::from_ne_bytes(*file).into());
        platform().handle_info(file)?;
        let (offset, left) = (u64::from_be_bytes(*offset), u64::from_be_bytes(*length));
        self.tcp.sendfile = Some(SendFile { file, offset, left, sent: 0, before: self.tcp.queue.len() });
        self.go_on_with_file(port);
        Ok(Vec::new())
    }

    pub(super) fn go_on_with_file(&mut self, port: &Arc<Port>) {
        match self.write_file() {
            Ok(true) => self.sendfile_done(port),
            Ok(false) => self.writing = true,
            Err(e) => {
                self.sendfile_failed(port, e);
                self.send_failed(port, e);
                self.tcp.sendfile = None;
            }
        }
    }

    /// Writes what the socket takes; true: that was all.
    fn write_file(&mut self) -> Result<bool, Errno> {
        let (Some(socket), Some(file)) = (self.socket, &mut self.tcp.sendfile) else { return Err(Errno::Enotconn) };
        let send = |data: &[&[u8]]| match platform().socket_send(socket, data, None, &[], 0) {
            Err(Errno::Eagain | Errno::Eintr) => Ok(0),
            result => result,
        };
        while file.before > 0 {
            let pieces = self.tcp.queue.front(file.before);
            let all: usize = pieces.iter().map(|p| p.len()).sum();
            let n = send(&pieces)?;
            self.tcp.queue.pop(n);
            file.before = file.before.saturating_sub(n);
            if n < all {
                return Ok(false);
            }
        }
        let mut buffer = buffers::take(PIECE);
        let mut write = || {
            while file.left > 0 {
                let most = usize::try_from(file.left).unwrap_or(PIECE).min(PIECE);
                let read = platform().pread(file.file, file.offset, &mut buffer[..most])?;
                if read == 0 {
                    break;
                }
                let n = send(&[&buffer[..read]])?;
                file.sent += n as u64;
                file.offset += n as u64;
                file.left -= n as u64;
                if n < read {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let result = write();
        buffers::give(buffer);
        result
    }

    fn sendfile_done(&mut self, port: &Arc<Port>) {
        let Some(file) = self.tcp.sendfile.take() else { return };
        if self.tcp.queue.len() <= self.options.low {
            self.queue_is_short(port);
        }
        let (low, high) = (file.sent & 0xffff_ffff, file.sent >> 32);
        self.tell_sendfile(port, &[Term::atom(atom::OK), Term::small(low as i64), Term::small(high as i64)]);
        // What was sent meanwhile waits, or nothing does.
        self.write_queue(port);
    }

    pub(super) fn sendfile_failed(&mut self, port: &Port, e: Errno) {
        let reason = match e {
            Errno::Econnreset | Errno::Enotconn | Errno::Epipe => closed(),
            e => Atom::new(e.name()),
        };
        self.tell_sendfile(port, &[Term::atom(atom::ERROR), Term::atom(reason)]);
    }

    fn tell_sendfile(&self, port: &Port, result: &[Term]) {
        self.tell(port, |h| {
            let result = build::tuple(h, result);
            build::tuple(h, &[Term::atom(Atom::new("sendfile")), Term::port(port.id), result])
        });
    }
}
