//! Ports: what connects Erlang to drivers. A port has an owner, links, monitors, and a driver that takes commands
//! (`io.c`). How a port ends is in `close`.

mod close;
mod lines;
mod run;

pub(crate) use close::process_exited;
pub use close::wait_until_flushed;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashMap;

use crate::atom::{self, Atom};
use crate::heap::{Fragments, OwnedTerm};
use crate::platform::Event;
use crate::process::{Message, Signal, deliver};
use crate::sched::microstate;
use crate::sync::{Mutex, RwLock};
use crate::term::{Pid, PortId, Reference, Term, build};
use crate::trace;
use lines::Lines;

/// What a driver answers to a command it doesn't have or can't do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadCommand;

/// A port's driver. All calls are made with the port's driver lock held.
pub trait Driver: Send {
    /// Output: `port_command/2`, or `Port ! {Owner, {command, Data}}`, from this process.
    /// # Errors
    /// [`BadCommand`] closes nothing; the caller raises `badarg`.
    fn command(&mut self, port: &Arc<Port>, caller: Pid, data: &[u8]) -> Result<(), BadCommand>;

    /// `port_control/3`: the answer's bytes.
    /// # Errors
    /// [`BadCommand`] makes the caller raise `badarg`.
    fn control(&mut self, port: &Arc<Port>, caller: Pid, command: u32, data: &[u8]) -> Result<Vec<u8>, BadCommand>;

    /// An event of the platform that concerns this port.
    fn event(&mut self, _port: &Arc<Port>, _event: Event) {}

    /// A timer of [`Port::start_timer`] has fired.
    fn timeout(&mut self, _port: &Arc<Port>, _number: u64) {}

    /// How many bytes of output wait. A port that is closed stays until there are none.
    fn queued(&self) -> usize {
        0
    }

    /// The port is being closed while output waits: the driver may give that up (`flush` of `ErlDrvEntry`).
    fn closing(&mut self, _port: &Port) {}

    /// The node is to end once all output is written.
    fn halting(&mut self, _port: &Port) {}

    /// The port is closed: give back what the driver holds.
    fn stop(&mut self, _port: &Port) {}

    /// `port_info(Port, os_pid)`.
    fn os_pid(&self) -> Option<u32> {
        None
    }

    /// `port_info(Port, locking)`: may several ports of this driver run at once?
    fn locks_port(&self) -> bool {
        true
    }

    /// Does it take commands while it is busy (the option `force`)?
    fn takes_force(&self) -> bool {
        false
    }
}

/// How a port was opened.
#[derive(Debug, Default, Clone)]
pub struct Settings {
    /// Deliver data as binaries, not lists.
    pub binary: bool,
    /// The end of input is a message, not the port's end.
    pub eof: bool,
    /// Deliver lines of at most so many bytes.
    pub line: Option<usize>,
    /// `port_control/3` answers binaries, not lists.
    pub binary_control: bool,
    /// `port_info(Port, parallelism)`.
    pub parallelism: bool,
}

/// What may change about a port.
#[derive(Debug)]
pub struct PortState {
    pub owner: Pid,
    pub links: BTreeSet<Pid>,
    pub monitored_by: BTreeMap<[u32; 3], Pid>,
    pub data: OwnedTerm,
    pub name: Option<Atom>,
    pub closed: bool,
    /// Gone for good: the driver has been stopped.
    terminated: bool,
    /// Who closed the port by a message is told when it is.
    answer_closed: bool,
    pub input: u64,
    pub output: u64,
    /// The driver can't take more now.
    busy: bool,
    /// Who waits until it can.
    waiting: Vec<Pid>,
}

/// Why a driver wants its port closed.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// The input has ended.
    Eof,
    /// An error.
    Reason(Atom),
}

/// A port.
pub struct Port {
    pub id: PortId,
    /// The name that `port_info(Port, name)` tells.
    pub command: Vec<u8>,
    pub settings: Settings,
    pub state: Mutex<PortState>,
    /// What is traced about it.
    pub traced: trace::Traced,
    lines: Mutex<Option<Lines>>,
    driver: Mutex<Box<dyn Driver>>,
    /// Trace messages for which the driver has had no time yet.
    traces: Mutex<Vec<Vec<u8>>>,
    /// Why the driver wants the port closed, until its call is over.
    failure: Mutex<Option<Failure>>,
}

impl core::fmt::Debug for Port {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Port({})", self.id.0)
    }
}

static PORTS: RwLock<Option<HashMap<u64, Arc<Port>, ahash::RandomState>>> = RwLock::new(None);

/// Opens a port for this driver, linked to its owner (who notes the link itself).
pub fn open(owner: Pid, command: &[u8], settings: Settings, driver: Box<dyn Driver>) -> Arc<Port> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = PortId(NEXT.fetch_add(1, Ordering::Relaxed));
    let lines = settings.line.map(Lines::new);
    let port = Arc::new(Port {
        id,
        command: command.to_vec(),
        settings,
        state: Mutex::new(PortState {
            owner,
            links: BTreeSet::from([owner]),
            monitored_by: BTreeMap::new(),
            data: OwnedTerm::new(Term::atom(atom::UNDEFINED)),
            name: None,
            closed: false,
            terminated: false,
            answer_closed: false,
            input: 0,
            output: 0,
            busy: false,
            waiting: Vec::new(),
        }),
        traced: trace::Traced::new(),
        lines: Mutex::new(lines),
        driver: Mutex::new(driver),
        traces: Mutex::new(Vec::new()),
        failure: Mutex::new(None),
    });
    let mut ports = PORTS.write();
    ports
        .get_or_insert_with(|| HashMap::with_hasher(ahash::RandomState::with_seeds(2, 4, 6, 8)))
        .insert(id.0, port.clone());
    drop(ports);
    trace::ports::opened(&port, owner, command);
    for tag in [atom::IN, atom::OUT] {
        trace::ports::runs(&port, tag, Term::atom(atom::OPEN));
    }
    trace::ports::life(&port, atom::GETTING_LINKED, Term::pid(owner));
    port
}

/// The port with this identifier, while it is open.
#[must_use]
pub fn lookup(id: PortId) -> Option<Arc<Port>> {
    PORTS.read().as_ref()?.get(&id.0).cloned()
}

/// How many ports are open.
#[must_use]
pub fn count() -> usize {
    PORTS.read().as_ref().map_or(0, HashMap::len)
}

/// All open ports, oldest first.
#[must_use]
pub fn all() -> Vec<PortId> {
    let mut ids: Vec<PortId> = PORTS.read().iter().flatten().map(|(id, _)| PortId(*id)).collect();
    ids.sort_unstable();
    ids
}

/// As [`open`], for a driver that makes a port for a process by itself (`driver_create_port`). None: the process is gone,
/// and the driver has been stopped.
pub fn open_for(owner: Pid, command: &[u8], settings: Settings, driver: Box<dyn Driver>) -> Option<Arc<Port>> {
    let port = open(owner, command, settings, driver);
    let id = port.id;
    let note = move |p: &mut crate::process::Process| {
        p.links.ports.insert(id);
    };
    if deliver(owner, Signal::Call(Box::new(note))).is_some() {
        port.close(owner, Term::atom(atom::NORMAL));
        return None;
    }
    Some(port)
}

impl Port {
    /// Calls the driver.
    pub fn with_driver<R>(self: &Arc<Self>, f: impl FnOnce(&mut dyn Driver) -> R) -> R {
        let (result, before, queued) = {
            let mut driver = self.driver.lock();
            let before = driver.queued();
            let result = microstate::during(microstate::State::Port, || f(&mut **driver));
            (result, before, driver.queued())
        };
        if before > 0 && queued == 0 {
            close::flushed();
        }
        let failure = self.failure.lock().take();
        match failure {
            Some(failure) => self.failed(failure),
            None if queued == 0 => self.terminate_if_closed(),
            None => {}
        }
        self.give_traces();
        result
    }

    /// For drivers, inside their calls: the port is closed for this reason when the call is over.
    pub fn fail(&self, reason: Atom) {
        self.failure.lock().get_or_insert(Failure::Reason(reason));
    }

    /// For drivers, inside their calls: the port is closed when the call is over, and the owner's link with it is cut, for
    /// it has been told otherwise (`driver_exit`).
    pub fn exit(&self, reason: Atom) {
        let owner = {
            let mut s = self.state.lock();
            let owner = s.owner;
            s.links.remove(&owner).then_some(owner)
        };
        if let Some(owner) = owner {
            deliver(owner, Signal::PortUnlink { from: self.id });
        }
        self.fail(reason);
    }

    /// For drivers, inside their calls: the input has ended.
    pub fn end_of_input(&self) {
        self.failure.lock().get_or_insert(Failure::Eof);
    }

    /// Sends `{Port, Body}` to the owner.
    pub fn to_owner(&self, body: impl FnOnce(&mut Fragments) -> Term) {
        let owner = self.state.lock().owner;
        self.send_to(owner, body);
    }

    fn send_to(&self, pid: Pid, body: impl FnOnce(&mut Fragments) -> Term) {
        self.send(pid, |h| {
            let body = body(h);
            build::tuple(h, &[Term::port(self.id), body])
        });
    }

    /// Sends a message that the driver makes (`erl_drv_send_term`).
    pub fn send(&self, pid: Pid, make: impl FnOnce(&mut Fragments) -> Term) {
        let m = Message::from_system(make);
        trace::ports::sent(self, pid, m.term);
        deliver(pid, Signal::Message(m));
    }

    fn send_untraced(&self, pid: Pid, body: impl FnOnce(&mut Fragments) -> Term) {
        let message = Message::from_system(|h| {
            let body = body(h);
            build::tuple(h, &[Term::port(self.id), body])
        });
        deliver(pid, Signal::Message(message));
    }

    /// Sends `{Port, {data, Data}}` to the owner, as the port was opened: a binary or a list, in lines or as it comes.
    pub fn data_to_owner(&self, data: &[u8]) {
        {
            let mut s = self.state.lock();
            if s.closed {
                return;
            }
            s.input += data.len() as u64;
        }
        match &mut *self.lines.lock() {
            Some(lines) => lines.feed(data, &mut |line, ends| self.line_to_owner(line, ends)),
            None => self.to_owner(|h| {
                let data = self.data(h, data);
                build::tuple(h, &[Term::atom(atom::DATA), data])
            }),
        }
    }

    /// As [`Port::data_to_owner`], with bytes in front that are a list whatever the port delivers (`driver_output2`).
    pub fn headed_to_owner(&self, header: &[u8], data: Option<&[u8]>) {
        self.state.lock().input += (header.len() + data.map_or(0, <[u8]>::len)) as u64;
        self.to_owner(|h| {
            let tail = data.map_or(Term::NIL, |d| self.data(h, d));
            let list = build::list_of_ints(h, header.iter().map(|b| u32::from(*b)), tail);
            build::tuple(h, &[Term::atom(atom::DATA), list])
        });
    }

    /// Links a process to the port; false if the port is closed.
    pub fn link(&self, pid: Pid) -> bool {
        let mut s = self.state.lock();
        if !s.closed {
            s.links.insert(pid);
        }
        !s.closed
    }

    /// A process monitors the port; false if the port is closed.
    pub fn monitor(&self, reference: Reference, pid: Pid) -> bool {
        let mut s = self.state.lock();
        if !s.closed {
            s.monitored_by.insert(reference.numbers, pid);
        }
        !s.closed
    }

    fn line_to_owner(&self, line: &[u8], ends: bool) {
        self.to_owner(|h| {
            let line = self.data(h, line);
            let line = build::tuple(h, &[Term::atom(if ends { atom::EOL } else { atom::NOEOL }), line]);
            build::tuple(h, &[Term::atom(atom::DATA), line])
        });
    }

    fn data(&self, h: &mut Fragments, bytes: &[u8]) -> Term {
        if self.settings.binary { build::binary(h, bytes) } else { build::string(h, bytes) }
    }

    /// For drivers: the port can't take more commands now, or can again.
    pub fn set_busy(&self, busy: bool) {
        let waiting = {
            let mut s = self.state.lock();
            s.busy = busy && !s.closed;
            if s.busy { Vec::new() } else { core::mem::take(&mut s.waiting) }
        };
        wake(waiting);
    }

    /// Is the port busy?
    pub fn is_busy(&self) -> bool {
        self.state.lock().busy
    }

    /// Who waits until it takes commands again.
    pub fn waiting(&self) -> Vec<Pid> {
        self.state.lock().waiting.clone()
    }

    /// For a dump, which can't wait for the driver: its program's number, and how many bytes of output wait.
    pub fn driver_facts(&self) -> (Option<u32>, usize) {
        self.driver.try_lock().map_or((None, 0), |driver| (driver.os_pid(), driver.queued()))
    }

    /// While the port is busy: the process is to wait, and is woken when it may try again.
    pub fn wait_while_busy(&self, pid: Pid) -> bool {
        let mut s = self.state.lock();
        let new = s.busy && !s.waiting.contains(&pid);
        if new {
            s.waiting.push(pid);
        }
        let busy = s.busy;
        drop(s);
        if new {
            trace::monitor::busy_port(pid, self.id);
        }
        busy
    }
}

/// Has processes look again.
fn wake(waiting: Vec<Pid>) {
    for pid in waiting {
        deliver(pid, Signal::Call(Box::new(|_| ())));
    }
}

/// A process no longer monitors a port.
pub fn demonitor(id: PortId, reference: Reference) {
    if let Some(port) = lookup(id) {
        port.state.lock().monitored_by.remove(&reference.numbers);
    }
}
