//! Channels of a Linux process: pipes to programs, descriptors, devices. All are read and written without waiting; a
//! thread waits for them instead ([`poll`]).

pub mod child;
pub(super) mod poll;
mod program;

use super::{Hosted, host_path};
use joist_vm::platform::{Channel, Channels, Errno, Event, Program};
use poll::{Poller, Side};
use rustix::event::{PollFd, PollFlags, Timespec};
use std::collections::HashMap;
use std::io::{IsTerminal, Result};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The channels that are open.
#[derive(Debug, Default)]
pub struct OpenChannels {
    next: AtomicU64,
    open: Mutex<HashMap<u64, Ends>>,
    poller: OnceLock<Option<Poller>>,
}

/// A channel's descriptors.
#[derive(Debug, Clone, Default)]
struct Ends {
    input: Option<Arc<End>>,
    output: Option<Arc<End>>,
}

#[derive(Debug)]
struct End {
    fd: OwnedFd,
    /// A regular file can't be waited for: it is always ready.
    can_wait: bool,
    /// Shared with other processes, so that it can't be made non-blocking: it is asked before each call.
    blocking: bool,
}

/// A descriptor that is in blocking mode takes so much at a time: a pipe that can be written at all has room for it.
const ATOMIC: usize = 4096;

pub(super) fn errno(e: &std::io::Error) -> Errno {
    e.raw_os_error().map_or(Errno::Einval, Errno::from_number)
}

impl OpenChannels {
    pub(super) fn poller(&self) -> Result<&Poller> {
        let poller = self.poller.get_or_init(|| Poller::start().ok());
        poller.as_ref().ok_or_else(|| std::io::Error::from_raw_os_error(Errno::Emfile.number()))
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn end(&self, number: u64, side: Side, fd: OwnedFd, blocking: bool) -> Result<Arc<End>> {
        let can_wait = self.poller()?.add(&fd, number, side)?;
        Ok(Arc::new(End { fd, can_wait, blocking }))
    }

    /// Enters a channel of these descriptors.
    fn enter(&self, number: u64, input: Option<OwnedFd>, output: Option<OwnedFd>, blocking: bool) -> Result<Channel> {
        let end = |side, fd: Option<OwnedFd>| fd.map(|fd| self.end(number, side, fd, blocking)).transpose();
        let ends = Ends { input: end(Side::Input, input)?, output: end(Side::Output, output)? };
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(number, ends);
        Ok(Channel(number))
    }

    fn ends(&self, channel: Channel) -> Ends {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&channel.0).cloned().unwrap_or_default()
    }

    /// Has an event come when there is something to do.
    fn wait(&self, channel: Channel, side: Side, end: &End) {
        let waits = end.can_wait && self.poller().is_ok_and(|p| p.wait(&end.fd, channel.0, side).is_ok());
        if !waits {
            super::signals::notify(side.event(channel));
        }
    }
}

impl End {
    /// May it be used now, without waiting?
    fn is_ready(&self, flags: PollFlags) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        !self.blocking || matches!(rustix::event::poll(&mut [PollFd::new(&self.fd, flags)], Some(&now)), Ok(1))
    }
}

/// The terminal behind a descriptor, opened for us alone so that it need not block: unlike a pipe that can be written, a
/// terminal that can may still not have room for the least that is written.
fn own_terminal(fd: &OwnedFd) -> Option<OwnedFd> {
    let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
    // The controlling side of a terminal would be another terminal's.
    if !fd.is_terminal() || std::fs::read_link(&link).ok()?.ends_with("ptmx") {
        return None;
    }
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let own = std::fs::OpenOptions::new().write(true).custom_flags(flags.bits() as i32).open(link).ok()?;
    Some(own.into())
}

fn would_block(e: rustix::io::Errno) -> bool {
    e == rustix::io::Errno::AGAIN || e == rustix::io::Errno::INTR
}

impl Channels for Hosted {
    fn start_program(&self, program: &Program<'_>) -> std::result::Result<(Channel, u32), Errno> {
        program::start(&self.channels, program).map_err(|e| errno(&e))
    }

    fn watch_program(&self, channel: Channel) {
        if let Ok(poller) = self.channels.poller() {
            poller.watch(channel.0);
        }
    }

    fn open_descriptors(&self, input: Option<u32>, output: Option<u32>) -> std::result::Result<Channel, Errno> {
        let open = || {
            let input = input.map(child::descriptor).transpose()?;
            let output = output.map(child::descriptor).transpose()?;
            let own = if input.is_none() { output.as_ref().and_then(own_terminal) } else { None };
            let blocking = own.is_none();
            self.channels.enter(self.channels.number(), input, own.or(output), blocking)
        };
        open().map_err(|e| errno(&e))
    }

    fn open_device(&self, path: &[u8], read: bool, write: bool) -> std::result::Result<Channel, Errno> {
        let mut options = std::fs::OpenOptions::new();
        options.read(read).write(write).create(write).truncate(write && !read).mode(0o666);
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
        let open = || {
            let file = options.open(host_path(path))?;
            let output = if write { Some(file.try_clone()?.into()) } else { None };
            let input = if read { Some(file.into()) } else { None };
            self.channels.enter(self.channels.number(), input, output, false)
        };
        open().map_err(|e| errno(&e))
    }

    fn channel_read(&self, channel: Channel, buf: &mut [u8]) -> std::result::Result<Option<usize>, Errno> {
        let Some(end) = self.channels.ends(channel).input else { return Err(Errno::Ebadf) };
        let result =
            if end.is_ready(PollFlags::IN) { rustix::io::read(&end.fd, buf) } else { Err(rustix::io::Errno::AGAIN) };
        let got = match result {
            Ok(0) => return Ok(Some(0)),
            Ok(n) => Some(n),
            Err(e) if would_block(e) => None,
            Err(e) => return Err(Errno::from_number(e.raw_os_error())),
        };
        self.channels.wait(channel, Side::Input, &end);
        Ok(got)
    }

    fn channel_write(&self, channel: Channel, bytes: &[u8]) -> std::result::Result<usize, Errno> {
        let Some(end) = self.channels.ends(channel).output else { return Err(Errno::Ebadf) };
        let mut done = 0;
        while done < bytes.len() {
            let rest = &bytes[done..];
            let rest = if end.blocking { &rest[..rest.len().min(ATOMIC)] } else { rest };
            let result = if end.is_ready(PollFlags::OUT) {
                rustix::io::write(&end.fd, rest)
            } else {
                Err(rustix::io::Errno::AGAIN)
            };
            match result {
                Ok(n) => done += n,
                Err(rustix::io::Errno::INTR) => {}
                Err(e) if would_block(e) => {
                    self.channels.wait(channel, Side::Output, &end);
                    break;
                }
                Err(e) => return Err(Errno::from_number(e.raw_os_error())),
            }
        }
        Ok(done)
    }

    fn channel_close(&self, channel: Channel) {
        let ends = self.channels.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&channel.0);
        let Some(Ends { input, output }) = ends else { return };
        for end in [input, output].into_iter().flatten().filter(|e| e.can_wait) {
            if let Ok(poller) = self.channels.poller() {
                poller.remove(&end.fd);
            }
        }
    }
}

impl Side {
    fn event(self, channel: Channel) -> Event {
        match self {
            Side::Input => Event::Readable(channel),
            Side::Output => Event::Writable(channel),
        }
    }
}
