//! smoltcp's one timer, kept from being forgotten. A socket of smoltcp's has one for all that waits for an answer: data, a
//! FIN, a question about a closed window. Whenever something has not arrived, it has to run; smoltcp lets it go in three
//! cases, and nothing would ever be sent again:
//!
//! - Three acknowledgements alike stand for a lost segment, which it then sends anew instead of waiting. If only a FIN is on
//!   its way it has no segment, and sends nothing. So it doesn't hear of such acknowledgements ([`Connection::ignores`]).
//! - The other end's window closes before all has arrived: the timer is for the question about the window then, and goes
//!   when the window opens. The next acknowledgement shows that; repeated, it makes smoltcp send the first data anew, and
//!   those have a timer ([`Connection::remind`]).
//! - The same, or while the window is closed, and nothing comes any more: each time the connection was served it is looked
//!   whether smoltcp would wait for ever. Then it is made to ask the other end whether it is there (by keep-alive, which is
//!   independent of the timer), and the answer is the acknowledgement above ([`Connection::watch`]).

use super::connection::{Connection, Phase};
use super::recovery::ALIKE;
use crate::frame::Segment;
use crate::interface::Attached;
use crate::options::Options;
use smoltcp::socket::tcp::State;
use smoltcp::time::{Duration, Instant};

/// smoltcp waits no longer before it sends anew.
const LONGEST_RETRANSMISSION: Duration = Duration::from_secs(61);
/// How often the other end is asked.
pub(super) const PROBE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The other end is being asked for an acknowledgement.
    pub asking: bool,
    /// When that was, last: two ends that no longer agree would ask each other without end.
    asked: Option<Instant>,
}

impl Connection {
    /// Is a segment one that only harms: three of these, and smoltcp would forget to send its FIN anew?
    pub fn ignores(&self, segment: &Segment) -> bool {
        let socket = self.socket();
        let only_end =
            socket.send_queue() == 0 && matches!(socket.state(), State::FinWait1 | State::Closing | State::LastAck);
        only_end && segment.occupies() == 0 && !segment.rst && self.wire.top != Some(segment.acknowledges)
    }

    /// Is there something to be sent that smoltcp, which wants to be polled then, has no timer for?
    fn is_forgotten(&self, poll_at: Option<Instant>, now: Instant) -> bool {
        self.phase == Phase::Open
            && self.socket().send_queue() > 0
            && poll_at.is_none_or(|at| at > now + LONGEST_RETRANSMISSION)
    }

    /// A segment came, and smoltcp has seen it: if that shows that it forgot its timer, it sees it again.
    pub fn remind(&mut self, attached: &mut Attached, now: Instant, frame: &[u8], segment: &Segment) {
        self.watch.asking = false;
        if segment.occupies() > 0 {
            return;
        }
        for _ in 0..ALIKE {
            if !self.is_forgotten(attached.iface.poll_at(now, &self.set), now) {
                break;
            }
            attached.feed(now, frame, &mut self.set, Some(&mut self.wire));
        }
    }

    /// All was sent that could be, and smoltcp wants to be polled then: when is it to be served again, at the latest? If
    /// smoltcp has forgotten its timer, the other end is asked.
    pub fn watch(&mut self, options: &Options, poll_at: Option<Instant>, now: Instant) -> Option<Instant> {
        if !self.is_forgotten(poll_at, now) {
            return poll_at;
        }
        let next = self.watch.asked.map(|at| at + PROBE).filter(|at| *at > now);
        if next.is_none() {
            self.watch = Watch { asking: true, asked: Some(now) };
            self.tune(options, now);
        }
        next.or(Some(now + PROBE))
    }
}
