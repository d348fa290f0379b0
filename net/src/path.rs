//! Paths that carry less than our own link (RFC 1191, RFC 8201): routers tell, by ICMP, of packets that were too long. What
//! they quote has to be on its way. Segments are cut smaller then, datagrams go in fragments.

use crate::Stack;
use crate::entry::Body;
use crate::frame::Flow;
use crate::header::Header;
use crate::interface::Side;
use crate::packet::LEAST_V6;
use crate::ports::Protocol;
use crate::table::{Hasher, Map};
use joist_vm::platform::Errno;
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{IpAddress, IpProtocol, TcpSeqNumber};

/// As Linux's `mtu_expires`: then what is too long is sent once more.
const TIME: Duration = Duration::from_secs(600);
/// Linux's `min_pmtu`: whoever says less of IPv4 is not to be trusted.
pub(crate) const LEAST: usize = 552;
const ECHO_REPLY: u8 = 129;
/// So many are known at a time.
const MOST: usize = 1024;

/// A router's word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooLong {
    pub protocol: IpProtocol,
    pub flow: Flow,
    /// Of a segment: its number. Of an answer to a ping: what that is known by.
    pub number: TcpSeqNumber,
    pub carries: usize,
}

pub(crate) struct Paths {
    known: Map<IpAddress, (usize, Instant)>,
    /// The last long answer to a ping of IPv6: to whom, and what it is known by.
    answer: Option<(IpAddress, TcpSeqNumber)>,
}

impl Paths {
    pub fn new(hasher: Hasher) -> Paths {
        Paths { known: Map::with_hasher(hasher), answer: None }
    }

    /// The longest packet that gets to an address, where that is less than what the link carries; else 0.
    pub fn to(&self, address: IpAddress, now: Instant) -> usize {
        if self.known.is_empty() {
            return 0;
        }
        self.known.get(&address).filter(|(_, until)| *until > now).map_or(0, |(carries, _)| *carries)
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The longest packet that gets to an address by a link that carries so much.
    pub fn within(&self, mtu: usize, address: IpAddress, now: Instant) -> usize {
        match self.to(address, now) {
            0 => mtu,
            carries => carries.min(mtu),
        }
    }

    /// The narrowest of all and of `mtu`.
    pub fn narrowest(&self, mtu: usize) -> usize {
        self.known.values().map(|(carries, _)| *carries).min().unwrap_or(mtu).min(mtu)
    }

    /// Notes what is sent for no socket: a router may say that it is too long.
    pub fn note(&mut self, packet: &[u8], ip: &Header) {
        if ip.protocol == IpProtocol::Icmpv6
            && packet.len() > LEAST_V6
            && let [ECHO_REPLY, _, _, _, a, b, c, d, ..] = ip.payload(packet)
        {
            self.answer = Some((ip.to, TcpSeqNumber(i32::from_be_bytes([*a, *b, *c, *d]))));
        }
    }

    fn learn(&mut self, address: IpAddress, carries: usize, now: Instant) {
        if self.known.len() >= MOST {
            self.known.retain(|_, (_, until)| *until > now);
        }
        if self.known.len() < MOST || self.known.contains_key(&address) {
            self.known.insert(address, (carries, now + TIME));
        }
    }
}

impl Stack {
    /// ICMP says that a packet was too long for a link on its way.
    pub(crate) fn too_long(&mut self, side: Side, said: &TooLong) {
        let now = self.now;
        let TooLong { protocol, flow, number, carries } = *said;
        if self.is_own(flow.remote.addr) {
            return; // what goes there is on no wire
        }
        let carries = match flow.remote.addr {
            IpAddress::Ipv4(_) => carries.max(LEAST),
            IpAddress::Ipv6(_) if carries >= LEAST_V6 => carries,
            IpAddress::Ipv6(_) => return,
        };
        let Stack { entries, loopback, cards, flows, ports, .. } = self;
        let Some(attached) = crate::choose(loopback, cards, side) else { return };
        let known = attached.paths().to(flow.remote.addr, now);
        let least = if known == 0 { attached.mtu() } else { known };
        if carries >= least {
            return;
        }
        match protocol {
            IpProtocol::Tcp => {
                let Some(&id) = flows.get(&flow) else { return };
                let Some(Body::Connection(connection)) = entries.get_mut(&id).map(|e| &mut e.body) else { return };
                let Some(top) = connection.wire.top.filter(|top| connection.recovery.is_under_way(number, *top)) else {
                    return;
                };
                if connection.side != side {
                    return; // told by a way that it doesn't go
                }
                attached.paths().learn(flow.remote.addr, carries, now);
                connection.wire.path = carries;
                if connection.recovery.is_lost(top) {
                    connection.repeat_first(attached, now);
                }
                self.touch(id);
            }
            IpProtocol::Udp if !ports.claims(Protocol::Udp, flow.local.port).is_empty() => {
                attached.paths().learn(flow.remote.addr, carries, now);
                self.datagram_lost(&flow, Errno::Emsgsize);
            }
            IpProtocol::Icmpv6 if attached.paths().answer == Some((flow.remote.addr, number)) => {
                attached.paths().learn(flow.remote.addr, carries, now);
            }
            _ => {}
        }
    }
}
