//! Where frames come from and go to: what a driver offers ([`Link`]), the loopback, and the device that smoltcp sees,
//! which holds at most the one frame that is being looked at.

use crate::header::Header;
use crate::packet::{self, ETHERNET_HEADER, Wire};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroUsize;
use smoltcp::phy::{Checksum, ChecksumCapabilities, Device, DeviceCapabilities, Medium, PacketMeta, RxToken, TxToken};
use smoltcp::time::Instant;
use smoltcp::wire::IpProtocol;

/// A frame that came in; it goes back to its link by [`Link::recycle`].
#[derive(Debug)]
pub struct Frame {
    pub buffer: Box<[u8]>,
    pub start: usize,
    pub len: usize,
}

impl Frame {
    pub fn bytes(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.start..self.start + self.len).unwrap_or_default()
    }
}

/// What a card does for the stack.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offers {
    /// It fills in TCP's checksum.
    pub checksums: bool,
    /// It cuts large segments of TCP over IPv4 up. (Of IPv6 smoltcp gives none: it takes them for what is to be fragmented.)
    pub segments: bool,
}

/// What a card is to do with a frame. Without any of it: all zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct Task {
    /// Where that begins which its checksum is of, and how far behind it lies the checksum, which holds the sum of the
    /// pseudo header.
    pub start: usize,
    pub offset: usize,
    /// Bytes of data in each segment that it is to be cut into, and of the headers before them.
    pub segment: usize,
    pub headers: usize,
}

/// A network card, or the like.
pub trait Link {
    /// The longest IP packet that it carries.
    fn mtu(&self) -> usize;
    /// The next frame that has come in.
    fn receive(&mut self) -> Option<Frame>;
    /// Takes a frame back.
    fn recycle(&mut self, frame: Frame);
    /// Did somebody check the checksums of the frame that came last?
    fn checked(&self) -> bool {
        false
    }
    fn offers(&self) -> Offers {
        Offers::default()
    }
    /// Is there anybody at the other end of the cable?
    fn carries(&mut self) -> bool {
        true
    }
    /// Can it take one more frame to send?
    fn room(&mut self) -> bool;
    /// Can it take so many?
    fn room_for(&mut self, _frames: usize) -> bool {
        self.room()
    }
    /// Sends a frame of `len` bytes, which `fill` writes; without room it does nothing.
    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8]));
    /// The same, with a task for the card: one that it offers.
    fn send_with(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8]) -> Task) {
        self.send(len, &mut |buffer| {
            fill(buffer);
        });
    }
    /// All that [`Link::send`] took goes now.
    fn flush(&mut self) {}
    /// Has the card tell of what comes in, or not: who looks for it all the time need not be told. True if it is told of
    /// from now on, and something has come in before.
    fn be_told(&mut self, _on: bool) -> bool {
        false
    }
    /// Is there something that comes in or goes out by the next poll, and that nobody else tells of?
    fn waits(&self) -> bool {
        false
    }
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

    fn waits(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Keeps the last packet, and sends none.
#[derive(Debug, Default)]
pub(crate) struct Aside(pub Vec<u8>);

impl Link for Aside {
    fn mtu(&self) -> usize {
        LOOPBACK_MTU
    }

    fn receive(&mut self) -> Option<Frame> {
        None
    }

    fn recycle(&mut self, _: Frame) {}

    fn room(&mut self) -> bool {
        true
    }

    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        self.0 = vec![0; len];
        fill(&mut self.0);
    }
}

/// What smoltcp gives at once of a connection's data to a card that cuts it up, and to one for which it is cut up here.
const LARGE: usize = ETHERNET_HEADER + 65535;
const MEDIUM: usize = 16384;
/// Frames that the latter comes to, with short segments.
const FRAMES: usize = MEDIUM / 500 + 1;

/// How smoltcp is to treat a link.
pub(crate) fn capabilities(medium: Medium, link: &dyn Link) -> DeviceCapabilities {
    let (mtu, offers) = (link.mtu(), link.offers());
    let mut caps = DeviceCapabilities::default();
    caps.medium = medium;
    caps.max_transmission_unit = if medium == Medium::Ethernet { mtu + ETHERNET_HEADER } else { mtu };
    if medium == Medium::Ip {
        caps.checksum = ChecksumCapabilities::ignored(); // memory is trusted
    } else {
        // The stack checks what comes in; `Outgoing` sees to what goes out.
        caps.checksum.ipv4 = Checksum::Tx;
        caps.checksum.tcp = Checksum::None;
        caps.checksum.udp = Checksum::Tx;
        caps.segmentation.tcpv4 = NonZeroUsize::new(if offers.segments { LARGE } else { MEDIUM });
    }
    caps
}

/// smoltcp's view of a link for one call.
pub(crate) struct Port<'a> {
    pub link: &'a mut dyn Link,
    pub frame: Option<&'a [u8]>,
    pub caps: &'a DeviceCapabilities,
    /// Room for what is cut up here.
    pub scratch: &'a mut Vec<u8>,
    /// Type of service or traffic class of what is sent, which smoltcp knows nothing of.
    pub tos: u8,
    /// Of a connection.
    pub wire: Option<&'a mut Wire>,
}

impl<'a> Port<'a> {
    /// Of no connection, and with no type of service.
    pub fn plain(
        link: &'a mut dyn Link,
        frame: Option<&'a [u8]>,
        caps: &'a DeviceCapabilities,
        scratch: &'a mut Vec<u8>,
    ) -> Self {
        Port { link, frame, caps, scratch, tos: 0, wire: None }
    }
}

pub(crate) struct Incoming<'a>(&'a [u8]);

pub(crate) struct Outgoing<'a> {
    link: &'a mut dyn Link,
    medium: Medium,
    scratch: &'a mut Vec<u8>,
    tos: u8,
    wire: Option<&'a mut Wire>,
    segment: usize,
}

impl Port<'_> {
    fn outgoing(&mut self) -> Outgoing<'_> {
        Outgoing {
            link: &mut *self.link,
            medium: self.caps.medium,
            scratch: self.scratch,
            tos: self.tos,
            wire: self.wire.as_deref_mut(),
            segment: 0,
        }
    }
}

/// Is there room for whatever smoltcp sends next?
pub(crate) fn has_room(link: &mut dyn Link, medium: Medium) -> bool {
    // One segment of IPv6 may be cut in two, for a narrow path.
    if medium == Medium::Ip || link.offers().segments { link.room_for(2) } else { link.room_for(FRAMES) }
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
        has_room(self.link, self.caps.medium).then(|| self.outgoing())
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

impl Outgoing<'_> {
    /// Cuts a large segment up.
    fn cut<R>(self, len: usize, path: usize, f: impl FnOnce(&mut [u8]) -> R) -> R {
        if self.scratch.len() < len {
            self.scratch.resize(len, 0);
        }
        let whole = &mut self.scratch[..len];
        let result = f(whole);
        if let Some(packet) = whole.get_mut(ETHERNET_HEADER..)
            && let Some(header) = finished(packet, self.tos, self.wire)
        {
            let size = packet::within(packet, &header, self.segment, path);
            packet::cut(whole, &header, size, &mut |len, fill| self.link.send(len, fill));
        }
        result
    }
}

/// What smoltcp knows nothing of; answers the header of a packet of TCP.
fn finished(packet: &mut [u8], tos: u8, mut wire: Option<&mut Wire>) -> Option<Header> {
    packet::mark(packet, tos);
    if let Some(wire) = wire.as_deref_mut() {
        packet::loosen(packet, wire);
    }
    let header = Header::read(packet).filter(|header| header.protocol == IpProtocol::Tcp)?;
    if let Some(wire) = wire {
        packet::raise(packet, &header, wire);
    }
    Some(header)
}

impl TxToken for Outgoing<'_> {
    fn set_meta(&mut self, meta: PacketMeta) {
        self.segment = meta.segmentation_offload_size.map_or(0, |size| size.get().into());
    }

    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, len: usize, f: F) -> R {
        let offers = self.link.offers();
        let (v6, path) = self.wire.as_ref().map_or((false, 0), |wire| (wire.v6, wire.path));
        if (v6 || !offers.segments) && (self.segment != 0 || (path != 0 && len > ETHERNET_HEADER + path)) {
            return self.cut(len, path, f);
        }
        let (mut f, mut result) = (Some(f), None);
        let Outgoing { link, medium, tos, wire, segment, .. } = &mut self;
        link.send_with(len, &mut |buffer| {
            let Some(f) = f.take() else { return Task::default() };
            result = Some(f(buffer));
            let header = if *medium == Medium::Ethernet { ETHERNET_HEADER } else { 0 };
            let Some(packet) = buffer.get_mut(header..) else { return Task::default() };
            match finished(packet, *tos, wire.as_deref_mut()) {
                Some(header) if *medium == Medium::Ethernet => {
                    let size = packet::within(packet, &header, *segment, path);
                    packet::finish(packet, &header, offers.checksums, size)
                }
                _ => Task::default(),
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
