//! `/etc/hosts`: which addresses have which names.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use joist_vm::platform::platform;

/// Its lines: an address and its names.
pub(crate) fn all() -> Vec<(IpAddr, Vec<String>)> {
    let text = platform().read_file(b"/etc/hosts").unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let line = |line: &str| {
        let mut words = line.split('#').next()?.split_whitespace();
        Some((words.next()?.parse().ok()?, words.map(Into::into).collect()))
    };
    text.lines().filter_map(line).collect()
}
