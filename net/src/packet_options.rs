//! `IP_PKTOPTIONS` and IPv6's of the same kind: what came with the packet that opened a connection, as far as the socket wants to
//! be told (`IP_RECVTTL` and its like). Linux keeps the hop limit where the one for groups is, and so is it told as that.

use crate::Stack;
use crate::entry::Body;
use crate::header::Header;
use crate::options::{Options, int, level, packet_info};
use alloc::vec::Vec;
use joist_vm::platform::{Errno, Style};
use smoltcp::wire::IpAddress;

pub(crate) const IP_PKTOPTIONS: i32 = 9;
pub(crate) const IPV6_2292PKTOPTIONS: i32 = 6;

const IP_TOS: i32 = 1;
const IP_TTL: i32 = 2;
const IP_PKTINFO: i32 = 8;
const IPV6_HOPLIMIT: i32 = 52;
const IPV6_TCLASS: i32 = 67;

impl Options {
    /// A connection was opened by this packet.
    pub fn opened_by(&mut self, header: &Header) {
        let hops = if header.is_v4() { &mut self.multicast_ttl } else { &mut self.multicast_hops6 };
        *hops = header.ttl.into();
        self.came_with = header.tos;
    }
}

impl Stack {
    /// Control messages one behind the other.
    pub(crate) fn packet_options(&mut self, id: u64, v4: bool) -> Result<Vec<u8>, Errno> {
        let entry = self.entry(id)?;
        if entry.style != Style::Stream {
            return Err(Errno::Enoprotoopt);
        }
        let (options, service) = (&entry.options, int(entry.options.came_with.into()));
        let mut all = Vec::new();
        if v4 {
            if let (true, Body::Connection(c)) = (options.packet_info != 0, &entry.body)
                && let address @ IpAddress::Ipv4(_) = c.flow.local.addr
            {
                put(&mut all, level::IP, IP_PKTINFO, &packet_info(c.side.index(), address));
            }
            if options.receive_ttl != 0 {
                put(&mut all, level::IP, IP_TTL, &int(options.multicast_ttl));
            }
            if options.receive_tos != 0 {
                put(&mut all, level::IP, IP_TOS, &service);
            }
        } else {
            if options.receive_hops != 0 {
                put(&mut all, level::IPV6, IPV6_HOPLIMIT, &int(options.multicast_hops6));
            }
            if options.receive_class != 0 {
                put(&mut all, level::IPV6, IPV6_TCLASS, &service);
            }
        }
        Ok(all)
    }
}

/// A `cmsghdr` with its data.
fn put(all: &mut Vec<u8>, level: i32, kind: i32, data: &[u8]) {
    const HEADER: usize = 16;
    let end = all.len() + (HEADER + data.len()).next_multiple_of(8);
    all.extend((HEADER + data.len()).to_ne_bytes());
    all.extend([level, kind].map(i32::to_ne_bytes).concat());
    all.extend_from_slice(data);
    all.resize(end, 0);
}
