//! Linux's numbers for what sockets have (`asm-generic/socket.h`, `netinet/in.h`).

use joist_vm::platform::{Family, Style};

pub(super) const SOL_SOCKET: i32 = 1;
pub(super) const SO_TYPE: i32 = 3;
pub(super) const SO_PROTOCOL: i32 = 38;
pub(super) const SO_DOMAIN: i32 = 39;

pub(super) const IPPROTO_IP: i32 = 0;
pub(super) const IPPROTO_TCP: i32 = 6;
pub(super) const IPPROTO_UDP: i32 = 17;
pub(super) const IPPROTO_IPV6: i32 = 41;

/// What a socket opened with protocol 0 says that its protocol is.
pub(super) const fn own_protocol(family: Family, style: Style) -> i32 {
    match (family, style) {
        (Family::Local, _) => 0,
        (_, Style::Stream) => IPPROTO_TCP,
        (_, Style::Datagram) => IPPROTO_UDP,
        (_, Style::Packets) => 132,
        (_, Style::Raw) => 0,
    }
}

pub(super) const fn family(number: i32) -> Option<Family> {
    match number {
        1 => Some(Family::Local),
        2 => Some(Family::V4),
        10 => Some(Family::V6),
        _ => None,
    }
}

pub(super) const fn style(number: i32) -> Option<Style> {
    match number {
        1 => Some(Style::Stream),
        2 => Some(Style::Datagram),
        3 => Some(Style::Raw),
        5 => Some(Style::Packets),
        _ => None,
    }
}

pub(super) const fn family_name(family: Family) -> &'static str {
    match family {
        Family::V4 => "inet",
        Family::V6 => "inet6",
        Family::Local => "local",
    }
}

pub(super) const fn style_name(style: Style) -> &'static str {
    match style {
        Style::Stream => "stream",
        Style::Datagram => "dgram",
        Style::Packets => "seqpacket",
        Style::Raw => "raw",
    }
}
