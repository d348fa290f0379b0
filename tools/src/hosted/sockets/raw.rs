//! Three calls of the system as they are, since no crate has them safely: `setsockopt(2)` and `getsockopt(2)` of any option,
//! and `ioctl(2)` on an interface (`netdevice(7)`). What they could do to the process's memory is looked at here.
#![allow(unsafe_code)]

use joist_vm::platform::Errno;
use nix::libc;
use std::os::fd::{AsRawFd, OwnedFd};

type Result<T> = std::result::Result<T, Errno>;

/// Bytes of an `ifreq`.
pub(super) const REQUEST: usize = size_of::<libc::ifreq>();

/// Linux's numbers that `libc` has no names for.
const IPPROTO_ICMPV6: i32 = 58;
const TCP_ZEROCOPY_RECEIVE: i32 = 35;
const SO_GET_FILTER: i32 = 26;
/// Tables of packet filters, of IP and (from 96 and 128 on) of ARP and bridges.
const FILTER_TABLES: [i32; 6] = [64, 65, 96, 97, 128, 129];

/// The levels whose options are known to have no address of memory in their values that the kernel would write to, but for
/// those that the two functions below name. The sockets that there are here have no others.
fn is_known(level: i32) -> bool {
    matches!(
        level,
        libc::SOL_SOCKET
            | libc::IPPROTO_IP
            | libc::IPPROTO_IPV6
            | libc::IPPROTO_TCP
            | libc::IPPROTO_UDP
            | libc::IPPROTO_UDPLITE
            | IPPROTO_ICMPV6
            | libc::IPPROTO_RAW
    )
}

fn may_set(level: i32, number: i32) -> bool {
    // Who replaces a filter's table gets the counters of the old one, at an address that is in the value.
    let table = matches!(level, libc::IPPROTO_IP | libc::IPPROTO_IPV6) && FILTER_TABLES.contains(&number);
    is_known(level) && !table
}

fn may_get(level: i32, number: i32) -> bool {
    // The one counts its length in instructions, the other's value has addresses that data goes to.
    is_known(level)
        && !matches!((level, number), (libc::SOL_SOCKET, SO_GET_FILTER) | (libc::IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE))
}

fn outcome(result: i32) -> Result<()> {
    match result {
        -1 => Err(Errno::from_number(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))),
        _ => Ok(()),
    }
}

pub(super) fn set(fd: &OwnedFd, level: i32, number: i32, value: &[u8]) -> Result<()> {
    if !may_set(level, number) {
        return Err(Errno::Enoprotoopt);
    }
    let len = libc::socklen_t::try_from(value.len()).map_err(|_| Errno::Einval)?;
    // SAFETY: the kernel reads at most `len` bytes, which are there, and writes nothing: see `may_set`.
    outcome(unsafe { libc::setsockopt(fd.as_raw_fd(), level, number, value.as_ptr().cast(), len) })
}

/// The value, which is no longer than what it was before.
pub(super) fn get(fd: &OwnedFd, level: i32, number: i32, mut value: Vec<u8>) -> Result<Vec<u8>> {
    if !may_get(level, number) {
        return Err(Errno::Enoprotoopt);
    }
    let mut len = libc::socklen_t::try_from(value.len()).map_err(|_| Errno::Einval)?;
    // SAFETY: the kernel writes at most `len` bytes, for which there is room, and how many it were: see `may_get`.
    outcome(unsafe { libc::getsockopt(fd.as_raw_fd(), level, number, value.as_mut_ptr().cast(), &raw mut len) })?;
    value.truncate(len as usize);
    Ok(value)
}

/// A request that has nothing in its `ifreq` but values.
pub(super) fn request(fd: &OwnedFd, request: Request, value: &mut [u8; REQUEST]) -> Result<()> {
    // SAFETY: each of these requests reads and writes at most an `ifreq`, which is as long as `value`, and no memory beside it;
    // one that wants another structure, as IPv6's for addresses, wants no longer one. The kernel's copy needs no alignment.
    outcome(unsafe { libc::ioctl(fd.as_raw_fd(), request as libc::Ioctl, value.as_mut_ptr()) })
}

/// Requests on interfaces by their names, and one on the socket itself (`sockatmark(3)`).
#[derive(Debug, Clone, Copy)]
pub(super) enum Request {
    AtMark = 0x8905,
    GetFlags = 0x8913,
    SetFlags = 0x8914,
    SetAddress = 0x8916,
    GetDestination = 0x8917,
    SetDestination = 0x8918,
    SetBroadcast = 0x891a,
    SetNetmask = 0x891c,
    GetMtu = 0x8921,
    SetMtu = 0x8922,
    SetHardware = 0x8924,
    GetHardware = 0x8927,
    GetIndex = 0x8933,
    SetQueueLength = 0x8943,
}
