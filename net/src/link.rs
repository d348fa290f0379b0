//! Where frames come from and go to: what a driver offers ([`Link`]), the loopback, and the device that smoltcp sees,
//! which holds at most the one frame that is being looked at.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec;
use smoltcp::phy::{ChecksumCapabilities, Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;
use smoltcp::wire::{IpAddress, Ipv4Packet, Ipv6Packet, TcpPacket, TcpSeqNumber};

/// A frame that came in; it goes back to its link by [`Link::recycle`].
#[derive(Debug)]
pub struct Frame {
    pub buffer: Box<[u8]>,
    pub start: usize,
    pub len: usize,
}

impl Frame {
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.start + self.len).unwrap_or_default()
    }
}

/// A network card, or the like.
pub trait Link {
    /// The longest IP packet that it carries.
    fn mtu(&self) -> usize;
    /// The next frame that has come in.
    fn receive(&mut self) -> Option<Frame>;
    /// Takes a frame back.
    fn recycle(&mut self, frame: Frame);
    /// Can it take one more frame to send?
    fn room(&mut self) -> bool;
    /// Sends a frame of `len` bytes, which `fill` writes; without room it does nothing.
    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8]));
    /// All that [`Link::send`] took may go now.
    fn flush(&mut self) {}
}

/// The machine's own network: what is sent comes in again.
#[derive(Debug, Default)]
pub(crate) struct Loopback(VecDeque<Box<[u8]>>);

/// Smaller than Linux's, so that a connection's window holds several segments.
const LOOPBACK_MTU: usize = 16384;
/// What is sent beyond waits in its socket.
const LOOPBACK_FRAMES: usize = 256;

impl Link for Loopback {
    fn mtu(&self) -> usize {
        LOOPBACK_MTU
    }

    fn receive(&mut self) -> Option<Frame> {
        let buffer = self.0.pop_front()?;
        let len = buffer.len();
        Some(Frame { buffer, start: 0, len })
    }

    fn recycle(&mut self, _: Frame) {}

    fn room(&mut self) -> bool {
        self.0.len() < LOOPBACK_FRAMES
    }

    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        let mut buffer = vec![0; len].into_boxed_slice();
        fill(&mut buffer);
        self.0.push_back(buffer);
    }
}

/// How smoltcp is to treat a link.
pub(crate) fn capabilities(medium: Medium, mtu: usize) -> DeviceCapabilities {
    let mut caps = DeviceCapabilities::default();
    caps.medium = medium;
    caps.max_transmission_unit = if medium == Medium::Ethernet { mtu + 14 } else { mtu };
    if medium == Medium::Ip {
        caps.checksum = ChecksumCapabilities::ignored(); // memory is trusted
    }
    caps
}

/// smoltcp's view of a link for one call.
pub(crate) struct Port<'a> {
    pub link: &'a mut dyn Link,
    pub frame: Option<&'a [u8]>,
    pub caps: &'a DeviceCapabilities,
    /// Type of service or traffic class of what is sent, which smoltcp knows nothing of.
    pub tos: u8,
    /// Of a connection: the end of all that it has sent.
    pub top: Option<&'a mut Top>,
}

/// The sequence number after all that a connection has sent.
pub(crate) type Top = Option<TcpSeqNumber>;

pub(crate) struct Incoming<'a>(&'a [u8]);

pub(crate) struct Outgoing<'a> {
    link: &'a mut dyn Link,
    medium: Medium,
    tos: u8,
    top: Option<&'a mut Top>,
}

impl Port<'_> {
    fn outgoing(&mut self) -> Outgoing<'_> {
        Outgoing { link: &mut *self.link, medium: self.caps.medium, tos: self.tos, top: self.top.as_deref_mut() }
    }
}

impl Device for Port<'_> {
    type RxToken<'b>
        = Incoming<'b>
    where
        Self: 'b;
    type TxToken<'b>
        = Outgoing<'b>
    where
        Self: 'b;

    fn receive(&mut self, _: Instant) -> Option<(Incoming<'_>, Outgoing<'_>)> {
        let frame = self.frame.take()?;
        Some((Incoming(frame), self.outgoing()))
    }

    fn transmit(&mut self, _: Instant) -> Option<Outgoing<'_>> {
        self.link.room().then(|| self.outgoing())
    }

    fn capabilities(&self) -> DeviceCapabilities {
        self.caps.clone()
    }
}

impl RxToken for Incoming<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

impl TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, len: usize, f: F) -> R {
        let (mut f, mut result) = (Some(f), None);
        self.link.send(len, &mut |buffer| {
            if let Some(f) = f.take() {
                result = Some(f(buffer));
                let header = if self.medium == Medium::Ethernet { 14 } else { 0 };
                if let Some(packet) = buffer.get_mut(header..) {
                    mark(packet, self.tos);
                    if let Some(top) = self.top.as_deref_mut() {
                        raise(packet, top);
                    }
                }
            }
        });
        match (result, f) {
            (Some(result), _) => result,
            // An answer that finds no room is lost, as on any wire.
            (None, Some(f)) => f(&mut vec![0; len]),
            (None, None) => unreachable!("the closure that was run left its result"),
        }
    }
}

/// Writes the type of service into a packet's header.
fn mark(packet: &mut [u8], tos: u8) {
    if tos == 0 {
        return;
    }
    match packet.first().map(|b| b >> 4) {
        Some(4) if packet.len() >= 20 => {
            packet[1] = tos;
            Ipv4Packet::new_unchecked(packet).fill_checksum();
        }
        Some(6) if packet.len() >= 40 => Ipv6Packet::new_unchecked(packet).set_traffic_class(tos),
        _ => {}
    }
}

/// A segment without data gets the number after all that was sent. smoltcp goes back in it when it sends data anew, and
/// then acknowledges with a number that the other end takes for an old one: two ends that both do so never agree again.
fn raise(packet: &mut [u8], top: &mut Top) {
    let (header, from, to): (usize, IpAddress, IpAddress) = match packet.first().map(|b| b >> 4) {
        Some(4) => {
            let ip = Ipv4Packet::new_unchecked(&*packet);
            (ip.header_len().into(), ip.src_addr().into(), ip.dst_addr().into())
        }
        Some(6) => {
            let ip = Ipv6Packet::new_unchecked(&*packet);
            (40, ip.src_addr().into(), ip.dst_addr().into())
        }
        _ => return,
    };
    let is_tcp = if header == 40 && packet[0] >> 4 == 6 { packet.get(6) } else { packet.get(9) } == Some(&6);
    let Some(Ok(mut tcp)) = packet.get_mut(header..).filter(|_| is_tcp).map(TcpPacket::new_checked) else { return };
    let end = tcp.seq_number() + tcp.segment_len();
    match *top {
        Some(top) if tcp.segment_len() == 0 && end < top => {
            tcp.set_seq_number(top);
            tcp.fill_checksum(&from, &to);
        }
        Some(old) if end <= old => {}
        _ => *top = Some(end),
    }
}
