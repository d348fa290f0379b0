//! What becomes of a connection after each time it was served: open, over, given up, gone.

use super::connection::Ended;
use super::{Connection, Phase};
use crate::Stack;
use crate::entry::{Body, Over, Owner};
use crate::interface::{Sent, Side};
use joist_vm::platform::Errno;
use smoltcp::socket::tcp::State;
use smoltcp::time::{Duration, Instant};

/// Linux's `tcp_fin_timeout`.
const FIN_TIMEOUT: Duration = Duration::from_secs(60);
/// Who takes nothing for so long of what a closed socket still has to send is not waited for; Linux's `tcp_orphan_retries`
/// come to about that.
const ORPHAN_TIMEOUT: Duration = Duration::from_secs(120);
/// A neighbour that doesn't say where it is for so long isn't there.
const NEIGHBOUR_PATIENCE: Duration = Duration::from_secs(3);
/// smoltcp asks for a neighbour anew after this.
const ASK_AGAIN: Duration = Duration::from_secs(1);

impl Stack {
    /// Sends what a connection has to send, and draws the consequences.
    pub(crate) fn serve_connection(&mut self, id: u64) {
        let now = self.now;
        let Stack { entries, loopback, cards, budget, .. } = self;
        let Some(entry) = entries.get_mut(&id) else { return };
        let options = &entry.options;
        let Body::Connection(connection) = &mut entry.body else { return };
        let Some(attached) = crate::choose(loopback, cards, connection.side) else { return };
        if !connection.rest.is_empty() {
            connection.refill(budget);
        }
        connection.tune(options, now);
        if entry.owner == Owner::Nobody && !connection.aborted && connection.socket().can_recv() {
            // Somebody still sends to a socket that nobody will read.
            connection.abort();
        }
        if connection.ending {
            connection.end();
        }
        if let Some(top) = connection.wire.top
            && connection.recovery.is_late(now, top)
        {
            connection.repeat_first(attached, now);
        }
        connection.wire.path = attached.narrows_to(connection.flow.remote.addr, now);
        let before = connection.socket().state();
        let tos = options.service(matches!(connection.flow.local.addr, smoltcp::wire::IpAddress::Ipv4(_)));
        let sent = attached.send(now, &mut connection.set, tos, Some(&mut connection.wire));
        connection.spoke |= sent.packets > 0;
        if let Some(top) = connection.wire.top {
            connection.recovery.sent(now, top);
        }
        let state = connection.socket().state();
        if state == State::Closed && before != State::Closed && connection.ended.is_none() {
            let here = connection.side == Side::Loopback || attached.has(connection.flow.local.addr);
            let error = if before == State::TimeWait {
                None
            } else if here {
                Some(Errno::Etimedout)
            } else {
                Some(Errno::Enetdown) // the address went away
            };
            connection.ended = Some(error.map_or(Ended::InOrder, Ended::By));
        }
        let poll_at = attached.iface.poll_at(now, &connection.set);
        if !sent.room {
            self.stalled.push(id);
        }
        self.settle(id, poll_at, sent);
    }

    fn settle(&mut self, id: u64, poll_at: Option<Instant>, sent: Sent) {
        let now = self.now;
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let owner = entry.owner;
        let Body::Connection(connection) = &mut entry.body else { return };
        let state = connection.socket().state();
        if let Some(ended) = connection.ended {
            return self.finish(
                id,
                match ended {
                    Ended::InOrder => None,
                    Ended::By(error) => Some(error),
                },
            );
        }
        if connection.aborted && sent.room {
            return self.finish(id, Some(Errno::Econnaborted));
        }
        if connection.phase != Phase::Open
            && !matches!(state, State::SynSent | State::SynReceived | State::Listen | State::Closed)
        {
            let arrived = connection.phase == Phase::Arriving;
            connection.phase = Phase::Open;
            connection.tune(&entry.options, now);
            if arrived && let Owner::Listener(listener) = owner {
                self.arrived(listener, id);
            }
        }
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let Body::Connection(connection) = &mut entry.body else { return };
        if state == State::TimeWait && poll_at.is_some_and(|at| at > now + ASK_AGAIN) {
            return self.rest(id);
        }
        // It is only its neighbour's address that a first segment can wait for; a later one waits till the next second.
        let silent = connection.socket().send_queue() > 0 && poll_at == Some(now + ASK_AGAIN);
        if sent.packets > 0 {
            self.asking.remove(&id);
        } else if sent.room && (!connection.spoke || silent) {
            let since = *self.asking.entry(id).or_insert(now);
            if connection.phase == Phase::Connecting && !connection.spoke && now >= since + NEIGHBOUR_PATIENCE {
                return self.finish(id, Some(Errno::Ehostunreach));
            }
        }
        if entry.owner == Owner::Nobody && state == State::FinWait2 && connection.give_up.is_none() {
            connection.give_up = Some(now + FIN_TIMEOUT);
        }
        if connection.give_up.is_some_and(|at| at <= now) {
            return self.finish(id, None);
        }
        let mut orphan = None;
        if let Some(closed) = connection.abandoned
            && connection.socket().send_queue() > 0
            && !connection.aborted
        {
            let end = connection.recovery.progress().map_or(closed, |at| at.max(closed)) + ORPHAN_TIMEOUT;
            if end <= now {
                connection.abort();
                return self.touch(id);
            }
            orphan = Some(end);
        }
        let poll_at = if sent.room { connection.watch(&entry.options, poll_at, now) } else { poll_at };
        // What is due now is served already, or stalled.
        let poll_at = poll_at.map(|at| at.max(now + Duration::from_millis(1)));
        let at = [poll_at, orphan, connection.give_up, connection.recovery.probe_at].into_iter().flatten().min();
        self.timers.set(id, &mut entry.timer, at);
        self.notify(id);
    }

    /// A handshake is through.
    fn arrived(&mut self, listener: u64, id: u64) {
        match self.listener(listener) {
            Some(state) => {
                state.arriving.remove(&id);
                state.ready.push_back(id);
                self.notify(listener);
            }
            None => self.abandon(id),
        }
    }

    /// Both ends are done: what is left is to wait for late segments, which needs no buffers.
    fn rest(&mut self, id: u64) {
        let Some(Body::Connection(connection)) = self.entries.get(&id).map(|e| &e.body) else { return };
        let flow = connection.flow;
        self.ports.connected(flow.local);
        if let Some(oldest) = self.closed.insert(flow, self.now) {
            self.ports.disconnected(oldest.local);
        }
        self.finish(id, None);
    }

    /// A record's time is over, or another connection takes its place.
    pub(crate) fn forget_closed(&mut self, flow: &crate::frame::Flow) {
        self.closed.remove(flow);
        self.ports.disconnected(flow.local);
    }

    /// The connection is no more; its socket stays while somebody holds it.
    pub(crate) fn finish(&mut self, id: u64, error: Option<Errno>) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        self.timers.set(id, &mut entry.timer, None);
        self.asking.remove(&id);
        let Body::Connection(connection) = &mut entry.body else { return };
        let failed = connection.phase == Phase::Connecting;
        let arriving = connection.phase == Phase::Arriving;
        let flow = connection.flow;
        self.budget.give(connection.reserved);
        connection.forget_rest(&mut self.budget);
        self.flows.remove(&flow);
        self.ports.disconnected(flow.local);
        match entry.owner {
            Owner::Nobody => {
                self.remove(id);
                return;
            }
            Owner::Listener(listener) if arriving => {
                self.entries.remove(&id);
                if let Some(state) = self.listener(listener) {
                    state.arriving.remove(&id);
                }
                return;
            }
            _ => {}
        }
        let mut unread = alloc::vec![0; connection.socket().recv_queue()];
        let count = connection.socket_mut().peek_slice(&mut unread).unwrap_or(0);
        unread.truncate(count);
        entry.body = Body::Over(Over { unread, ends: Some((flow.local, flow.remote)), failed });
        entry.error = error.or(entry.error);
        self.notify(id);
    }

    /// `close(2)` of a connection.
    pub(crate) fn abandon(&mut self, id: u64) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.owner = Owner::Nobody;
        let Body::Connection(connection) = &mut entry.body else { return };
        connection.abandoned = Some(self.now);
        if connection.phase == Phase::Connecting {
            return self.finish(id, None);
        }
        if entry.options.linger == Some(0)
            || connection.socket().recv_queue() > 0
            || connection.phase == Phase::Arriving
        {
            connection.abort();
        } else {
            connection.end();
        }
        self.touch(id);
    }
}

impl Connection {
    /// Has a RST sent, and nothing after it.
    pub fn abort(&mut self) {
        self.socket_mut().abort();
        self.aborted = true;
    }
}
