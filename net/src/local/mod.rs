//! Local sockets, which connect programs of the same machine: streams, packets in order, datagrams; by names in the file
//! system, or beside it (with a zero byte in front). Read beside it: `unix(7)`. **Not there:** descriptors as control
//! messages, and urgent data: both are `EOPNOTSUPP`.

mod connection;
mod credentials;
mod data;
mod datagram;
mod posix;

use crate::options::Options;
use crate::table::Map;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use joist_vm::platform::{Errno, Event, Socket, Style};

/// The file system, as far as names of sockets are in it.
pub trait Names {
    /// Makes a file that stands for a socket; without one, only says whether it could be made.
    /// # Errors
    /// [`Errno::Eaddrinuse`] if something is there; as `open(2)`.
    fn enter(&self, path: &[u8], socket: Option<u64>) -> Result<(), Errno>;
    /// The socket that a file stands for; it may be closed since.
    /// # Errors
    /// As `connect(2)`: [`Errno::Enoent`], [`Errno::Econnrefused`] if it is another file.
    fn find(&self, path: &[u8]) -> Result<u64, Errno>;
}

/// Sockets' numbers begin here: no other socket of the machine's has such a one.
const FIRST: u64 = 1 << 30;
/// So much may lie unread in a socket, and be in a datagram; as much as Linux's.
const MOST: usize = 212_992;
/// Every socket may hold so much, whatever the others hold.
const LEAST: usize = 4096;
/// So many datagrams may lie unread, and one more.
const DATAGRAMS: usize = 10;

/// What was sent with one call; in a stream, perhaps with several.
#[derive(Debug)]
struct Message {
    data: Vec<u8>,
    /// So much of it was read.
    at: usize,
    /// The name of who sent it.
    from: Vec<u8>,
    /// Does it say whose it is?
    signed: bool,
}

/// A socket that connections come to.
#[derive(Debug, Default)]
struct Listener {
    backlog: usize,
    /// Ends of connections that nobody accepted yet.
    ready: VecDeque<u64>,
    /// Sockets that connect, for which the backlog had no room.
    waiting: VecDeque<u64>,
}

#[derive(Debug, Default)]
enum Role {
    #[default]
    Fresh,
    Listener(Listener),
    /// It waits for room in a listener's backlog.
    Connecting,
    Connected,
}

#[derive(Debug)]
struct Local {
    style: Style,
    options: Options,
    /// Empty without one.
    name: Vec<u8>,
    role: Role,
    /// The other end, which may be gone; of datagrams, where they go.
    peer: u64,
    peer_name: Vec<u8>,
    inbox: VecDeque<Message>,
    /// Bytes of `inbox`.
    held: usize,
    shut_read: bool,
    shut_write: bool,
    error: Option<Errno>,
    /// Somebody couldn't read, or write, and is to be told when it can be done.
    wants_input: bool,
    wants_output: bool,
    /// Who found no room for a datagram.
    blocked: Vec<u64>,
}

impl Local {
    fn is_connected(&self) -> bool {
        matches!(self.role, Role::Connected)
    }

    fn readable(&self) -> bool {
        let waits = if let Role::Listener(listener) = &self.role { !listener.ready.is_empty() } else { false };
        waits || !self.inbox.is_empty() || self.shut_read || self.error.is_some()
    }
}

/// All local sockets of a machine.
#[derive(Debug)]
pub struct Locals {
    sockets: Map<u64, Local>,
    /// Names beside the file system.
    abstract_names: BTreeMap<Vec<u8>, u64>,
    events: VecDeque<Event>,
    next: u64,
    next_name: u32,
    /// The number of the one process that there is.
    process: u32,
    /// Bytes that all may hold, and that they do.
    memory: usize,
    held: usize,
}

impl Locals {
    /// `memory` bytes are for what was sent and not received; `seed` is what nobody can guess; `process` is
    /// whose all sockets are.
    #[must_use]
    pub fn new(memory: usize, seed: [u64; 4], process: u32) -> Locals {
        Locals {
            sockets: Map::with_hasher(ahash::RandomState::with_seeds(seed[0], seed[1], seed[2], seed[3])),
            abstract_names: BTreeMap::new(),
            events: VecDeque::new(),
            next: FIRST,
            next_name: 0,
            process,
            memory,
            held: 0,
        }
    }

    /// Is it one of these?
    #[must_use]
    pub fn is_local(socket: Socket) -> bool {
        socket.0 >= FIRST
    }

    /// What has happened to sockets.
    pub fn take_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    #[must_use]
    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    fn get(&mut self, id: u64) -> Result<&mut Local, Errno> {
        self.sockets.get_mut(&id).ok_or(Errno::Ebadf)
    }

    fn add(&mut self, style: Style) -> u64 {
        let local = Local {
            style,
            options: Options::default(),
            name: Vec::new(),
            role: Role::Fresh,
            peer: 0,
            peer_name: Vec::new(),
            inbox: VecDeque::new(),
            held: 0,
            shut_read: false,
            shut_write: false,
            error: None,
            wants_input: false,
            wants_output: false,
            blocked: Vec::new(),
        };
        self.next += 1;
        self.sockets.insert(self.next, local);
        self.next
    }

    /// Tells who waits for input, if there is some.
    fn tell_input(&mut self, id: u64) {
        if let Some(local) = self.sockets.get_mut(&id)
            && local.wants_input
            && local.readable()
        {
            local.wants_input = false;
            self.events.push_back(Event::SocketInput(Socket(id)));
        }
    }

    /// Tells who waits to write that it can try.
    fn tell_output(&mut self, id: u64) {
        if let Some(local) = self.sockets.get_mut(&id)
            && core::mem::take(&mut local.wants_output)
        {
            self.events.push_back(Event::SocketOutput(Socket(id)));
        }
    }
}
