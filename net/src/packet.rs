//! What is done to packets past smoltcp: checksums, a byte of the header, sequence numbers, cutting up.

use crate::checksum::{OF_TCP, Sum};
use crate::frame::Segment;
use crate::header::Header;
use crate::link::Task;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpProtocol, Ipv4Packet, Ipv6Packet, TcpPacket, TcpRepr, TcpSeqNumber};

pub(crate) const ETHERNET_HEADER: usize = 14;
/// What every link carries of IPv6.
pub(crate) const LEAST_V6: usize = 1280;

/// What of a connection is otherwise on the wire than smoltcp has it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wire {
    /// The number of its first byte, and the one after all that it has sent.
    pub first: Option<TcpSeqNumber>,
    pub top: Option<TcpSeqNumber>,
    /// What its sequence numbers are higher than smoltcp's; see `tcp/resize.rs`.
    pub offset: i32,
    /// How far smoltcp shifts its window, where windows are scaled at all.
    pub shift: Option<u8>,
    /// The end of the window that it gave last.
    pub edge: Option<TcpSeqNumber>,
    /// The longest packet that its path carries, where that is less than its link; or 0.
    pub path: usize,
    /// Of IPv6, for which smoltcp doesn't say it: the longest packet that the other end takes.
    pub taken: usize,
    pub v6: bool,
}

impl Wire {
    /// The longest packet that its path carries and the other end takes; 0: as long as it is.
    pub fn longest(&self) -> usize {
        match (self.path, self.taken) {
            (0, longest) | (longest, 0) => longest,
            (path, taken) => path.min(taken),
        }
    }
}

/// How far its window is shifted on the wire: so it can grow.
const SHIFT: u8 = 3;
const WINDOW_SCALE: u8 = 3;
const SEGMENT_SIZE: u8 = 2;

/// What the other end said when it opened a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    pub first: TcpSeqNumber,
    pub mss: Option<u16>,
    pub scale: Option<u8>,
    pub sack: bool,
}

/// Reads a SYN.
pub(crate) fn opening(packet: &[u8]) -> Option<Opening> {
    let header = Header::read(packet)?;
    let tcp = TcpPacket::new_checked(header.payload(packet)).ok()?;
    let syn = TcpRepr::parse(&tcp, &header.from, &header.to, &ChecksumCapabilities::ignored()).ok()?;
    Some(Opening {
        first: syn.seq_number + 1,
        mss: syn.max_seg_size,
        scale: syn.window_scale,
        sack: syn.sack_permitted,
    })
}

/// Where the value of one of TCP's options is.
fn option_of(options: &mut [u8], wanted: u8) -> Option<&mut [u8]> {
    let mut at = 0;
    while let Some(&kind) = options.get(at) {
        let len = if kind == 1 { 1 } else { usize::from(*options.get(at + 1)?).max(2) };
        match kind {
            0 => return None,
            kind if kind == wanted => return options.get_mut(at + 2..at + len),
            _ => at += len,
        }
    }
    None
}

/// Has a SYN ask for segments of `most` bytes at most.
fn limit(options: &mut [u8], most: usize) {
    if let Some([a, b]) = option_of(options, SEGMENT_SIZE) {
        let most = u16::try_from(most).unwrap_or(u16::MAX).min(u16::from_be_bytes([*a, *b]));
        [*a, *b] = most.to_be_bytes();
    }
}

/// Bytes of a segment without options in a packet of `mtu` bytes.
fn largest(mtu: usize, ip: &Header) -> usize {
    mtu.saturating_sub(ip.len + 20)
}

/// Has a SYN that came ask for no more than the link carries: smoltcp believes it to carry more.
pub(crate) fn limit_segments(packet: &mut [u8], segment: &Segment, mtu: usize) {
    if let Some(tcp) = packet.get_mut(segment.ip.len..segment.ip.end) {
        limit(TcpPacket::new_unchecked(tcp).options_mut(), largest(mtu, &segment.ip));
    }
}

/// Makes the number that a segment acknowledges smoltcp's. One that goes beyond the window loses its FIN: smoltcp cuts its
/// data off, and would take the FIN for the end of what is left.
pub(crate) fn lower(packet: &mut [u8], segment: &Segment, wire: &Wire) {
    let renumbered = wire.offset != 0 && segment.ack;
    let beyond = segment.fin && wire.edge.is_some_and(|edge| segment.number + segment.occupies() - 1 > edge);
    if !renumbered && !beyond {
        return;
    }
    let Some(tcp) = packet.get_mut(segment.ip.len..segment.ip.end) else { return };
    let mut tcp = TcpPacket::new_unchecked(tcp);
    if renumbered {
        tcp.set_ack_number(TcpSeqNumber(segment.acknowledges.0.wrapping_sub(wire.offset)));
    }
    if beyond {
        tcp.set_fin(false);
    }
}

/// Puts a value into TCP's checksum.
fn put(packet: &mut [u8], at: usize, value: u16) {
    if let Some(field) = packet.get_mut(at..at + 2) {
        field.copy_from_slice(&value.to_le_bytes());
    }
}

/// Gives a packet of TCP its checksum, or leaves that, and the cutting up, to the card.
pub(crate) fn finish(packet: &mut [u8], header: &Header, offered: bool, segment: usize) -> Task {
    let at = header.len + OF_TCP;
    let pseudo = Sum::pseudo(header, header.end - header.len);
    if offered {
        put(packet, at, pseudo.fold());
        let tcp = packet.get(header.len + 12).map_or(0, |b| usize::from(b >> 4) * 4);
        let start = ETHERNET_HEADER + header.len;
        return Task { start, offset: OF_TCP, segment, headers: start + tcp, v6: !header.is_v4() };
    }
    put(packet, at, 0);
    let sum = pseudo.bytes(header.payload(packet));
    put(packet, at, !sum.fold());
    Task::default()
}

/// Bytes of data for each segment that a packet is to be cut into, of which its path carries so much; 0: it is not.
pub(crate) fn within(packet: &[u8], ip: &Header, segment: usize, path: usize) -> usize {
    if path == 0 || packet.len() <= path {
        return segment;
    }
    let headers = ip.len + packet.get(ip.len + 12).map_or(0, |offset| usize::from(offset >> 4) * 4);
    let most = path - headers.min(path - 1);
    if segment == 0 { most } else { segment.min(most) }
}

/// Lets routers cut up an answer to a ping of IPv4: what they say of its length nobody here would hear. It is like its
/// question in what it is known by there.
pub(crate) fn loosen(packet: &mut [u8], ip: &Header) {
    if ip.protocol == IpProtocol::Icmp && packet.len() > crate::path::LEAST {
        let ident = packet.get(ip.len + 6..).and_then(|sequence| sequence.first_chunk()).copied().unwrap_or_default();
        let mut ip = Ipv4Packet::new_unchecked(packet);
        ip.set_dont_frag(false);
        ip.set_ident(u16::from_be_bytes(ident));
        ip.fill_checksum();
    }
}

/// Writes a frame.
pub(crate) type Fill<'a> = dyn FnMut(&mut [u8]) + 'a;

/// Cuts a frame of TCP up into segments of `size` bytes.
pub(crate) fn cut(frame: &mut [u8], ip: &Header, size: usize, send: &mut dyn FnMut(usize, &mut Fill<'_>)) {
    let tcp_at = ETHERNET_HEADER + ip.len;
    let Some(offset) = frame.get(tcp_at + 12) else { return };
    let headers = tcp_at + usize::from(offset >> 4) * 4;
    let Some((head, data)) = frame.split_at_mut_checked(headers) else { return };
    let whole = TcpPacket::new_unchecked(&head[tcp_at..]);
    let (first, fin, psh) = (whole.seq_number(), whole.fin(), whole.psh());
    let pieces = data.chunks(size.max(1));
    let last = pieces.len().saturating_sub(1);
    let mut before = 0;
    for (n, piece) in pieces.enumerate() {
        let len = headers + piece.len();
        if piece.len() != before {
            before = piece.len();
            let packet = &mut head[ETHERNET_HEADER..];
            if ip.is_v4() {
                let mut v4 = Ipv4Packet::new_unchecked(packet);
                v4.set_total_len((len - ETHERNET_HEADER) as u16);
                v4.fill_checksum();
            } else {
                Ipv6Packet::new_unchecked(packet).set_payload_len((len - tcp_at) as u16);
            }
        }
        let mut tcp = TcpPacket::new_unchecked(&mut head[tcp_at..]);
        tcp.set_seq_number(first + n * size);
        tcp.set_fin(fin && n == last);
        tcp.set_psh(psh && n == last);
        tcp.set_checksum(0);
        let sum = Sum::pseudo(ip, len - tcp_at).bytes(&head[tcp_at..]);
        send(len, &mut |buffer| {
            let (to, rest) = buffer.split_at_mut(headers);
            to.copy_from_slice(head);
            put(to, tcp_at + OF_TCP, !sum.copying(rest, piece).fold());
        });
    }
}

/// Writes the type of service into a packet's header.
pub(crate) fn mark(packet: &mut [u8], tos: u8) {
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

/// Makes a segment's numbers those of the wire. One without data gets the number after all that was sent: smoltcp goes
/// back in it when it sends data anew, and then acknowledges with a number that the other end takes for an old one; two
/// ends that both do so never agree again. Its checksum is made afterwards.
pub(crate) fn raise(packet: &mut [u8], header: &Header, mtu: usize, wire: &mut Wire) {
    let Some(Ok(mut tcp)) = packet.get_mut(header.len..header.end).map(TcpPacket::new_checked) else { return };
    let seq = TcpSeqNumber(tcp.seq_number().0.wrapping_add(wire.offset));
    let end = seq + tcp.segment_len();
    tcp.set_seq_number(seq);
    if tcp.rst() && !tcp.ack() {
        return; // an answer: its number is what the other end thinks of
    }
    match wire.top {
        Some(top) if tcp.segment_len() == 0 && end < top => tcp.set_seq_number(top),
        Some(old) if end <= old => {}
        _ => wire.top = Some(end),
    }
    wire.edge = (tcp.ack() && !tcp.syn()).then(|| {
        let window = usize::from(tcp.window_len()) << wire.shift.unwrap_or(0);
        tcp.ack_number() + window
    });
    if tcp.syn() {
        wire.first = Some(seq + 1);
        limit(tcp.options_mut(), largest(mtu, header));
        wire.shift = None;
        if let Some([scale]) = option_of(tcp.options_mut(), WINDOW_SCALE) {
            wire.shift = Some(core::mem::replace(scale, SHIFT));
        }
    } else if let Some(shift) = wire.shift.filter(|_| !tcp.rst()) {
        let window = u32::from(tcp.window_len()) << shift >> SHIFT;
        tcp.set_window_len(u16::try_from(window).unwrap_or(u16::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::is_whole;
    use alloc::vec::Vec;
    use smoltcp::wire::{EthernetFrame, EthernetProtocol, IpAddress, IpRepr, TcpControl};

    /// A frame of TCP with so many bytes of data, its checksum made by smoltcp.
    fn frame(data: &[u8], control: TcpControl) -> Vec<u8> {
        let (from, to) = (IpAddress::v4(10, 0, 0, 1), IpAddress::v4(10, 0, 0, 2));
        let tcp = TcpRepr {
            src_port: 80,
            dst_port: 1234,
            control,
            seq_number: TcpSeqNumber(-100),
            ack_number: Some(TcpSeqNumber(7)),
            window_len: 1024,
            window_scale: None,
            max_seg_size: None,
            sack_permitted: false,
            sack_ranges: [None, None, None],
            timestamp: None,
            payload: data,
        };
        let ip = IpRepr::new(from, to, IpProtocol::Tcp, tcp.buffer_len(), 64);
        let mut frame = alloc::vec![0; ETHERNET_HEADER + ip.buffer_len()];
        EthernetFrame::new_unchecked(&mut frame[..]).set_ethertype(EthernetProtocol::Ipv4);
        let caps = ChecksumCapabilities::default();
        ip.emit(&mut frame[ETHERNET_HEADER..], &caps);
        tcp.emit(&mut TcpPacket::new_unchecked(&mut frame[ETHERNET_HEADER + 20..]), &from, &to, &caps);
        frame
    }

    #[test]
    fn checksums_are_smoltcps() {
        for len in 0..300 {
            let data: Vec<u8> = (0..len).map(|n| (n * 37 + len) as u8).collect();
            let right = frame(&data, TcpControl::Psh);
            let header = Header::read(&right[ETHERNET_HEADER..]).unwrap();
            assert!(is_whole(&right[ETHERNET_HEADER..], &header), "{len}");
            let mut made = right.clone();
            made[ETHERNET_HEADER + 36] ^= 0x55;
            assert!(!is_whole(&made[ETHERNET_HEADER..], &header), "{len}");
            finish(&mut made[ETHERNET_HEADER..], &header, false, 0);
            assert_eq!(made, right);
        }
    }

    #[test]
    fn pieces_make_the_whole() {
        let data: Vec<u8> = (0..5000u32).map(|n| ((n * n) >> 3) as u8).collect();
        let mut whole = frame(&data, TcpControl::Fin);
        let header = Header::read(&whole[ETHERNET_HEADER..]).unwrap();
        let mut pieces: Vec<Vec<u8>> = Vec::new();
        cut(&mut whole, &header, 1460, &mut |len, fill| {
            let mut buffer = alloc::vec![0; len];
            fill(&mut buffer);
            pieces.push(buffer);
        });
        assert_eq!(pieces.len(), 4);
        let mut got = Vec::new();
        for (n, piece) in pieces.iter().enumerate() {
            let packet = &piece[ETHERNET_HEADER..];
            assert!(is_whole(packet, &Header::read(packet).unwrap()));
            assert!(Ipv4Packet::new_checked(packet).unwrap().verify_checksum());
            let tcp = TcpPacket::new_checked(&packet[20..]).unwrap();
            assert_eq!(tcp.seq_number(), TcpSeqNumber(-100) + got.len());
            assert_eq!(tcp.fin(), n == 3);
            got.extend_from_slice(tcp.payload());
        }
        assert_eq!(got, data);
    }
}
