//! What smoltcp sees of a link: a device that holds at most the one frame that is being looked at, and takes packets as
//! long as IP has them. What is too long for the link or the path is cut up here: connections' data into segments, by the
//! card if it can, and all else into fragments.

use crate::fragment::{self, Idents};
use crate::header::Header;
use crate::link::{Link, Task};
use crate::packet::{self, ETHERNET_HEADER, Wire};
use crate::path::{self, Paths};
use crate::table::Hasher;
use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroUsize;
use smoltcp::phy::{Checksum, ChecksumCapabilities, Device, DeviceCapabilities, Medium, PacketMeta, RxToken, TxToken};
use smoltcp::time::Instant;
use smoltcp::wire::IpProtocol;

/// The longest packet: of IPv6, whose header doesn't count.
const LONGEST: usize = 40 + 65535;
/// What smoltcp gives at once of a connection's data to a card that cuts it up, and to one for which it is cut up here.
const LARGE: usize = ETHERNET_HEADER + 65535;
const MEDIUM: usize = 16384;
/// Frames that the latter comes to, with short segments.
const FRAMES: usize = MEDIUM / 500 + 1;

/// How smoltcp is to treat a link.
pub(crate) fn capabilities(medium: Medium, link: &dyn Link) -> DeviceCapabilities {
    let offers = link.offers();
    let mut caps = DeviceCapabilities::default();
    caps.medium = medium;
    if medium == Medium::Ip {
        caps.max_transmission_unit = link.mtu();
        caps.checksum = ChecksumCapabilities::ignored(); // memory is trusted
    } else {
        caps.max_transmission_unit = ETHERNET_HEADER + LONGEST;
        // The stack checks what comes in; `Outgoing` sees to what goes out.
        caps.checksum.ipv4 = Checksum::Tx;
        caps.checksum.tcp = Checksum::None;
        caps.checksum.udp = Checksum::Tx;
        let size = |offered: bool| NonZeroUsize::new(if offered { LARGE } else { MEDIUM });
        caps.segmentation.tcpv4 = size(offers.segments);
        caps.segmentation.tcpv6 = size(offers.segments6);
    }
    caps
}

/// What cutting up takes.
pub(crate) struct Cutter {
    /// Room for what is to be cut.
    scratch: Vec<u8>,
    idents: Idents,
    pub paths: Paths,
}

impl Cutter {
    pub fn new(seed: u64) -> Cutter {
        let hasher = Hasher::with_seeds(seed, seed.rotate_left(16), !seed, seed.rotate_left(48));
        Cutter { scratch: Vec::new(), idents: Idents::new(seed), paths: Paths::new(hasher) }
    }

    fn room(&mut self, len: usize) -> &mut [u8] {
        if self.scratch.len() < len {
            self.scratch.resize(len, 0);
        }
        &mut self.scratch[..len]
    }
}

/// smoltcp's view of a link for one call.
pub(crate) struct Port<'a> {
    pub link: &'a mut dyn Link,
    pub frame: Option<&'a [u8]>,
    pub caps: &'a DeviceCapabilities,
    pub cutter: &'a mut Cutter,
    /// Type of service or traffic class of what is sent, which smoltcp knows nothing of.
    pub tos: u8,
    /// Of a connection.
    pub wire: Option<&'a mut Wire>,
    /// What is sent comes to so many frames at most.
    pub frames: usize,
}

impl<'a> Port<'a> {
    /// Of no connection, and with no type of service.
    pub fn plain(
        link: &'a mut dyn Link,
        frame: Option<&'a [u8]>,
        caps: &'a DeviceCapabilities,
        cutter: &'a mut Cutter,
    ) -> Self {
        Port { link, frame, caps, cutter, tos: 0, wire: None, frames: 1 }
    }
}

pub(crate) struct Incoming<'a>(&'a [u8]);

pub(crate) struct Outgoing<'a> {
    link: &'a mut dyn Link,
    medium: Medium,
    cutter: &'a mut Cutter,
    tos: u8,
    wire: Option<&'a mut Wire>,
    segment: usize,
    now: Instant,
}

impl Port<'_> {
    fn outgoing(&mut self, now: Instant) -> Outgoing<'_> {
        Outgoing {
            link: &mut *self.link,
            medium: self.caps.medium,
            cutter: self.cutter,
            tos: self.tos,
            wire: self.wire.as_deref_mut(),
            segment: 0,
            now,
        }
    }
}

/// Frames that the next packet of a connection comes to, at most.
pub(crate) fn frames(link: &dyn Link, medium: Medium, wire: &Wire) -> usize {
    let offers = link.offers();
    let cuts = if wire.v6 { offers.segments6 } else { offers.segments };
    if medium == Medium::Ip || cuts { 1 } else { FRAMES }
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

    fn receive(&mut self, now: Instant) -> Option<(Incoming<'_>, Outgoing<'_>)> {
        let frame = self.frame.take()?;
        Some((Incoming(frame), self.outgoing(now)))
    }

    fn transmit(&mut self, now: Instant) -> Option<Outgoing<'_>> {
        self.link.room_for(self.frames).then(|| self.outgoing(now))
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
    fn cut<R>(self, len: usize, longest: usize, f: impl FnOnce(&mut [u8]) -> R) -> R {
        let Outgoing { link, tos, wire, segment, cutter, .. } = self;
        let result = f(cutter.room(len));
        let Cutter { scratch, paths, .. } = cutter;
        let Some(whole) = scratch.get_mut(..len) else { return result };
        if let Some(packet) = whole.get_mut(ETHERNET_HEADER..)
            && let Some(header) = finished(packet, tos, link.mtu(), wire, paths)
        {
            let size = packet::within(packet, &header, segment, longest);
            packet::cut(whole, &header, size, &mut |len, fill| link.send(len, fill));
        }
        result
    }

    /// Sends a packet in fragments, if it is too long for its path.
    fn split<R>(self, len: usize, f: impl FnOnce(&mut [u8]) -> R) -> R {
        let Outgoing { link, tos, now, cutter, .. } = self;
        let result = f(cutter.room(len));
        let Cutter { scratch, paths, .. } = &mut *cutter;
        let packet = scratch.get_mut(ETHERNET_HEADER..len).unwrap_or_default();
        packet::mark(packet, tos);
        let Some(header) = Header::read(packet) else { return result };
        packet::loosen(packet, &header);
        paths.note(packet, &header);
        let longest = cutter.paths.within(link.mtu(), header.to, now);
        if header.end <= longest {
            link.send(len, &mut |buffer| buffer.copy_from_slice(&cutter.scratch[..len]));
        } else if link.room_for(fragment::pieces(header.end, longest)) {
            let ident = cutter.idents.next(header.to);
            fragment::split(&cutter.scratch[..len], &header, longest, ident, &mut |len, fill| link.send(len, fill));
        } // with room for some of them only, those would be of no use
        result
    }

    /// Must it be looked whether a packet of so many bytes is too long?
    fn may_be_too_long(&self, len: usize) -> bool {
        len > self.link.mtu() || (len > path::LEAST && !self.cutter.paths.is_empty())
    }
}

/// What smoltcp knows nothing of; answers the header of a packet of TCP.
fn finished(packet: &mut [u8], tos: u8, mtu: usize, wire: Option<&mut Wire>, paths: &mut Paths) -> Option<Header> {
    packet::mark(packet, tos);
    let header = Header::read(packet)?;
    packet::loosen(packet, &header);
    if header.protocol != IpProtocol::Tcp {
        paths.note(packet, &header);
        return None;
    }
    if let Some(wire) = wire {
        packet::raise(packet, &header, mtu, wire);
    }
    Some(header)
}

impl TxToken for Outgoing<'_> {
    fn set_meta(&mut self, meta: PacketMeta) {
        self.segment = meta.segmentation_offload_size.map_or(0, |size| size.get().into());
    }

    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, len: usize, f: F) -> R {
        let (offers, mtu) = (self.link.offers(), self.link.mtu());
        let ethernet = self.medium == Medium::Ethernet;
        let longest = self.wire.as_ref().map_or(0, |wire| wire.longest());
        match &self.wire {
            _ if !ethernet => {}
            Some(wire) => {
                let too_long = self.segment != 0 || (longest != 0 && len > ETHERNET_HEADER + longest);
                if too_long && !(if wire.v6 { offers.segments6 } else { offers.segments }) {
                    return self.cut(len, longest, f);
                }
            }
            None if self.may_be_too_long(len - ETHERNET_HEADER) => return self.split(len, f),
            None => {}
        }
        let (mut f, mut result) = (Some(f), None);
        let Outgoing { link, tos, wire, segment, cutter, .. } = &mut self;
        link.send_with(len, &mut |buffer| {
            let Some(f) = f.take() else { return Task::default() };
            result = Some(f(buffer));
            let header = if ethernet { ETHERNET_HEADER } else { 0 };
            let Some(packet) = buffer.get_mut(header..) else { return Task::default() };
            match finished(packet, *tos, mtu, wire.as_deref_mut(), &mut cutter.paths) {
                Some(header) if ethernet => {
                    let size = packet::within(packet, &header, *segment, longest);
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
