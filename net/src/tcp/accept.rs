//! Listening: a SYN for a port that is listened on makes a connection of its own while there is room, which is accepted
//! once its handshake is through.

use super::{Connection, Phase};
use crate::entry::{Body, Bound, Entry, Owner};
use crate::frame::Flow;
use crate::header::Header;
use crate::interface::Side;
use crate::ports::Protocol;
use crate::{Stack, address};
use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;
use joist_vm::platform::{Address, Errno, Socket, Style};
use smoltcp::socket::tcp::State;
use smoltcp::wire::IpListenEndpoint;

#[derive(Debug, Default)]
pub(crate) struct Listener {
    backlog: usize,
    /// Handshakes on their way.
    pub arriving: BTreeSet<u64>,
    /// Connections to be accepted.
    pub ready: VecDeque<u64>,
}

/// Linux's `somaxconn`.
const LONGEST_BACKLOG: usize = 4096;
/// Handshakes on their way that even a short backlog allows.
const ARRIVING: usize = 128;

impl Listener {
    fn new(backlog: u32) -> Self {
        let backlog = usize::try_from(backlog).map_or(LONGEST_BACKLOG, |b| b.min(LONGEST_BACKLOG));
        Listener { backlog, ..Listener::default() }
    }

    fn has_room(&self) -> bool {
        self.ready.len() <= self.backlog && self.arriving.len() < self.backlog.max(ARRIVING)
    }
}

impl Stack {
    pub(crate) fn listen(&mut self, id: u64, backlog: u32) -> Result<(), Errno> {
        let entry = self.entry(id)?;
        if entry.style != Style::Stream {
            return Err(Errno::Enotsup);
        }
        match &mut entry.body {
            Body::Fresh => {}
            Body::Listener(listener) => {
                listener.backlog = Listener::new(backlog).backlog;
                return Ok(());
            }
            _ => return Err(Errno::Einval),
        }
        let port = match entry.bound {
            Some(bound) => bound.port,
            None => self.bind_to(id, None, 0)?,
        };
        self.ports.listen(port, id)?;
        self.entry(id)?.body = Body::Listener(Listener::new(backlog));
        Ok(())
    }

    /// The listener for a connection: the one bound most narrowly; among several alike, one by the other end's port.
    pub(crate) fn listener_of(&self, side: Side, flow: &Flow) -> Option<u64> {
        let claims = self.ports.claims(Protocol::Tcp, flow.local.port);
        let takes = |id| self.entries.get(&id).is_some_and(|entry: &Entry| entry.options.takes_from(side));
        let fitting = |narrow: bool| {
            claims
                .iter()
                .filter(move |c| {
                    c.listening && c.address.is_some() == narrow && c.covers(flow.local.addr) && takes(c.id)
                })
                .map(|c| c.id)
        };
        [true, false].into_iter().find_map(|narrow| {
            let all: Vec<u64> = fitting(narrow).collect();
            all.get(usize::from(flow.remote.port) % all.len().max(1)).copied()
        })
    }

    /// A SYN for a listener. Without room it is not answered: the other end tries again.
    pub(crate) fn arrive(&mut self, listener: u64, side: Side, flow: Flow, frame: &[u8]) {
        let Some(parent) = self.entries.get(&listener) else { return };
        let Body::Listener(state) = &parent.body else { return };
        if !state.has_room() {
            return;
        }
        let (family, options) = (parent.family, parent.options.clone());
        self.reclaim();
        let Some(mut connection) = Connection::new(side, flow, Phase::Arriving, &options, &mut self.budget, self.now)
        else {
            return;
        };
        let endpoint = IpListenEndpoint { addr: Some(flow.local.addr), port: flow.local.port };
        let (now, mut opened_by) = (self.now, None);
        let taken = connection.socket_mut().listen(endpoint).is_ok()
            && self.side(side).is_some_and(|attached| {
                let packet = frame.get(attached.header()..).unwrap_or_default();
                connection.opens(packet);
                opened_by = Header::read(packet);
                attached.feed(now, frame, &mut connection.set, None);
                connection.socket().state() == State::SynReceived
            });
        if !taken {
            self.budget.give(connection.reserved);
            return;
        }
        let id = self.new_id();
        let mut entry = Entry::new(family, Style::Stream, Body::Connection(Box::new(connection)));
        entry.options = options;
        if let Some(header) = opened_by {
            entry.options.opened_by(&header);
        }
        entry.owner = Owner::Listener(listener);
        entry.bound = Some(Bound { address: Some(flow.local.addr), port: flow.local.port });
        self.entries.insert(id, entry);
        self.flows.insert(flow, id);
        self.ports.connected(flow.local);
        if let Some(state) = self.listener(listener) {
            state.arriving.insert(id);
        }
        self.touch(id);
    }

    pub(crate) fn listener(&mut self, id: u64) -> Option<&mut Listener> {
        match &mut self.entries.get_mut(&id)?.body {
            Body::Listener(listener) => Some(listener),
            _ => None,
        }
    }

    pub(crate) fn accept(&mut self, id: u64) -> Result<(Socket, Address), Errno> {
        let entry = self.entry(id)?;
        let Body::Listener(listener) = &mut entry.body else { return Err(Errno::Einval) };
        let Some(new) = listener.ready.pop_front() else {
            entry.wants.input = true;
            return Err(Errno::Eagain);
        };
        let entry = self.entries.get_mut(&new).ok_or(Errno::Econnaborted)?;
        entry.owner = Owner::User;
        let ends = match &entry.body {
            Body::Connection(connection) => Some((connection.flow.local, connection.flow.remote)),
            Body::Over(over) => over.ends,
            _ => None,
        };
        let (family, (local, remote)) = (entry.family, ends.ok_or(Errno::Econnaborted)?);
        let address = address::outside(family, remote, self.index_of(local.addr));
        self.notify(new);
        Ok((Socket(new), address))
    }
}
