//! A socket as `prim_socket` has it: the platform's, and around it owner, requestors and counters (`ESockDescriptor` in
//! `prim_socket_nif.c`). It lives in a magic reference.

use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::any::Any;
use core::sync::atomic::{AtomicU64, Ordering};

use joist_vm::event::on_event;
use joist_vm::heap::{self, OwnedTerm};
use joist_vm::platform::{Event, Family, Socket, Style, platform};
use joist_vm::process::{Bail, Message, OnExit, Process, Signal, deliver, make_reference};
use joist_vm::sync::Mutex;
use joist_vm::term::{Alloc, Pid, Reference, Term, build};

use crate::hearers::Hearers;

use super::answers::named;
use super::connect::invalid_state;
use super::queue::{Queue, Requestor, Turn};
use super::registry;

/// A read gives at most so much, unless the caller or `{otp, rcvbuf}` says otherwise.
pub(super) const READ_BUFFER: usize = 8192;
/// Room for control messages.
pub(super) const CONTROL_BUFFER: usize = 1024;

/// What has been counted; `socket:info/1` tells.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub bytes: u64,
    pub fails: u64,
    pub packets: u64,
    pub largest: u64,
    pub tries: u64,
    pub waits: u64,
    /// Of the packet under way.
    pub packet: u64,
}

impl Counters {
    /// A packet is complete, with so many bytes more.
    pub fn complete(&mut self, bytes: usize) {
        self.packets += 1;
        self.part(bytes);
        self.largest = self.largest.max(core::mem::take(&mut self.packet));
    }

    /// A part of a packet.
    pub fn part(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        self.packet += bytes as u64;
    }
}

/// How a read buffer is used: a stream is read up to `most` times in a row without a length, each time `size` bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadBuffer {
    pub size: usize,
    /// 0: as given, one read.
    pub most: u32,
    pub reads: u32,
}

/// What changes.
pub(super) struct State {
    /// None when it is closed.
    pub handle: Option<Socket>,
    /// It is being closed: nothing else may be done with it.
    pub closing: bool,
    pub owner: Option<Pid>,
    /// Who closes it.
    pub closer: Option<Pid>,
    pub bound: bool,
    pub listening: bool,
    pub connected: bool,
    pub readers: Queue,
    pub writers: Queue,
    pub acceptors: Queue,
    pub connector: Queue,
    pub read: Counters,
    pub written: Counters,
    pub accepted: Counters,
    pub buffer: ReadBuffer,
    pub read_control: usize,
    pub write_control: usize,
    pub select_read: bool,
    pub meta: OwnedTerm,
    pub debug: bool,
    pub wrap_messages: bool,
    pub registered: bool,
    /// The descriptor that it was made of, and whether it is a copy.
    pub origin: Option<(u32, bool)>,
    /// A file is being sent.
    pub file: Option<super::sendfile::Sending>,
    /// Processes that tell when they exit.
    watched: Vec<Pid>,
}

impl State {
    /// The platform's socket, while anything may be done with it.
    pub fn open(&self) -> Option<Socket> {
        self.handle.filter(|_| !self.closing)
    }
}

/// A socket.
pub(super) struct Esock {
    pub family: Family,
    pub style: Style,
    pub protocol: i32,
    pub reference: Reference,
    id: u64,
    pub state: Mutex<State>,
}

/// All that have a handle.
static SOCKETS: Hearers<Weak<Esock>> = Hearers::new();

/// Keys of dependants of a process ([`OnExit::key`]) that are sockets.
const KEYS: u64 = u64::from_be_bytes(*b"sock\0\0\0\0");

impl Esock {
    /// A socket that the calling process owns, from one of the platform's.
    pub fn new(p: &mut Process, handle: Socket, (family, style, protocol): (Family, Style, i32)) -> Arc<Esock> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let state = State {
            handle: Some(handle),
            closing: false,
            owner: Some(p.pid()),
            closer: None,
            bound: false,
            listening: false,
            connected: false,
            readers: Queue::default(),
            writers: Queue::of_output(),
            acceptors: Queue::default(),
            connector: Queue::of_output(),
            read: Counters::default(),
            written: Counters::default(),
            accepted: Counters::default(),
            buffer: ReadBuffer { size: READ_BUFFER, most: 0, reads: 0 },
            read_control: CONTROL_BUFFER,
            write_control: CONTROL_BUFFER,
            select_read: false,
            meta: OwnedTerm::new(named("undefined")),
            debug: false,
            wrap_messages: false,
            registered: registry::is_used(),
            origin: None,
            file: None,
            watched: Vec::new(),
        };
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let esock =
            Arc::new(Esock { family, style, protocol, reference: make_reference(), id, state: Mutex::new(state) });
        SOCKETS.add(handle, Arc::downgrade(&esock));
        esock.watch(p, &mut esock.state.lock());
        esock
    }

    /// The reference that the Erlang side knows it by.
    pub fn term<A: Alloc + ?Sized>(self: &Arc<Self>, a: &mut A) -> Term {
        let magic: Arc<dyn Any + Send + Sync> = self.clone();
        build::magic_reference(a, self.reference, magic)
    }

    /// `{'$socket', Reference}`
    pub fn socket_term<A: Alloc + ?Sized>(self: &Arc<Self>, a: &mut A) -> Term {
        let reference = self.term(a);
        build::tuple(a, &[named("$socket"), reference])
    }

    /// Tells a process `{'$socket', Socket, Tag, Value}`.
    pub fn tell(self: &Arc<Self>, to: Pid, tag: &str, value: impl FnOnce(&mut heap::Fragments) -> Term) {
        let message = Message::from_system(|h| {
            let socket = self.socket_term(h);
            let value = value(h);
            build::tuple(h, &[named("$socket"), socket, named(tag), value])
        });
        deliver(to, Signal::Message(message));
    }

    /// Its operation can be tried again.
    pub fn tell_ready(self: &Arc<Self>, r: &Requestor) {
        self.tell(r.pid, "select", |h| heap::copy(h, r.reference.get()));
    }

    /// Its operation is given up.
    pub fn tell_aborted(self: &Arc<Self>, r: &Requestor, reason: Term) {
        self.tell(r.pid, "abort", |h| {
            let reference = heap::copy(h, r.reference.get());
            let reason = heap::copy(h, reason);
            build::tuple(h, &[reference, reason])
        });
    }

    /// An answer if another process has the turn; this one waits until it gets it.
    pub fn wait_for_turn(
        self: &Arc<Self>,
        p: &mut Process,
        state: &mut State,
        queue: fn(&mut State) -> &mut Queue,
        reference: Term,
    ) -> Result<Option<Term>, Bail> {
        match queue(state).turn(p.pid()) {
            Turn::Yes => Ok(None),
            Turn::Queued => Err(invalid_state(p)),
            Turn::Behind => {
                queue(state).enqueue(p.pid(), reference);
                self.watch(p, state);
                Ok(Some(named("select")))
            }
        }
    }

    /// The next of a queue has its turn, if somebody had it.
    pub fn turn_over(self: &Arc<Self>, handle: Option<Socket>, queue: &mut Queue) {
        if queue.current.is_some() {
            queue.next();
            self.select(handle, queue);
        }
    }

    /// Whoever has the turn is told when something can be done: now, if it can be done now.
    pub fn select(self: &Arc<Self>, handle: Option<Socket>, queue: &mut Queue) {
        if queue.selected
            && handle.is_none_or(|h| platform().socket_ready(h, queue.output))
            && let Some(requestor) = queue.ready()
        {
            self.tell_ready(requestor);
        }
    }

    /// All of a queue are told why they need not wait any longer.
    pub fn give_up(self: &Arc<Self>, queue: &mut Queue, reason: Term) {
        for requestor in queue.abort() {
            self.tell_aborted(&requestor, reason);
        }
    }

    /// The calling process tells this socket when it exits.
    pub fn watch(self: &Arc<Self>, p: &mut Process, state: &mut State) {
        if !state.watched.contains(&p.pid()) {
            state.watched.push(p.pid());
            p.add_on_exit(Box::new(self.watcher()));
        }
    }

    /// As [`Esock::watch`] for another process; false if it isn't there.
    pub fn watch_other(self: &Arc<Self>, pid: Pid, state: &mut State) -> bool {
        if state.watched.contains(&pid) {
            return true;
        }
        let watcher = self.watcher();
        let sent =
            deliver(pid, Signal::Call(Box::new(move |q: &mut Process| q.add_on_exit(Box::new(watcher))))).is_none();
        if sent {
            state.watched.push(pid);
        }
        sent
    }

    fn watcher(self: &Arc<Self>) -> Watcher {
        Watcher { esock: Arc::downgrade(self), key: KEYS | self.id }
    }

    /// Everybody who waits is told that it is closed, and nobody is watched any more.
    pub fn stop(self: &Arc<Self>, state: &mut State) {
        state.closing = true;
        for queue in [&mut state.readers, &mut state.writers, &mut state.acceptors, &mut state.connector] {
            self.give_up(queue, named("closed"));
        }
    }

    /// Gives the platform's socket back.
    pub fn release(self: &Arc<Self>, state: &mut State, p: Option<&mut Process>) {
        let Some(handle) = state.handle.take() else { return };
        forget(handle, &raw const **self);
        state.file = None;
        if state.origin.is_none_or(|(_, copied)| copied) {
            platform().socket_close(handle);
        }
        if core::mem::take(&mut state.registered) {
            registry::tell(self, "del");
        }
        let (key, mut p) = (KEYS | self.id, p);
        for pid in core::mem::take(&mut state.watched) {
            match &mut p {
                Some(p) if p.pid() == pid => drop(p.remove_on_exit(key)),
                _ => drop(deliver(pid, Signal::Call(Box::new(move |q: &mut Process| drop(q.remove_on_exit(key)))))),
            }
        }
    }

    /// A process that had to do with it has exited (`esock_down`).
    fn exited(self: &Arc<Self>, p: &mut Process) {
        let pid = p.pid();
        let mut state = self.state.lock();
        state.watched.retain(|w| *w != pid);
        if state.owner == Some(pid) || state.closer == Some(pid) {
            state.owner = state.owner.filter(|owner| *owner != pid);
            self.stop(&mut state);
            return self.release(&mut state, Some(p));
        }
        let s = &mut *state;
        for queue in [&mut s.readers, &mut s.writers, &mut s.acceptors, &mut s.connector] {
            if queue.forget(pid) {
                self.turn_over(s.handle, queue);
            }
        }
    }
}

impl Drop for Esock {
    /// Nobody knows it any more.
    fn drop(&mut self) {
        let own = &raw const *self;
        let state = self.state.get_mut();
        if let Some(handle) = state.handle.take() {
            forget(handle, own);
            if state.origin.is_none_or(|(_, copied)| copied) {
                platform().socket_close(handle);
            }
        }
    }
}

fn forget(handle: Socket, esock: *const Esock) {
    SOCKETS.remove(handle, |e| core::ptr::eq(e.as_ptr(), esock));
}

struct Watcher {
    esock: Weak<Esock>,
    key: u64,
}

impl OnExit for Watcher {
    fn exited(self: Box<Self>, process: &mut Process, _: Term) {
        if let Some(esock) = self.esock.upgrade() {
            esock.exited(process);
        }
    }

    fn key(&self) -> u64 {
        self.key
    }
}

/// The socket of a reference.
pub(super) fn get(p: &mut Process, t: Term) -> Result<Arc<Esock>, Bail> {
    let magic = t.as_magic().ok_or_else(|| p.badarg())?;
    Arc::clone(magic).downcast::<Esock>().map_err(|_| p.badarg())
}

/// How many sockets there are, of those that the question is true for.
pub(super) fn count(is_wanted: impl Fn(&Esock) -> bool) -> usize {
    SOCKETS.all().iter().filter_map(Weak::upgrade).filter(|e| is_wanted(e)).count()
}

pub(crate) fn init() {
    on_event(Box::new(|event| {
        let (Event::SocketInput(handle) | Event::SocketOutput(handle)) = event else { return };
        SOCKETS.tell(handle, |esock| {
            let Some(esock) = esock.upgrade() else { return };
            let mut state = esock.state.lock();
            let s = &mut *state;
            let queues = match event {
                Event::SocketInput(_) => [&mut s.readers, &mut s.acceptors],
                _ => [&mut s.writers, &mut s.connector],
            };
            for queue in queues {
                if let Some(requestor) = queue.ready() {
                    esock.tell_ready(requestor);
                }
            }
            drop(state);
        });
    }));
}
