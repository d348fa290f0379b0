//! Segments that come in: to the connection that they are of, to a listener, to one that is over, or to nobody.

use super::connection::Ended;
use super::{Connection, Phase, made};
use crate::Stack;
use crate::entry::Body;
use crate::frame::{Flow, Segment};
use crate::interface::Side;
use crate::packet;
use joist_vm::platform::Errno;
use smoltcp::phy::Medium;
use smoltcp::socket::tcp::State;
use smoltcp::wire::{EthernetFrame, TcpRepr};

impl Stack {
    pub(crate) fn segment(&mut self, side: Side, frame: &mut [u8], segment: &Segment) {
        let flow = segment.flow;
        if segment.syn
            && side.is_card()
            && let Some(attached) = self.side(side)
            && let Some(packet) = frame.get_mut(attached.header()..)
        {
            packet::limit_segments(packet, segment, attached.mtu());
        }
        if let Some(&id) = self.flows.get(&flow) {
            self.segment_of(id, side, frame, segment);
            return;
        }
        let opens = segment.syn && !segment.ack && !segment.rst;
        if self.closed.contains(&flow) {
            if segment.rst || opens {
                self.forget_closed(&flow);
            } else if segment.occupies() > 0 {
                self.acknowledge(side, frame, segment);
            }
            if !opens {
                return;
            }
        }
        if opens
            && (side == Side::Loopback || self.is_here(side, flow.local.addr))
            && let Some(listener) = self.listener_of(side, &flow)
        {
            self.arrive(listener, side, flow, frame);
            return;
        }
        self.feed_nobody(side, frame);
    }

    fn segment_of(&mut self, id: u64, side: Side, frame: &mut [u8], segment: &Segment) {
        let now = self.now;
        let Stack { entries, loopback, cards, .. } = self;
        let Some(Body::Connection(connection)) = entries.get_mut(&id).map(|e| &mut e.body) else { return };
        let Some(attached) = crate::choose(loopback, cards, side) else { return };
        if connection.side != side {
            return; // one of our own addresses, forged from outside
        }
        let connection: &mut Connection = connection;
        if connection.ignores(segment) {
            return;
        }
        if segment.syn && !segment.ack && !segment.rst && connection.phase == Phase::Open {
            return connection.challenge(attached, now);
        }
        let Some(packet) = frame.get_mut(attached.header()..) else { return };
        let lost = side.is_card()
            && connection.wire.top.is_some_and(|top| connection.recovery.hear(now, segment, packet, top));
        packet::lower(packet, segment, &connection.wire);
        connection.heard_of(segment, packet);
        let before = connection.socket().state();
        attached.feed(now, frame, &mut connection.set, Some(&mut connection.wire));
        connection.heard = now;
        connection.remind(attached, now, frame, segment);
        if lost {
            connection.repeat_first(attached, now);
        }
        let after = connection.socket().state();
        if after == State::Closed && before != State::Closed {
            connection.ended = Some(match (segment.rst, connection.phase) {
                (false, _) => Ended::InOrder,
                (true, Phase::Connecting) => Ended::By(Errno::Econnrefused),
                // All that was to be sent had been, and nothing is to come.
                (true, _) if before == State::LastAck => Ended::InOrder,
                (true, _) => Ended::By(Errno::Econnreset),
            });
        } else if after == State::Listen {
            connection.ended = Some(Ended::By(Errno::Econnreset));
        }
        self.touch(id);
    }

    /// ICMP says that a connection's segments don't arrive: the end of one that is being made, else only a delay.
    pub(crate) fn segment_lost(&mut self, flow: &Flow, error: Errno) {
        let Some(&id) = self.flows.get(flow) else { return };
        let Some(Body::Connection(connection)) = self.entries.get_mut(&id).map(|e| &mut e.body) else { return };
        if connection.phase == Phase::Connecting {
            connection.ended = Some(Ended::By(error));
            self.touch(id);
        }
    }

    /// Repeats the last acknowledgement of a connection that is over: the segment itself says what it has to be.
    fn acknowledge(&mut self, side: Side, frame: &[u8], segment: &Segment) {
        let Some(attached) = self.side(side) else { return };
        if !segment.ack {
            return;
        }
        let Flow { local, remote } = segment.flow;
        let answer = TcpRepr {
            seq_number: segment.acknowledges,
            ack_number: Some(segment.number + segment.occupies()),
            ..made::blank(local, remote)
        };
        let hardware = match attached.medium() {
            Medium::Ethernet => {
                let Ok(from) = EthernetFrame::new_checked(frame) else { return };
                Some([attached.hardware, from.src_addr()])
            }
            _ => None,
        };
        let answer = made::frame(&answer, local.addr, remote.addr, hardware);
        attached.send_frame(&answer);
    }
}
