//! Buffers by need. smoltcp's sockets have theirs for good; so a connection on which nothing is under way gets another
//! socket: it goes through a handshake with what the other end said once, aside, and takes the connection over. That its
//! sequence numbers are others stays between `packet` and it.

use super::connection::{Connection, Phase, socket};
use super::made;
use crate::Stack;
use crate::entry::Body;
use crate::interface::{Attached, Set};
use crate::options::Options;
use crate::packet;
use alloc::vec;
use alloc::vec::Vec;
use smoltcp::iface::SocketStorage;
use smoltcp::socket::tcp::State;
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{IpListenEndpoint, TcpControl, TcpRepr, TcpSeqNumber};

/// A connection that is idle for so long may lose its large buffers when memory is short.
const IDLE: Duration = Duration::from_secs(1);
/// Of those that have some, so many are looked at for each new connection.
const LOOKS: usize = 4;

impl Stack {
    /// Gives a connection buffers of a better size, if it can have them now.
    pub(super) fn grow(&mut self, id: u64) {
        let now = self.now;
        let Stack { entries, loopback, budget, grown, .. } = self;
        let Some(entry) = entries.get_mut(&id) else { return };
        let Body::Connection(connection) = &mut entry.body else { return };
        connection.cramped = false;
        let (options, size) = (&entry.options, budget.usual());
        let receive = options.receive_buffer.unwrap_or(size).max(connection.socket().recv_capacity());
        let send = options.send_buffer.unwrap_or(size).max(connection.socket().send_capacity());
        if receive + send <= connection.reserved || !connection.is_at_rest() {
            return;
        }
        let more = receive + send - connection.reserved;
        if budget.take_bytes(more) {
            if connection.resize(now, options, [receive, send], loopback) {
                grown.push_back(id);
                self.touch(id);
            } else {
                budget.give(more);
            }
        }
    }

    /// While memory for buffers is short, takes it from who does not use it.
    pub(super) fn reclaim(&mut self) {
        let now = self.now;
        let Stack { entries, loopback, budget, grown, .. } = self;
        for _ in 0..LOOKS.min(grown.len()) {
            if !budget.is_short() {
                return;
            }
            let Some(id) = grown.pop_front() else { return };
            let Some(entry) = entries.get_mut(&id) else { continue };
            let Body::Connection(connection) = &mut entry.body else { continue };
            let (before, least) =
                (connection.reserved, budget.least(entry.options.receive_buffer, entry.options.send_buffer));
            if now >= connection.heard + IDLE
                && connection.is_at_rest()
                && connection.resize(now, &entry.options, least, loopback)
            {
                budget.give(before - connection.reserved);
                self.touch(id);
                return;
            }
            grown.push_back(id);
        }
    }
}

/// The number so many bytes later; they may have gone round.
fn further(number: TcpSeqNumber, bytes: usize) -> TcpSeqNumber {
    TcpSeqNumber(number.0.wrapping_add(bytes as i32))
}

impl Connection {
    /// Has all that was sent arrived, and was all that came read?
    fn is_at_rest(&self) -> bool {
        let socket = self.socket();
        self.phase == Phase::Open
            && matches!(socket.state(), State::Established | State::CloseWait)
            && !self.ending
            && socket.send_queue() == 0
            && socket.recv_queue() == 0
            && self.ended.is_none()
            && self.wire.first.is_some()
            && self.opening.is_some()
    }

    /// Another socket, with buffers of these sizes, takes it over. False: it stays as it is.
    fn resize(&mut self, now: Instant, options: &Options, [receive, send]: [usize; 2], aside: &mut Attached) -> bool {
        let (Some(opening), Some(first)) = (self.opening, self.wire.first) else { return false };
        let mut set = Set::new(vec![SocketStorage::EMPTY]);
        let handle = set.add(socket(receive, send));
        let here = self.flow.local;
        let next = further(opening.first, self.read);
        // The last byte comes once more, and is read: so it is acknowledged, and the other end hears of the new window.
        let again = usize::from(self.read > 0);
        let listening = IpListenEndpoint { addr: Some(here.addr), port: here.port };
        if set.get_mut::<smoltcp::socket::tcp::Socket<'_>>(handle).listen(listening).is_err() {
            return false;
        }
        let mut syn = self.segment(TcpControl::Syn, next - again - 1);
        (syn.max_seg_size, syn.window_scale, syn.sack_permitted) = (opening.mss, opening.scale, opening.sack);
        aside.aside(now, Some(&self.packet(&syn)), &mut set);
        let answer = aside.aside(now, None, &mut set);
        let Some(answer) = packet::opening(&answer) else { return false };
        // What the other end said last is said again.
        let (control, state) = match self.at_end() {
            true => (TcpControl::Fin, State::CloseWait),
            false => (TcpControl::None, State::Established),
        };
        let mut ack = self.segment(control, next - again);
        ack.ack_number = Some(answer.first);
        ack.payload = &[0][..again];
        aside.aside(now, Some(&self.packet(&ack)), &mut set);
        let socket = set.get_mut::<smoltcp::socket::tcp::Socket<'_>>(handle);
        if socket.state() != state || (again > 0 && socket.recv_slice(&mut [0]) != Ok(again)) {
            return false;
        }
        self.replace(set, handle);
        self.apply(options);
        self.delay_acks();
        self.wire.offset = further(first, self.written).0.wrapping_sub(answer.first.0);
        self.wire.shift = opening.scale.and(answer.scale);
        self.reserved = receive + send;
        self.read_before = self.read;
        true
    }

    /// A segment as if from the other end.
    fn segment(&self, control: TcpControl, seq_number: TcpSeqNumber) -> TcpRepr<'static> {
        TcpRepr { control, seq_number, window_len: self.window, ..made::blank(self.flow.remote, self.flow.local) }
    }

    fn packet(&self, segment: &TcpRepr<'_>) -> Vec<u8> {
        made::frame(segment, self.flow.remote.addr, self.flow.local.addr, None)
    }
}
