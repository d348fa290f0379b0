//! What a frame is for, seen once and without smoltcp: the sockets that it concerns are found by it before smoltcp looks.

use crate::checksum;
use crate::header::Header;
use crate::path::TooLong;
use joist_vm::platform::Errno;
use smoltcp::phy::Medium;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, Icmpv4Packet, Icmpv6Message, Icmpv6Packet, IpAddress, IpEndpoint,
    IpProtocol, Ipv4Packet, Ipv6Packet, TcpPacket, TcpSeqNumber, UdpPacket,
};

/// A TCP connection as this machine sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Flow {
    pub local: IpEndpoint,
    pub remote: IpEndpoint,
}

/// A TCP segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub ip: Header,
    pub flow: Flow,
    pub syn: bool,
    pub ack: bool,
    pub rst: bool,
    pub fin: bool,
    pub number: TcpSeqNumber,
    pub acknowledges: TcpSeqNumber,
    pub window: u16,
    /// Its header's length, and its data's.
    pub header: usize,
    pub data: usize,
}

impl Segment {
    fn read(packet: &[u8], ip: Header) -> Option<Segment> {
        let payload = ip.payload(packet);
        let tcp = TcpPacket::new_checked(payload).ok()?;
        let header = usize::from(tcp.header_len());
        Some(Segment {
            ip,
            flow: Flow {
                local: IpEndpoint::new(ip.to, tcp.dst_port()),
                remote: IpEndpoint::new(ip.from, tcp.src_port()),
            },
            syn: tcp.syn(),
            ack: tcp.ack(),
            rst: tcp.rst(),
            fin: tcp.fin(),
            number: tcp.seq_number(),
            acknowledges: tcp.ack_number(),
            window: tcp.window_len(),
            header,
            data: payload.len() - header,
        })
    }

    /// How many sequence numbers it takes up.
    pub fn occupies(&self) -> usize {
        self.data + usize::from(self.syn) + usize::from(self.fin)
    }

    /// It in its packet.
    pub fn bytes<'a>(&self, packet: &'a [u8]) -> &'a [u8] {
        self.ip.payload(packet)
    }
}

pub(crate) enum Kind {
    Tcp(Segment),
    Udp(Header),
    /// A part of a packet.
    Part(Header),
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
    /// Something was changed on its way.
    Broken,
}

/// A datagram in its packet.
pub(crate) struct Datagram<'a> {
    pub from: IpEndpoint,
    pub to: IpEndpoint,
    pub ttl: u8,
    pub tos: u8,
    pub data: &'a [u8],
}

/// Looks at a frame: at checksums, too, unless somebody has `checked` those of TCP and UDP. Of Ethernet's frames only those
/// for `hardware` or for all are for sockets.
pub(crate) fn look(medium: Medium, frame: &[u8], hardware: EthernetAddress, checked: bool) -> Kind {
    if medium == Medium::Ip {
        return look_at_packet(frame, medium, true); // memory is trusted
    }
    let Ok(ethernet) = EthernetFrame::new_checked(frame) else { return Kind::Other };
    if ethernet.ethertype() == EthernetProtocol::Arp {
        return Kind::Neighbour;
    }
    let to = ethernet.dst_addr();
    if to != hardware && !to.is_multicast() && !to.is_broadcast() {
        return Kind::Other;
    }
    look_at_packet(ethernet.payload(), medium, checked)
}

fn look_at_packet(packet: &[u8], medium: Medium, checked: bool) -> Kind {
    let Some(ip) = Header::read(packet) else { return Kind::Other };
    let payload = ip.payload(packet);
    match ip.protocol {
        _ if medium != Medium::Ip && !checksum::holds(packet, &ip) => Kind::Broken,
        _ if ip.is_part => Kind::Part(ip),
        IpProtocol::Tcp | IpProtocol::Udp if !checked && !checksum::is_whole(packet, &ip) => Kind::Broken,
        IpProtocol::Tcp => Segment::read(packet, ip).map_or(Kind::Other, Kind::Tcp),
        IpProtocol::Udp => Kind::Udp(ip),
        IpProtocol::Icmp => undelivered4(payload).unwrap_or(Kind::Other),
        IpProtocol::Icmpv6 => match Icmpv6Packet::new_checked(payload) {
            Ok(icmp) if icmp.msg_type() == Icmpv6Message::RouterAdvert => Kind::Router,
            Ok(icmp) if icmp.msg_type().is_ndisc() => Kind::Neighbour,
            Ok(_) if medium != Medium::Ip && !checksum::is_whole(packet, &ip) => Kind::Broken,
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
    let (protocol, payload) = match (ip.next_header(), &inner[40..]) {
        // The first fragment says what is in it.
        (IpProtocol::Ipv6Frag, [protocol, _, 0, 0 | 1, _, _, _, _, rest @ ..]) => ((*protocol).into(), rest),
        whole => whole,
    };
    quoted(ip.src_addr().into(), ip.dst_addr().into(), protocol, payload, &said)
}

/// The datagram in a packet, whose checksum was looked at.
pub(crate) fn datagram<'a>(packet: &'a [u8], ip: &Header) -> Option<Datagram<'a>> {
    let payload = ip.payload(packet);
    let udp = UdpPacket::new_checked(payload).ok()?;
    if udp.dst_port() == 0 {
        return None;
    }
    Some(Datagram {
        from: IpEndpoint::new(ip.from, udp.src_port()),
        to: IpEndpoint::new(ip.to, udp.dst_port()),
        ttl: ip.ttl,
        tos: ip.tos,
        data: payload.get(8..udp.len().into())?,
    })
}
