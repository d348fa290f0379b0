//! The thread that waits for descriptors and for the ends of programs.

use joist_vm::platform::{Channel, Event, Socket};
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use std::collections::HashMap;
use std::io::Result;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};

/// Which of a channel's descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Input,
    Output,
}

/// What an event's number holds beside the channel's, in two bits.
const INPUT: u64 = 0;
const OUTPUT: u64 = 1;
const PROGRAM: u64 = 2;
const SOCKET: u64 = 3;

/// Programs that run, with what tells their end, by channel.
type Programs = Mutex<HashMap<u64, (Child, OwnedFd)>>;

#[derive(Debug)]
pub struct Poller {
    epoll: Arc<OwnedFd>,
    programs: Arc<Programs>,
}

impl Side {
    fn data(self, channel: u64) -> EventData {
        EventData::new_u64(channel << 2 | if self == Side::Input { INPUT } else { OUTPUT })
    }

    fn flags(self) -> EventFlags {
        (if self == Side::Input { EventFlags::IN } else { EventFlags::OUT }) | EventFlags::ONESHOT
    }
}

impl Poller {
    pub fn start() -> Result<Poller> {
        let epoll = Arc::new(epoll::create(CreateFlags::CLOEXEC)?);
        let programs = Arc::new(Programs::default());
        let of_thread = (epoll.clone(), programs.clone());
        std::thread::Builder::new().name("poll".into()).spawn(move || run(&of_thread.0, &of_thread.1))?;
        Ok(Poller { epoll, programs })
    }

    /// Enters a descriptor, of which nothing is wanted yet; false if it is one that is always ready.
    pub fn add(&self, fd: &OwnedFd, channel: u64, side: Side) -> Result<bool> {
        match epoll::add(&self.epoll, fd, side.data(channel), EventFlags::ONESHOT) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::PERM) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// Has one event come when the descriptor is ready.
    pub fn wait(&self, fd: &OwnedFd, channel: u64, side: Side) -> Result<()> {
        Ok(epoll::modify(&self.epoll, fd, side.data(channel), side.flags())?)
    }

    /// Enters a socket: each change of what it can do is told.
    pub fn add_socket(&self, fd: &OwnedFd, socket: u64) -> Result<()> {
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        Ok(epoll::add(&self.epoll, fd, EventData::new_u64(socket << 2 | SOCKET), flags)?)
    }

    pub fn remove(&self, fd: &OwnedFd) {
        // It was entered; one that is closed otherwise is out already.
        let _ = epoll::delete(&self.epoll, fd);
    }

    /// Takes a program over, to wait for its end.
    pub fn own(&self, channel: u64, child: Child) -> Result<()> {
        let end = rustix::process::Pid::from_child(&child);
        let end = rustix::process::pidfd_open(end, rustix::process::PidfdFlags::empty())?;
        self.programs.lock().unwrap_or_else(PoisonError::into_inner).insert(channel, (child, end));
        Ok(())
    }

    /// Has an event come at the end of the program.
    pub fn watch(&self, channel: u64) {
        let programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, end)) = programs.get(&channel) {
            // It was not entered before, and is open.
            let _ = epoll::add(&self.epoll, end, EventData::new_u64(channel << 2 | PROGRAM), EventFlags::IN);
        }
    }
}

fn run(epoll: &OwnedFd, programs: &Programs) {
    let mut events = Vec::with_capacity(256);
    loop {
        events.clear();
        match epoll::wait(epoll, rustix::buffer::spare_capacity(&mut events), None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            // The descriptor is ours: no other error is left.
            Err(_) => return,
        }
        for event in &events {
            let number = event.data.u64();
            let channel = Channel(number >> 2);
            match number & 3 {
                INPUT => super::super::signals::notify(Event::Readable(channel)),
                OUTPUT => super::super::signals::notify(Event::Writable(channel)),
                SOCKET => {
                    let ended = EventFlags::ERR | EventFlags::HUP;
                    let flags = event.flags;
                    let input = flags.intersects(EventFlags::IN | EventFlags::RDHUP | ended);
                    let output = flags.intersects(EventFlags::OUT | ended);
                    if let Some(hosted) = super::super::signals::node() {
                        super::super::sockets::changed(hosted, Socket(number >> 2), input, output);
                    }
                }
                _ => {
                    if let Some(status) = reap(programs, channel.0) {
                        super::super::signals::notify(Event::Exited(channel, status));
                    }
                }
            }
        }
    }
}

/// The status of a program that has ended.
fn reap(programs: &Programs, channel: u64) -> Option<i32> {
    let mut programs = programs.lock().unwrap_or_else(PoisonError::into_inner);
    let status = programs.get_mut(&channel)?.0.try_wait().ok()??;
    programs.remove(&channel);
    Some(number(status))
}

/// As a shell shows it.
fn number(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}
