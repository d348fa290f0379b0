//! One connection: smoltcp's socket and what POSIX adds to it.

use super::recovery::{ALIKE, Recovery};
use super::rest::Rest;
use super::timer::{PROBE, Watch};
use crate::budget::Budget;
use crate::frame::{self, Flow, Kind, Segment};
use crate::interface::{Attached, Set, Side};
use crate::options::Options;
use crate::packet::{self, Opening, Wire};
use alloc::vec;
use joist_vm::platform::Errno;
use smoltcp::iface::{SocketHandle, SocketStorage};
use smoltcp::phy::Medium;
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// `connect(2)` has not heard yet.
    Connecting,
    /// A SYN came to a listener.
    Arriving,
    Open,
}

/// How smoltcp's socket came to be closed, when nobody here closed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    InOrder,
    By(Errno),
}

pub(crate) struct Connection {
    pub set: Set,
    handle: SocketHandle,
    pub side: Side,
    pub flow: Flow,
    pub wire: Wire,
    pub opening: Option<Opening>,
    /// The window that the other end gave last.
    pub window: u16,
    /// Bytes that were given to be sent, and that were read.
    pub written: usize,
    pub read: usize,
    /// The latter when its buffer was made.
    pub read_before: usize,
    /// It had more to send than there was room for: once all is gone, it gets more.
    pub cramped: bool,
    /// What follows the buffer.
    pub rest: Rest,
    pub recovery: Recovery,
    pub phase: Phase,
    /// Bytes taken from the budget.
    pub reserved: usize,
    /// When something last came.
    pub heard: Instant,
    /// Something of it went out: its neighbour's address is known.
    pub spoke: bool,
    pub shut_read: bool,
    /// Nothing more is to be sent, but what there is goes before the FIN; see [`Connection::end`].
    pub ending: bool,
    pub watch: Watch,
    pub ended: Option<Ended>,
    /// When its owner closed it.
    pub abandoned: Option<Instant>,
    /// Closed by its owner, and no longer waited for after this.
    pub give_up: Option<Instant>,
    /// It is reset on purpose: the RST has only to be sent.
    pub aborted: bool,
}

/// Linux's six tries with a SYN, or fifteen with data, come to this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(127);
const ARRIVE_TIMEOUT: Duration = Duration::from_secs(63);
const DATA_TIMEOUT: Duration = Duration::from_secs(924);

const ONE_SEGMENT: usize = 1220;
/// Of a receive buffer: a small part of it holds some segments.
const WIDE: usize = 8192;

/// So long an acknowledgement waits for data to go with, as on Linux: under load an answer takes longer than smoltcp's
/// own 10 ms, and would cost a frame more.
const ACK_DELAY: smoltcp::time::Duration = smoltcp::time::Duration::from_millis(40);

/// smoltcp's part of a connection.
pub(super) fn socket(receive: usize, send: usize) -> Socket<'static> {
    let mut socket = Socket::new(SocketBuffer::new(vec![0; receive]), SocketBuffer::new(vec![0; send]));
    socket.set_congestion_control(smoltcp::socket::tcp::CongestionControl::Reno);
    socket.set_ack_delay(None);
    socket
}

impl Connection {
    pub fn new(
        side: Side,
        flow: Flow,
        phase: Phase,
        options: &Options,
        budget: &mut Budget,
        now: Instant,
    ) -> Option<Self> {
        let (receive, send) = budget.take(options.receive_buffer, options.send_buffer)?;
        let mut set = Set::new(vec![SocketStorage::EMPTY]);
        let handle = set.add(socket(receive, send));
        let mut connection = Connection {
            set,
            handle,
            side,
            flow,
            wire: Wire { v6: matches!(flow.local.addr, smoltcp::wire::IpAddress::Ipv6(_)), ..Wire::default() },
            opening: None,
            window: 0,
            written: 0,
            rest: Rest::default(),
            recovery: Recovery::default(),
            read: 0,
            read_before: 0,
            cramped: false,
            phase,
            reserved: receive + send,
            heard: now,
            spoke: false,
            shut_read: false,
            ending: false,
            watch: Watch::default(),
            ended: None,
            abandoned: None,
            give_up: None,
            aborted: false,
        };
        connection.apply(options);
        connection.delay_acks();
        Some(connection)
    }

    /// With no delay on the loopback: the other end may wait for an acknowledgement with all it has to send.
    pub fn delay_acks(&mut self) {
        let delay = if self.side == Side::Loopback { None } else { Some(ACK_DELAY) };
        self.socket_mut().set_ack_delay(delay);
    }

    /// Takes another socket of smoltcp's in its own one's place.
    pub fn replace(&mut self, set: Set, handle: SocketHandle) {
        (self.set, self.handle) = (set, handle);
    }

    /// Reads the other end's SYN.
    pub fn opens(&mut self, packet: &[u8]) {
        self.opening = packet::opening(packet).or(self.opening);
        if self.wire.v6 {
            self.wire.taken = self.opening.and_then(|o| o.mss).map_or(packet::LEAST_V6, |mss| usize::from(mss) + 60);
        }
    }

    /// Looks at a segment that came.
    pub fn heard_of(&mut self, segment: &Segment, packet: &[u8]) {
        if segment.syn && !segment.rst && self.phase != Phase::Open {
            self.opens(packet);
            let scale = self.opening.and_then(|o| o.scale);
            self.window = segment.window >> scale.unwrap_or(0).min(14);
            if scale.is_none() {
                self.wire.shift = None;
            }
        } else if !segment.syn && !segment.rst {
            self.window = segment.window;
        }
    }

    pub fn socket(&self) -> &Socket<'static> {
        self.set.get(self.handle)
    }

    pub fn socket_mut(&mut self) -> &mut Socket<'static> {
        self.set.get_mut(self.handle)
    }

    /// Options that smoltcp knows of.
    pub fn apply(&mut self, options: &Options) {
        let v4 = matches!(self.flow.local.addr, smoltcp::wire::IpAddress::Ipv4(_));
        let ttl = if v4 { options.ttl } else { options.hops };
        let socket = self.socket_mut();
        socket.set_nagle_enabled(options.no_delay == 0);
        socket.set_hop_limit(u8::try_from(ttl).ok().filter(|t| *t != 0));
    }

    /// Sets smoltcp's one time-out and keep-alive to what counts now: it would apply them to idle connections too.
    pub fn tune(&mut self, options: &Options, now: Instant) {
        let (phase, heard, asking) = (self.phase, self.heard, self.watch.asking);
        let socket = self.socket_mut();
        let seconds = |n: i32| Duration::from_secs(u64::try_from(n).unwrap_or(0));
        let user = u64::try_from(options.user_timeout).ok().filter(|ms| *ms != 0).map(Duration::from_millis);
        let pending =
            socket.send_queue() > 0 || matches!(socket.state(), State::FinWait1 | State::Closing | State::LastAck);
        let timeout = match phase {
            Phase::Connecting => Some(CONNECT_TIMEOUT),
            Phase::Arriving => Some(ARRIVE_TIMEOUT),
            Phase::Open if pending => Some(user.unwrap_or(DATA_TIMEOUT)),
            Phase::Open if options.keep_alive != 0 => {
                Some(seconds(options.keep_idle) + seconds(options.keep_interval) * options.keep_count as u32)
            }
            Phase::Open => None,
        };
        socket.set_timeout(timeout);
        let keep = (options.keep_alive != 0 && phase == Phase::Open).then(|| {
            let idle = seconds(options.keep_idle);
            if now >= heard + idle { seconds(options.keep_interval) } else { idle }
        });
        let keep = if asking { Some(PROBE) } else { keep };
        if socket.keep_alive() != keep {
            socket.set_keep_alive(keep);
        }
    }

    /// Ends the half that sends. In LAST-ACK smoltcp takes no news of the other end's window (what acknowledges nothing
    /// new is answered, and dropped): all is to arrive before, but
    /// for what any window has room for.
    pub fn end(&mut self) {
        let little = self.written <= ONE_SEGMENT || self.socket().send_queue() == 0;
        self.ending = !self.rest.is_empty() || (self.socket().state() == State::CloseWait && !little);
        if !self.ending {
            self.socket_mut().close();
        }
    }

    /// Feeds smoltcp a segment made here, so many times.
    fn feed_made(&mut self, attached: &mut Attached, now: Instant, stranger: bool, times: usize) {
        let hardware = (attached.medium() == Medium::Ethernet).then_some(attached.hardware);
        let Some(mut frame) = self.recovery.segment(&self.flow, hardware, stranger) else { return };
        if let Kind::Tcp(segment) = frame::look(attached.medium(), &frame, attached.hardware, true)
            && let Some(packet) = frame.get_mut(attached.header()..)
        {
            packet::lower(packet, &segment, &self.wire);
        }
        for _ in 0..times {
            attached.feed(now, &frame, &mut self.set, Some(&mut self.wire));
        }
    }

    /// Somebody opens a connection where one is (RFC 5961, 4.2): they hear what is expected here, and say if they know
    /// nothing of that. smoltcp only drops a SYN.
    pub fn challenge(&mut self, attached: &mut Attached, now: Instant) {
        self.feed_made(attached, now, true, 1);
    }

    /// Has smoltcp send the first data anew that are not acknowledged. Without data it would only forget its timer.
    pub fn repeat_first(&mut self, attached: &mut Attached, now: Instant) {
        if matches!(self.socket().state(), State::Established | State::CloseWait | State::FinWait1)
            && self.socket().send_queue() > 0
        {
            self.feed_made(attached, now, false, ALIKE);
        }
    }

    /// Is so much to be sent that a larger buffer is worth it?
    pub fn wants_room(&self, options: &Options, wanted: usize) -> bool {
        let socket = self.socket();
        options.send_buffer.is_none() && socket.send_queue() == 0 && wanted > socket.send_capacity()
    }

    /// Has so much come that a larger buffer is worth it?
    pub fn wants_window(&self, options: &Options) -> bool {
        let socket = self.socket();
        options.receive_buffer.is_none()
            && socket.recv_queue() == 0
            && self.read.wrapping_sub(self.read_before) >= socket.recv_capacity()
    }

    /// Is it worth telling when what has come is read? Not while the window that the other end knows of is wide open: it
    /// hears of the new one by the next acknowledgement.
    pub fn opens_window(&self) -> bool {
        let socket = self.socket();
        self.side == Side::Loopback || socket.recv_capacity() < WIDE || socket.recv_queue() > socket.recv_capacity() / 4
    }

    /// Has the other end said that nothing more comes?
    pub fn at_end(&self) -> bool {
        matches!(self.socket().state(), State::CloseWait | State::LastAck | State::Closing | State::TimeWait)
    }

    pub fn readable(&self) -> bool {
        self.phase == Phase::Open && (self.socket().can_recv() || self.at_end() || self.shut_read)
    }

    /// Enough room that a send is worth it, or an error for who tries.
    pub fn writable(&self) -> bool {
        let socket = self.socket();
        let most = if self.cramped { 0 } else { socket.send_capacity() / 3 * 2 };
        let has_room = self.rest.is_empty() && socket.send_queue() <= most;
        self.phase == Phase::Open && (self.ending || !socket.may_send() || has_room)
    }
}
