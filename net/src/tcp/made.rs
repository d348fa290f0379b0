//! Segments that are made here, beside smoltcp's own.

use crate::packet::ETHERNET_HEADER;
use alloc::vec;
use alloc::vec::Vec;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, IpAddress, IpEndpoint, IpProtocol, IpRepr, TcpControl, TcpPacket,
    TcpRepr, TcpSeqNumber,
};

/// A segment that says nothing yet.
pub(super) fn blank(from: IpEndpoint, to: IpEndpoint) -> TcpRepr<'static> {
    TcpRepr {
        src_port: from.port,
        dst_port: to.port,
        control: TcpControl::None,
        seq_number: TcpSeqNumber(0),
        ack_number: None,
        window_len: 1024,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None, None, None],
        timestamp: None,
        payload: &[],
    }
}

/// It in a packet; with hardware addresses, the sender's and the receiver's, in an Ethernet frame.
pub(super) fn frame(
    segment: &TcpRepr<'_>,
    from: IpAddress,
    to: IpAddress,
    hardware: Option<[EthernetAddress; 2]>,
) -> Vec<u8> {
    let checksums = ChecksumCapabilities::default();
    let ip = IpRepr::new(from, to, IpProtocol::Tcp, segment.buffer_len(), 64);
    let header = if hardware.is_some() { ETHERNET_HEADER } else { 0 };
    let mut frame = vec![0; header + ip.buffer_len()];
    if let Some([sender, receiver]) = hardware {
        let mut ethernet = EthernetFrame::new_unchecked(&mut frame[..]);
        ethernet.set_src_addr(sender);
        ethernet.set_dst_addr(receiver);
        ethernet.set_ethertype(match to {
            IpAddress::Ipv4(_) => EthernetProtocol::Ipv4,
            IpAddress::Ipv6(_) => EthernetProtocol::Ipv6,
        });
    }
    ip.emit(&mut frame[header..], &checksums);
    segment.emit(&mut TcpPacket::new_unchecked(&mut frame[header + ip.header_len()..]), &from, &to, &checksums);
    frame
}
