//! Ports: what connects Erlang to drivers. A port has an owner, links, monitors, and a driver that takes commands.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashMap;

use crate::atom::{self, Atom};
use crate::heap::OwnedTerm;
use crate::process::{Message, Signal, deliver, names};
use crate::sched::microstate;
use crate::sync::{Mutex, RwLock};
use crate::term::{Pid, PortId, Reference, Term, build};

/// What a driver answers to a command it doesn't have or can't do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadCommand;

/// A port's driver. All calls are made with the port's driver lock held.
pub trait Driver: Send {
    /// Output: `port_command/2`, or `Port ! {Owner, {command, Data}}`.
    /// # Errors
    /// [`BadCommand`] closes nothing; the caller raises `badarg`.
    fn command(&mut self, port: &Arc<Port>, data: &[u8]) -> Result<(), BadCommand>;

    /// `port_control/3`: the answer's bytes.
    /// # Errors
    /// [`BadCommand`] makes the caller raise `badarg`.
    fn control(&mut self, port: &Arc<Port>, caller: Pid, command: u32, data: &[u8]) -> Result<Vec<u8>, BadCommand>;

    /// The port is closed: give back what the driver holds.
    fn stop(&mut self) {}

    /// `port_info(Port, os_pid)`.
    fn os_pid(&self) -> Option<u32> {
        None
    }
}

/// What may change about a port.
#[derive(Debug)]
pub struct PortState {
    pub owner: Pid,
    pub links: BTreeSet<Pid>,
    pub monitored_by: BTreeMap<[u32; 3], Pid>,
    pub data: OwnedTerm,
    pub name: Option<atom::Atom>,
    pub closed: bool,
    pub input: u64,
    pub output: u64,
}

/// A port.
pub struct Port {
    pub id: PortId,
    /// The name that `port_info(Port, name)` tells.
    pub command: Vec<u8>,
    /// Deliver data as binaries, not lists.
    pub binary: bool,
    /// `port_control/3` answers binaries, not lists.
    pub binary_control: bool,
    pub state: Mutex<PortState>,
    /// What is traced about it.
    pub traced: crate::trace::Traced,
    driver: Mutex<Box<dyn Driver>>,
    /// Why the driver wants the port closed, until its call is over.
    failure: Mutex<Option<Atom>>,
}

impl core::fmt::Debug for Port {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Port({})", self.id.0)
    }
}

static PORTS: RwLock<Option<HashMap<u64, Arc<Port>, ahash::RandomState>>> = RwLock::new(None);

/// Opens a port for this driver, linked to its owner (who notes the link itself).
pub fn open(owner: Pid, command: &[u8], binary: bool, driver: Box<dyn Driver>) -> Arc<Port> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = PortId(NEXT.fetch_add(1, Ordering::Relaxed));
    let port = Arc::new(Port {
        id,
        command: command.to_vec(),
        binary,
        binary_control: false,
        state: Mutex::new(PortState {
            owner,
            links: BTreeSet::from([owner]),
            monitored_by: BTreeMap::new(),
            data: OwnedTerm::new(Term::atom(atom::UNDEFINED)),
            name: None,
            closed: false,
            input: 0,
            output: 0,
        }),
        traced: crate::trace::Traced::new(),
        driver: Mutex::new(driver),
        failure: Mutex::new(None),
    });
    let mut ports = PORTS.write();
    ports
        .get_or_insert_with(|| HashMap::with_hasher(ahash::RandomState::with_seeds(2, 4, 6, 8)))
        .insert(id.0, port.clone());
    drop(ports);
    crate::trace::events::port_opened(&port, Term::pid(owner), command);
    port
}

/// The port with this identifier, while it is open.
#[must_use]
pub fn lookup(id: PortId) -> Option<Arc<Port>> {
    PORTS.read().as_ref()?.get(&id.0).cloned()
}

/// All open ports, oldest first.
#[must_use]
pub fn all() -> Vec<PortId> {
    let mut ids: Vec<PortId> = PORTS.read().iter().flatten().map(|(id, _)| PortId(*id)).collect();
    ids.sort_unstable();
    ids
}

impl Port {
    /// Calls the driver.
    pub fn with_driver<R>(self: &Arc<Self>, f: impl FnOnce(&mut dyn Driver) -> R) -> R {
        let result = microstate::during(microstate::State::Port, || f(&mut **self.driver.lock()));
        let failure = self.failure.lock().take();
        if let Some(reason) = failure {
            self.close(Term::atom(reason));
        }
        result
    }

    /// For drivers, inside their calls: the port is closed for this reason when the call is over.
    pub fn fail(&self, reason: Atom) {
        *self.failure.lock() = Some(reason);
    }

    /// Sends `{Port, Body}` to the owner.
    pub fn to_owner(&self, body: impl FnOnce(&mut crate::heap::Fragments) -> Term) {
        let owner = self.state.lock().owner;
        let id = Term::port(self.id);
        let m = Message::build(|h| {
            let body = body(h);
            build::tuple(h, &[id, body])
        });
        deliver(owner, Signal::Message(m));
    }

    /// Sends `{Port, {data, Data}}` to the owner, as a binary or a list as the port was opened.
    pub fn data_to_owner(&self, data: &[u8]) {
        self.state.lock().input += data.len() as u64;
        let binary = self.binary;
        self.to_owner(|h| {
            let data = if binary { build::binary(h, data) } else { build::string(h, data) };
            build::tuple(h, &[Term::atom(atom::DATA), data])
        });
    }

    /// Closes the port: links and monitors hear of it. Does nothing if it is closed already.
    pub fn close(self: &Arc<Self>, reason: Term) {
        let (links, monitors, name) = {
            let mut s = self.state.lock();
            if core::mem::replace(&mut s.closed, true) {
                return;
            }
            (core::mem::take(&mut s.links), core::mem::take(&mut s.monitored_by), s.name.take())
        };
        if let Some(ports) = PORTS.write().as_mut() {
            ports.remove(&self.id.0);
        }
        if let Some(name) = name {
            names::unregister(name);
        }
        self.with_driver(|d| d.stop());
        let reason = OwnedTerm::new(reason);
        crate::trace::events::ports(self, atom::CLOSED, reason.get());
        for pid in links {
            deliver(pid, Signal::PortExit { from: self.id, reason: reason.clone() });
        }
        for (numbers, pid) in monitors {
            let reference = Reference { numbers, pid: None };
            deliver(pid, Signal::Down { reference, reason: reason.clone() });
        }
    }
}

/// A process that is linked to a port has exited: its owner's end closes it.
pub(crate) fn process_exited(id: PortId, pid: Pid, reason: &OwnedTerm) {
    let Some(port) = lookup(id) else { return };
    let owner = {
        let mut s = port.state.lock();
        s.links.remove(&pid);
        s.owner
    };
    if owner == pid || !reason.get().is(atom::NORMAL) {
        port.close(reason.get());
    }
}

/// A process no longer monitors a port.
pub fn demonitor(id: PortId, reference: Reference) {
    if let Some(port) = lookup(id) {
        port.state.lock().monitored_by.remove(&reference.numbers);
    }
}
