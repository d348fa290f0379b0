//! What only the kernel's routing socket tells of an interface (`rtnetlink(7)`): the length of its queue, and where its
//! hardware is mapped.

use super::errno;
use joist_vm::platform::{Errno, Link};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const NLM_F_REQUEST: u16 = 1;
const IFLA_TXQLEN: u16 = 13;
const IFLA_MAP: u16 = 14;
/// Bytes of a `nlmsghdr`, and of an `ifinfomsg`.
const HEADER: usize = 16;
const INFO: usize = 16;

/// # Errors
/// [`Errno::Enodev`].
pub(super) fn details(index: u32) -> Result<Link, Errno> {
    let flags = SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None).map_err(errno)?;
    let mut request = Vec::new();
    request.extend(((HEADER + INFO) as u32).to_ne_bytes());
    request.extend([RTM_GETLINK, NLM_F_REQUEST].map(u16::to_ne_bytes).concat());
    // Sequence and sender; then family and kind, the interface, flags and which of them would change.
    request.extend([0, 0, 0, index, 0, 0].map(u32::to_ne_bytes).concat());
    rustix::net::send(&socket, &request, SendFlags::empty()).map_err(errno)?;
    let mut answer = vec![0; 1 << 16];
    let (len, _) = rustix::net::recv(&socket, &mut answer[..], RecvFlags::empty()).map_err(errno)?;
    parse(&answer[..len]).ok_or(Errno::Enodev)
}

fn parse(answer: &[u8]) -> Option<Link> {
    if word(answer, 4)? as u16 != RTM_NEWLINK {
        return None;
    }
    let (mut link, mut rest) = (Link::default(), answer.get(HEADER + INFO..)?);
    while let Some(header) = word(rest, 0) {
        let (len, kind) = (usize::from(header as u16), (header >> 16) as u16);
        let Some(value) = rest.get(4..len) else { break };
        match kind {
            IFLA_TXQLEN => link.queue = word(value, 0)?,
            IFLA_MAP => {
                let long = |at: usize| value.get(at..at + 8)?.try_into().ok().map(u64::from_ne_bytes);
                (link.memory_start, link.memory_end, link.base) = (long(0)?, long(8)?, long(16)?);
                let last = word(value, 24)?.to_ne_bytes();
                (link.interrupt, link.dma, link.port) = (u16::from_ne_bytes([last[0], last[1]]), last[2], last[3]);
            }
            _ => {}
        }
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(link)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}
