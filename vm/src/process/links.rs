//! A process's links, monitors and aliases.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::heap::OwnedTerm;
use crate::term::{Pid, PortId, Reference, Term};

/// What a monitor watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonitorKind {
    Process(Pid),
    Port(PortId),
    /// `monitor(time_offset, clock_service)`.
    TimeOffset,
    /// Only an alias: nothing is watched.
    None,
}

/// How long the alias of a monitor lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AliasMode {
    None,
    /// Until `unalias`.
    Explicit,
    /// Until the monitor ends.
    Demonitor,
    /// Until the first message through it (or the monitor's end).
    Reply,
}

/// A monitor of this process on something else.
#[derive(Debug)]
pub struct MonitorInfo {
    pub kind: MonitorKind,
    /// What the DOWN message names as its object: the pid, or `{Name, Node}`.
    pub object: OwnedTerm,
    pub alias: AliasMode,
    /// The tag in place of `'DOWN'`.
    pub tag: Option<OwnedTerm>,
    /// Its message is a priority message; of what is an alias only: messages through it may be.
    pub priority: bool,
}

/// How often a process is suspended by another: those that it has felt, and those that it will.
#[derive(Debug, Clone, Copy, Default)]
pub struct Suspending {
    pub active: u32,
    pub outstanding: u32,
}

/// Links, monitors and aliases of a process.
#[derive(Debug, Default)]
pub struct Links {
    /// Linked processes (and ports) of this node.
    pub processes: BTreeSet<Pid>,
    pub ports: BTreeSet<PortId>,
    /// Those of them, as raw words, whose exits come as priority messages.
    priority: BTreeSet<u64>,
    /// What this process monitors, and its aliases.
    pub monitors: BTreeMap<[u32; 3], MonitorInfo>,
    /// Who monitors this process.
    pub monitored_by: BTreeMap<[u32; 3], Pid>,
    /// Whom this process has suspended.
    pub suspending: BTreeMap<Pid, Suspending>,
}

impl Links {
    /// Says whether a link's exit is to come as a priority message.
    pub fn set_priority(&mut self, other: Term, on: bool) {
        if on {
            self.priority.insert(other.raw());
        } else {
            self.priority.remove(&other.raw());
        }
    }

    /// A link is gone: would its exit have come as a priority message?
    pub fn take_priority(&mut self, other: Term) -> bool {
        self.priority.remove(&other.raw())
    }

    /// Can priority messages come at all?
    #[must_use]
    pub fn expect_priority(&self) -> bool {
        !self.priority.is_empty() || self.monitors.values().any(|m| m.priority)
    }

    /// Is signals' way through this alias open? True if priority messages' is, too.
    pub(crate) fn alias(&self, reference: Reference) -> Option<bool> {
        let m = self.monitors.get(&reference.numbers).filter(|m| m.alias != AliasMode::None)?;
        Some(m.priority && m.kind == MonitorKind::None)
    }

    /// As [`Links::alias`], for a message. Closes it when it is for one reply only.
    pub(crate) fn take_alias(&mut self, reference: Reference) -> Option<bool> {
        let open = self.alias(reference)?;
        let m = self.monitors.get_mut(&reference.numbers)?;
        match m.alias {
            AliasMode::None | AliasMode::Explicit | AliasMode::Demonitor => {}
            AliasMode::Reply => {
                let kind = m.kind;
                self.end_monitor(reference);
                if let (MonitorKind::Process(target), Some(_)) = (kind, reference.pid) {
                    super::deliver(target, super::Signal::Demonitor { reference });
                }
            }
        }
        Some(open)
    }

    /// A monitor is over, with its alias if it has one.
    pub fn end_monitor(&mut self, reference: Reference) {
        self.end_alias(reference);
        self.monitors.remove(&reference.numbers);
    }

    /// An alias is over; was there one?
    pub fn end_alias(&mut self, reference: Reference) -> bool {
        let Some(m) = self.monitors.get_mut(&reference.numbers).filter(|m| m.alias != AliasMode::None) else {
            return false;
        };
        m.alias = AliasMode::None;
        crate::etf::references::over(&reference.numbers);
        true
    }

    pub(super) fn roots(&mut self, _visit: &mut dyn FnMut(&mut Term)) {
        // All terms here are owned.
    }
}
