//! Which socket options have control messages come with what is received.

use nix::libc::{IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP, SOL_SOCKET};

/// Is it one of them? Numbers are Linux's: those of `socket(7)`, `ip(7)`, `ipv6(7)`, and what newer kernels have.
pub(super) fn wants_control(level: i32, number: i32) -> bool {
    match level {
        // Timestamps (of both sizes of time), credentials, security labels, losses, Wi-Fi's state, marks, priorities.
        SOL_SOCKET => matches!(number, 16 | 29 | 34 | 35 | 37 | 40 | 41 | 63..=65 | 75 | 76 | 82..=84),
        // Addresses, options, TOS, TTL, errors, labels, checksums, sizes of parts.
        IPPROTO_IP => matches!(number, 6..=8 | 11..=13 | 18 | 20 | 23 | 25 | 26),
        // The old and the new numbers of addresses, headers and hop limits; errors, the MTU, class, flow.
        IPPROTO_IPV6 => matches!(number, 2..=5 | 8 | 10 | 11 | 25 | 31 | 49 | 51 | 53 | 56 | 58 | 60 | 66 | 74 | 77),
        IPPROTO_TCP => number == 36,
        IPPROTO_UDP => number == 104,
        _ => false,
    }
}
