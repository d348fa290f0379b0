//! Network namespaces (`network_namespaces(7)`): a socket belongs to the one that its thread was in when it was made.

use super::errno;
use joist_vm::platform::Errno;
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::os::fd::{AsFd, OwnedFd};

/// Does something in the namespace that a file stands for, and comes back.
pub(super) fn within<T>(file: &[u8], f: impl FnOnce() -> Result<T, Errno>) -> Result<T, Errno> {
    let open = |file: &[u8]| openat(CWD, file, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).map_err(errno);
    let enter = |namespace: &OwnedFd| {
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).map_err(errno)
    };
    let own = open(b"/proc/thread-self/ns/net")?;
    enter(&open(file)?)?;
    let result = f();
    // Who could leave it can come back.
    enter(&own)?;
    result
}
