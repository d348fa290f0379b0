//! The options that `socket:setopt/3` and `socket:getopt/2` know, by level: each once, as data (`optLevel*` in
//! `prim_socket_nif.c`). Numbers are Linux's.

use super::super::numbers::{IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP, SOL_SOCKET};

/// How an option's value is written as a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// There is no such option on Linux, or OTP doesn't support it.
    None,
    Bool,
    Int,
    Linger,
    Domain,
    Type,
    Protocol,
    /// Text of at most so many bytes.
    Text(usize),
    Tos,
    MtuDiscover,
    /// An IPv4 address.
    Address,
    Membership,
    SourceMembership,
    Membership6,
    /// A number, or `default`.
    Hops,
    /// A list of control messages.
    Control,
}

/// An option.
pub(in super::super) struct Opt {
    pub name: &'static str,
    pub number: i32,
    pub kind: Kind,
    /// Only to be asked for; only to be set.
    pub can: Can,
    /// The OTP release that began to support it.
    pub since: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Can {
    Both,
    Get,
    Set,
}

const fn new(name: &'static str, number: i32, kind: Kind) -> Opt {
    Opt { name, number, kind, can: Can::Both, since: 0 }
}

const fn get(name: &'static str, number: i32, kind: Kind) -> Opt {
    Opt { can: Can::Get, ..new(name, number, kind) }
}

const fn set(name: &'static str, number: i32, kind: Kind) -> Opt {
    Opt { can: Can::Set, ..new(name, number, kind) }
}

const fn since(since: u32, option: Opt) -> Opt {
    Opt { since, ..option }
}

const fn none(name: &'static str) -> Opt {
    new(name, 0, Kind::None)
}

/// The longest name of an interface, and of a congestion control.
const NAME: usize = 16;

/// A level: its name, its number, its options.
pub(in super::super) static LEVELS: [(&str, i32, &[Opt]); 5] = [
    ("socket", SOL_SOCKET, &SOCKET),
    ("ip", IPPROTO_IP, &IP),
    ("ipv6", IPPROTO_IPV6, &IPV6),
    ("tcp", IPPROTO_TCP, &TCP),
    ("udp", IPPROTO_UDP, &UDP),
];

static SOCKET: [Opt; 37] = [
    new("acceptconn", 30, Kind::Bool),
    none("acceptfilter"),
    new("bindtodevice", 25, Kind::Text(NAME)),
    new("broadcast", 6, Kind::Bool),
    since(28, none("bsp_state")),
    none("busy_poll"),
    new("debug", 1, Kind::Int),
    get("domain", 39, Kind::Domain),
    new("dontroute", 5, Kind::Bool),
    none("error"),
    since(28, none("exclusiveaddruse")),
    new("keepalive", 9, Kind::Bool),
    new("linger", 13, Kind::Linger),
    none("mark"),
    since(28, none("max_msg_size")),
    since(28, none("maxdg")),
    new("oobinline", 10, Kind::Bool),
    new("passcred", 16, Kind::Bool),
    new("peek_off", 42, Kind::Int),
    none("peercred"),
    new("priority", 12, Kind::Int),
    get("protocol", 38, Kind::Protocol),
    new("rcvbuf", 8, Kind::Int),
    none("rcvbufforce"),
    new("rcvlowat", 18, Kind::Int),
    none("rcvtimeo"),
    new("reuseaddr", 2, Kind::Bool),
    new("reuseport", 15, Kind::Bool),
    none("rxq_ovfl"),
    none("setfib"),
    new("sndbuf", 7, Kind::Int),
    none("sndbufforce"),
    new("sndlowat", 19, Kind::Int),
    none("sndtimeo"),
    new("timestamp", 29, Kind::Bool),
    since(28, new("timestampns", 35, Kind::Bool)),
    get("type", 3, Kind::Type),
];

static IP: [Opt; 34] = [
    set("add_membership", 35, Kind::Membership),
    set("add_source_membership", 39, Kind::SourceMembership),
    set("block_source", 38, Kind::SourceMembership),
    none("dontfrag"),
    set("drop_membership", 36, Kind::Membership),
    set("drop_source_membership", 40, Kind::SourceMembership),
    new("freebind", 15, Kind::Bool),
    new("hdrincl", 3, Kind::Bool),
    new("minttl", 21, Kind::Int),
    none("msfilter"),
    get("mtu", 14, Kind::Int),
    new("mtu_discover", 10, Kind::MtuDiscover),
    new("multicast_all", 49, Kind::Bool),
    new("multicast_if", 32, Kind::Address),
    new("multicast_loop", 34, Kind::Bool),
    new("multicast_ttl", 33, Kind::Int),
    new("nodefrag", 22, Kind::Bool),
    none("options"),
    new("pktinfo", 8, Kind::Bool),
    get("pktoptions", 9, Kind::Control),
    none("recvdstaddr"),
    new("recverr", 11, Kind::Bool),
    none("recvif"),
    new("recvopts", 6, Kind::Bool),
    new("recvorigdstaddr", 20, Kind::Bool),
    new("recvtos", 13, Kind::Bool),
    new("recvttl", 12, Kind::Bool),
    new("retopts", 7, Kind::Bool),
    new("router_alert", 5, Kind::Int),
    none("sendsrcaddr"),
    new("tos", 1, Kind::Tos),
    new("transparent", 19, Kind::Bool),
    new("ttl", 2, Kind::Int),
    set("unblock_source", 37, Kind::SourceMembership),
];

static IPV6: [Opt; 33] = [
    none("addrform"),
    set("add_membership", 20, Kind::Membership6),
    new("authhdr", 10, Kind::Bool),
    none("auth_level"),
    none("checksum"),
    set("drop_membership", 21, Kind::Membership6),
    new("dstopts", 59, Kind::Bool),
    none("esp_trans_level"),
    none("esp_network_level"),
    none("faith"),
    new("flowinfo", 11, Kind::Bool),
    new("hoplimit", 52, Kind::Bool),
    new("hopopts", 54, Kind::Bool),
    none("ipcomp_level"),
    none("join_group"),
    none("leave_group"),
    new("mtu", 24, Kind::Int),
    new("mtu_discover", 23, Kind::MtuDiscover),
    new("multicast_hops", 18, Kind::Hops),
    new("multicast_if", 17, Kind::Int),
    new("multicast_loop", 19, Kind::Bool),
    none("pktoptions"),
    none("portrange"),
    new("recverr", 25, Kind::Bool),
    new("recvhoplimit", 51, Kind::Bool),
    new("recvpktinfo", 49, Kind::Bool),
    new("recvtclass", 66, Kind::Bool),
    new("router_alert", 22, Kind::Int),
    new("rthdr", 57, Kind::Bool),
    new("tclass", 67, Kind::Int),
    new("unicast_hops", 16, Kind::Hops),
    none("use_min_mtu"),
    new("v6only", 26, Kind::Bool),
];

static TCP: [Opt; 13] = [
    new("congestion", 13, Kind::Text(NAME)),
    new("cork", 3, Kind::Bool),
    none("info"),
    since(27, new("keepcnt", 6, Kind::Int)),
    since(27, new("keepidle", 4, Kind::Int)),
    since(27, new("keepintvl", 5, Kind::Int)),
    new("maxseg", 2, Kind::Int),
    none("md5sig"),
    new("nodelay", 1, Kind::Bool),
    none("noopt"),
    none("nopush"),
    none("syncnt"),
    since(27, new("user_timeout", 18, Kind::Int)),
];

static UDP: [Opt; 1] = [new("cork", 1, Kind::Bool)];

/// The option of a level's number and its own.
pub(super) fn find(level: i32, number: i32) -> Option<&'static Opt> {
    let options = LEVELS.iter().find(|l| l.1 == level)?.2;
    options.iter().find(|o| o.number == number && o.kind != Kind::None)
}
