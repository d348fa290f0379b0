//! Finds losses sooner than smoltcp, which sends one segment anew for three acknowledgements that are alike and carry no
//! data, and else waits for at least a second: on a wire that loses one frame in a hundred, with data both ways, it would
//! wait most of the time. Here the gaps count that the other end tells of (RFC 2018, 6675), what is acknowledged in part
//! (RFC 6582), and nothing heard for a time that fits the connection (RFC 8985, 7). smoltcp is told by acknowledgements
//! of the kind it counts, made here.

use super::made;
use crate::frame::{Flow, Segment};
use alloc::vec::Vec;
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{EthernetAddress, TcpPacket, TcpRepr, TcpSeqNumber};

/// So many alike make smoltcp send a segment anew.
pub(super) const ALIKE: usize = 3;
/// A gap is lost, not late, when with it so much is on its way before what arrived, or all that there is (RFC 5827).
const OVERTAKEN: usize = 4 * 1400;
/// More is more than one segment, which is acknowledged at once.
const SEGMENT: usize = 1460;
/// So long an acknowledgement may take beside twice the way there and back, of one segment and of several; and when
/// that was in vain.
const PATIENCE_FOR_ONE: Duration = Duration::from_millis(80);
const PATIENCE: Duration = Duration::from_millis(20);
const LONG_PATIENCE: Duration = Duration::from_millis(200);
/// What was sent anew may be lost, too; smoltcp's own time-out comes after these.
const PROBES: u32 = 2;
/// smoltcp's shortest time-out: after it, it has sent all anew.
const TIMEOUT: Duration = Duration::from_secs(1);

/// One without options.
const TCP_HEADER: usize = 20;
/// No window is larger.
const FARTHEST: usize = 1 << 20;
/// So far on, a number is in no window.
const ELSEWHERE: i32 = 1 << 30;

/// What the other end said of what it has.
struct Heard {
    acknowledged: TcpSeqNumber,
    window: u16,
    /// The end of all that it has sent.
    next: TcpSeqNumber,
    at: Instant,
}

#[derive(Default)]
pub(crate) struct Recovery {
    heard: Option<Heard>,
    /// This was sent anew.
    repeated: Option<TcpSeqNumber>,
    /// Until this is acknowledged there may be more gaps.
    until: Option<TcpSeqNumber>,
    /// The end of a segment that is timed, and when it was sent.
    timed: Option<(TcpSeqNumber, Instant)>,
    round_trip: Option<Duration>,
    sent: Option<TcpSeqNumber>,
    pub probe_at: Option<Instant>,
    probes: u32,
}

/// The ends of what arrived beyond a gap.
fn selected(segment: &[u8]) -> impl Iterator<Item = TcpSeqNumber> {
    let ranges = TcpPacket::new_checked(segment).and_then(|tcp| tcp.selective_ack_ranges()).unwrap_or_default();
    ranges.into_iter().flatten().map(|(_, right)| TcpSeqNumber(right as i32))
}

impl Recovery {
    /// A segment came, and `top` is the end of all that was sent: is the first that is not acknowledged lost?
    pub fn hear(&mut self, now: Instant, segment: &Segment, packet: &[u8], top: TcpSeqNumber) -> bool {
        let acknowledged = segment.acknowledges;
        if !segment.ack || segment.syn || acknowledged > top {
            return false;
        }
        let end = segment.number + segment.occupies();
        let edge = if segment.header > TCP_HEADER {
            selected(segment.bytes(packet)).filter(|edge| *edge <= top).fold(acknowledged, TcpSeqNumber::max)
        } else {
            acknowledged
        };
        let before = self.heard.as_ref().map(|h| (h.acknowledged, h.at));
        match &mut self.heard {
            Some(heard) if acknowledged < heard.acknowledged => return false,
            Some(heard) => {
                heard.window = segment.window;
                // A forged one may be anywhere.
                if end > heard.next && end < heard.next + FARTHEST {
                    heard.next = end;
                }
            }
            heard => *heard = Some(Heard { acknowledged, window: segment.window, next: end, at: now }),
        }
        let forward = before.is_some_and(|(old, _)| acknowledged > old);
        if forward && let Some(heard) = &mut self.heard {
            (heard.acknowledged, heard.at) = (acknowledged, now);
            self.probes = 0;
            if let Some((_, sent)) = self.timed.take_if(|(end, _)| acknowledged >= *end) {
                let new = now - sent;
                self.round_trip = Some(self.round_trip.map_or(new, |old| (old * 7 + new) / 8));
            }
        }
        let timed_out = before.is_some_and(|(_, at)| now >= at + TIMEOUT);
        if timed_out || self.until.is_some_and(|until| acknowledged >= until) {
            self.until = None;
        }
        if acknowledged == top {
            self.probe_at = None;
            return false;
        }
        if forward {
            self.probe_at = self.patience(top - acknowledged).map(|time| now + time);
        }
        let gap = edge - acknowledged;
        let lost = gap > 0 && gap >= OVERTAKEN.min(top - acknowledged) || (forward && self.until.is_some());
        lost && self.repeat(acknowledged, top)
    }

    /// Something was sent, up to `top`.
    pub fn sent(&mut self, now: Instant, top: TcpSeqNumber) {
        if self.sent.replace(top).is_some_and(|old| old >= top) {
            return;
        }
        if self.timed.is_none() && self.until.is_none() {
            self.timed = Some((top, now));
        }
        if self.probe_at.is_none() {
            self.probes = 0;
            let acknowledged = self.heard.as_ref().map(|h| h.acknowledged).filter(|a| *a <= top);
            self.probe_at = self.patience(acknowledged.map_or(0, |a| top - a)).map(|time| now + time);
        }
    }

    /// Is that the number of something that was sent and not acknowledged yet?
    pub fn is_under_way(&self, number: TcpSeqNumber, top: TcpSeqNumber) -> bool {
        self.heard.as_ref().is_some_and(|heard| number >= heard.acknowledged) && number < top
    }

    /// When the other end last acknowledged something new.
    pub fn progress(&self) -> Option<Instant> {
        self.heard.as_ref().map(|heard| heard.at)
    }

    /// What is under way is known to be lost: is it to be sent anew?
    pub fn is_lost(&mut self, top: TcpSeqNumber) -> bool {
        let Some(acknowledged) = self.heard.as_ref().map(|h| h.acknowledged) else { return false };
        self.repeated = None;
        self.repeat(acknowledged, top)
    }

    /// How long to wait for an acknowledgement of so many bytes.
    fn patience(&self, bytes: usize) -> Option<Duration> {
        self.round_trip.map(|rtt| rtt * 2 + if bytes > SEGMENT { PATIENCE } else { PATIENCE_FOR_ONE })
    }

    /// Is it time to send the first segment anew because nothing was heard?
    pub fn is_late(&mut self, now: Instant, top: TcpSeqNumber) -> bool {
        if self.probe_at.take_if(|at| *at <= now).is_none() {
            return false;
        }
        let (Some(acknowledged), Some(rtt)) = (self.heard.as_ref().map(|h| h.acknowledged), self.round_trip) else {
            return false;
        };
        if acknowledged >= top || self.probes == PROBES {
            return false;
        }
        self.probes += 1;
        self.probe_at = Some(now + rtt * 2 + LONG_PATIENCE);
        self.repeated = None;
        self.repeat(acknowledged, top)
    }

    fn repeat(&mut self, first: TcpSeqNumber, top: TcpSeqNumber) -> bool {
        self.timed = None; // nobody knows which of both is acknowledged
        self.until = Some(self.until.unwrap_or(top));
        self.repeated.replace(first) != Some(first)
    }

    /// An acknowledgement like the last one, or, of a stranger, one outside of any window; in a frame for `hardware`, or
    /// none. Its numbers are those of the wire.
    pub fn segment(&self, flow: &Flow, hardware: Option<EthernetAddress>, stranger: bool) -> Option<Vec<u8>> {
        let heard = self.heard.as_ref()?;
        let number = if stranger { TcpSeqNumber(heard.next.0.wrapping_add(ELSEWHERE)) } else { heard.next };
        let segment = TcpRepr {
            seq_number: number,
            ack_number: Some(heard.acknowledged),
            window_len: heard.window,
            ..made::blank(flow.remote, flow.local)
        };
        let hardware = hardware.map(|receiver| [EthernetAddress::default(), receiver]);
        Some(made::frame(&segment, flow.remote.addr, flow.local.addr, hardware))
    }
}
