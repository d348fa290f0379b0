//! What a frame is for, seen without smoltcp: the sockets that it concerns are found by it before smoltcp looks.

use crate::path::TooLong;
use joist_vm::platform::Errno;
use smoltcp::phy::{Checksum, ChecksumCapabilities, Medium};
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, Icmpv4Packet, Icmpv6Message, Icmpv6Packet, IpAddress, IpEndpoint,
    IpProtocol, Ipv4Packet, Ipv4Repr, Ipv6Packet, TcpPacket, TcpSeqNumber, UdpPacket, UdpRepr,
};

/// A TCP connection as this machine sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Flow {
    pub local: IpEndpoint,
    pub remote: IpEndpoint,
}

/// What of a segment matters here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub syn: bool,
    pub ack: bool,
    pub rst: bool,
    /// It takes up sequence numbers.
    pub occupies: bool,
    pub acknowledges: TcpSeqNumber,
    pub window: u16,
}

pub(crate) enum Kind {
    Tcp(Flow, Segment),
    Udp,
    /// A part of an IPv4 packet.
    Fragment,
    /// A router's advertisement.
    Router,
    /// Tells of a neighbour's hardware address.
    Neighbour,
    /// ICMP: it was too long for a link on its way.
    TooLong(TooLong),
    /// ICMP: what was sent from here did not arrive.
    Undelivered {
        protocol: IpProtocol,
        flow: Flow,
        error: Errno,
    },
    Other,
}

/// A datagram in its packet.
pub(crate) struct Datagram<'a> {
    pub from: IpEndpoint,
    pub to: IpEndpoint,
    pub ttl: u8,
    pub tos: u8,
    pub data: &'a [u8],
}

/// The IP packet in a frame; of Ethernet only if the frame is for `hardware`.
fn packet(medium: Medium, frame: &[u8], hardware: EthernetAddress) -> Option<&[u8]> {
    if medium == Medium::Ip {
        return Some(frame);
    }
    let frame = EthernetFrame::new_checked(frame).ok()?;
    let to = frame.dst_addr();
    (to == hardware || to.is_multicast() || to.is_broadcast()).then(|| frame.payload())
}

/// An IP packet's ends and payload; of IPv6 without extension headers, which no TCP or UDP of today has.
fn parts(packet: &[u8]) -> Option<(IpAddress, IpAddress, IpProtocol, &[u8])> {
    match packet.first()? >> 4 {
        4 => {
            let ip = Ipv4Packet::new_checked(packet).ok()?;
            Some((ip.src_addr().into(), ip.dst_addr().into(), ip.next_header(), ip.payload()))
        }
        6 => {
            let ip = Ipv6Packet::new_checked(packet).ok()?;
            Some((ip.src_addr().into(), ip.dst_addr().into(), ip.next_header(), ip.payload()))
        }
        _ => None,
    }
}

/// The TCP segment in a frame, without what pads it.
pub(crate) fn segment(medium: Medium, frame: &[u8], hardware: EthernetAddress) -> Option<&[u8]> {
    parts(packet(medium, frame, hardware)?).map(|(.., payload)| payload)
}

pub(crate) fn look(medium: Medium, frame: &[u8], hardware: EthernetAddress) -> Kind {
    if medium == Medium::Ethernet
        && EthernetFrame::new_checked(frame).is_ok_and(|f| f.ethertype() == EthernetProtocol::Arp)
    {
        return Kind::Neighbour;
    }
    let Some(packet) = packet(medium, frame, hardware) else { return Kind::Other };
    if let Ok(ip) = Ipv4Packet::new_checked(packet)
        && ip.version() == 4
        && (ip.more_frags() || ip.frag_offset() != 0)
    {
        return Kind::Fragment;
    }
    let Some((from, to, protocol, payload)) = parts(packet) else { return Kind::Other };
    match protocol {
        IpProtocol::Tcp => {
            let Ok(tcp) = TcpPacket::new_checked(payload) else { return Kind::Other };
            let flow =
                Flow { local: IpEndpoint::new(to, tcp.dst_port()), remote: IpEndpoint::new(from, tcp.src_port()) };
            let occupies = tcp.segment_len() > 0;
            Kind::Tcp(
                flow,
                Segment {
                    syn: tcp.syn(),
                    ack: tcp.ack(),
                    rst: tcp.rst(),
                    occupies,
                    acknowledges: tcp.ack_number(),
                    window: tcp.window_len(),
                },
            )
        }
        IpProtocol::Udp => Kind::Udp,
        IpProtocol::Icmp => undelivered4(payload).unwrap_or(Kind::Other),
        IpProtocol::Icmpv6 => match Icmpv6Packet::new_checked(payload) {
            Ok(icmp) if icmp.msg_type() == Icmpv6Message::RouterAdvert => Kind::Router,
            Ok(icmp) if icmp.msg_type().is_ndisc() => Kind::Neighbour,
            Ok(icmp) if [1, 2].contains(&u8::from(icmp.msg_type())) => undelivered6(payload).unwrap_or(Kind::Other),
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}

/// What an ICMP error says of the packet that it quotes.
enum Said {
    Error(Errno),
    Carries(usize),
}

/// Finds the ends of the packet that an ICMP error quotes.
fn quoted(from: IpAddress, to: IpAddress, protocol: IpProtocol, payload: &[u8], said: &Said) -> Option<Kind> {
    let port = |at: usize| Some(u16::from_be_bytes(*payload.get(at..)?.first_chunk()?));
    let flow = Flow { local: IpEndpoint::new(from, port(0)?), remote: IpEndpoint::new(to, port(2)?) };
    Some(match *said {
        Said::Error(error) => Kind::Undelivered { protocol, flow, error },
        Said::Carries(carries) => {
            let number = TcpSeqNumber(i32::from_be_bytes(*payload.get(4..)?.first_chunk()?));
            Kind::TooLong(TooLong { protocol, flow, number, carries })
        }
    })
}

fn undelivered4(payload: &[u8]) -> Option<Kind> {
    const UNREACHABLE: u8 = 3;
    const TOO_LONG: u8 = 4;
    /// What links carry, where the router is too old to say (RFC 1191, 7.1).
    const USUALLY: [u16; 4] = [1492, 1006, 576, 552];
    let word = |bytes: &[u8], at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    let icmp = Icmpv4Packet::new_checked(payload).ok().filter(Icmpv4Packet::verify_checksum)?;
    if u8::from(icmp.msg_type()) != UNREACHABLE {
        return None;
    }
    let error = match icmp.msg_code() {
        0 | 6 | 9 | 11 => Errno::Enetunreach,
        2 => Errno::Enoprotoopt,
        3 => Errno::Econnrefused,
        _ => Errno::Ehostunreach,
    };
    // The quotation is cut short: its lengths are those of the whole.
    let inner = payload.get(8..)?;
    let ip = Ipv4Packet::new_unchecked(inner);
    if inner.len() < 20 || ip.version() != 4 {
        return None;
    }
    let said = match (icmp.msg_code(), word(payload, 6)?) {
        (TOO_LONG, 0) => Said::Carries(USUALLY.into_iter().find(|n| *n < ip.total_len())?.into()),
        (TOO_LONG, carries) => Said::Carries(carries.into()),
        _ => Said::Error(error),
    };
    quoted(ip.src_addr().into(), ip.dst_addr().into(), ip.next_header(), inner.get(ip.header_len().into()..)?, &said)
}

fn undelivered6(payload: &[u8]) -> Option<Kind> {
    const TOO_BIG: u8 = 2;
    let error = match payload.get(1)? {
        0 => Errno::Enetunreach,
        1 | 5 | 6 => Errno::Eacces,
        4 => Errno::Econnrefused,
        _ => Errno::Ehostunreach,
    };
    let inner = payload.get(8..)?;
    if inner.len() < 40 || inner[0] >> 4 != 6 {
        return None;
    }
    let ip = Ipv6Packet::new_unchecked(inner);
    let said = match payload {
        [TOO_BIG, _, _, _, a, b, c, d, ..] => {
            Said::Carries(usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX))
        }
        _ => Said::Error(error),
    };
    quoted(ip.src_addr().into(), ip.dst_addr().into(), ip.next_header(), &inner[40..], &said)
}

/// The datagram in a frame, whose own checksum was looked at.
pub(crate) fn datagram(medium: Medium, frame: &[u8], hardware: EthernetAddress) -> Option<Datagram<'_>> {
    let mut caps = ChecksumCapabilities::default();
    caps.udp = Checksum::None;
    taken_out(packet(medium, frame, hardware)?, &caps)
}

/// The datagram in an IP packet, if all its checksums hold.
pub(crate) fn datagram_of(packet: &[u8]) -> Option<Datagram<'_>> {
    taken_out(packet, &ChecksumCapabilities::default())
}

fn taken_out<'a>(packet: &'a [u8], caps: &ChecksumCapabilities) -> Option<Datagram<'a>> {
    let (from, to, protocol, payload) = parts(packet)?;
    let (ttl, tos) = if packet[0] >> 4 == 4 {
        let ip = Ipv4Packet::new_checked(packet).ok()?;
        Ipv4Repr::parse(&ip, caps).ok()?;
        (ip.hop_limit(), packet[1])
    } else {
        let ip = Ipv6Packet::new_checked(packet).ok()?;
        (ip.hop_limit(), ip.traffic_class())
    };
    if protocol != IpProtocol::Udp {
        return None;
    }
    let udp = UdpPacket::new_checked(payload).ok()?;
    let repr = UdpRepr::parse(&udp, &from, &to, caps).ok()?;
    let length = usize::from(udp.len());
    Some(Datagram {
        from: IpEndpoint::new(from, repr.src_port),
        to: IpEndpoint::new(to, repr.dst_port),
        ttl,
        tos,
        data: payload.get(8..length)?,
    })
}
