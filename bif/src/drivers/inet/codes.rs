//! The numbers that `prim_inet` and the driver talk in, named as in `inet_int.hrl`.

/// What `prim_inet` adds to a request's code.
pub const MAGIC: u32 = 0x03f1_a300;

/// `port_control/3`: `INET_REQ_…`, `TCP_REQ_…`, `PACKET_REQ_…`.
pub mod request {
    pub const OPEN: u32 = 1;
    pub const CLOSE: u32 = 2;
    pub const CONNECT: u32 = 3;
    pub const PEER: u32 = 4;
    pub const NAME: u32 = 5;
    pub const BIND: u32 = 6;
    pub const SETOPTS: u32 = 7;
    pub const GETOPTS: u32 = 8;
    pub const GETSTAT: u32 = 11;
    pub const GETHOSTNAME: u32 = 12;
    pub const FDOPEN: u32 = 13;
    pub const GETFD: u32 = 14;
    pub const GETTYPE: u32 = 15;
    pub const GETSTATUS: u32 = 16;
    pub const GETSERVBYNAME: u32 = 17;
    pub const GETSERVBYPORT: u32 = 18;
    pub const SETNAME: u32 = 19;
    pub const SETPEER: u32 = 20;
    pub const GETIFLIST: u32 = 21;
    pub const IFGET: u32 = 22;
    pub const IFSET: u32 = 23;
    pub const SUBSCRIBE: u32 = 24;
    pub const GETIFADDRS: u32 = 25;
    pub const ACCEPT: u32 = 26;
    pub const LISTEN: u32 = 27;
    pub const IGNOREFD: u32 = 28;
    pub const GETLADDRS: u32 = 29;
    pub const GETPADDRS: u32 = 30;
    pub const TCP_RECV: u32 = 42;
    pub const TCP_UNRECV: u32 = 43;
    pub const TCP_SHUTDOWN: u32 = 44;
    pub const TCP_SENDFILE: u32 = 45;
    pub const PACKET_RECV: u32 = 60;
}

/// The first byte of an answer.
pub mod reply {
    pub const ERROR: u8 = 0;
    pub const OK: u8 = 1;
}

/// Families of addresses: `INET_AF_…`.
pub mod family {
    pub const UNSPEC: u8 = 0;
    pub const INET: u8 = 1;
    pub const INET6: u8 = 2;
    pub const ANY: u8 = 3;
    pub const LOOPBACK: u8 = 4;
    pub const LOCAL: u8 = 5;
}

/// `INET_TYPE_…`.
pub mod style {
    pub const STREAM: u8 = 1;
    pub const DGRAM: u8 = 2;
}

/// `INET_F_…`: what `inet:getstatus` tells, and what the driver knows of its state.
pub mod state {
    pub const OPEN: u32 = 0x01;
    /// Connected.
    pub const ACTIVE: u32 = 0x04;
    pub const LISTEN: u32 = 0x08;
    pub const CONNECTING: u32 = 0x10;
    pub const ACCEPTING: u32 = 0x20;
    pub const BUSY: u32 = 0x80;
}

/// `INET_STAT_…`.
pub mod stat {
    pub const RECV_CNT: u8 = 1;
    pub const RECV_MAX: u8 = 2;
    pub const RECV_AVG: u8 = 3;
    pub const RECV_DVI: u8 = 4;
    pub const SEND_CNT: u8 = 5;
    pub const SEND_MAX: u8 = 6;
    pub const SEND_AVG: u8 = 7;
    pub const SEND_PEND: u8 = 8;
    pub const RECV_OCT: u8 = 9;
    pub const SEND_OCT: u8 = 10;
}

/// `INET_SUBS_…`.
pub const SUBS_EMPTY_OUT_Q: u8 = 1;

/// `INET_IFOPT_…`.
pub mod ifopt {
    pub const ADDR: u8 = 1;
    pub const BROADADDR: u8 = 2;
    pub const DSTADDR: u8 = 3;
    pub const MTU: u8 = 4;
    pub const NETMASK: u8 = 5;
    pub const FLAGS: u8 = 6;
    pub const HWADDR: u8 = 7;
}

/// `INET_LOPT_…` and those options that are more than a number of the socket's.
pub mod opt {
    pub const LINGER: u8 = 3;
    pub const RCVBUF: u8 = 7;
    pub const TOS: u8 = 9;
    pub const MULTICAST_IF: u8 = 11;
    pub const ADD_MEMBERSHIP: u8 = 14;
    pub const DROP_MEMBERSHIP: u8 = 15;
    pub const BUFFER: u8 = 20;
    pub const HEADER: u8 = 21;
    pub const ACTIVE: u8 = 22;
    pub const PACKET: u8 = 23;
    pub const MODE: u8 = 24;
    pub const DELIVER: u8 = 25;
    pub const EXITONCLOSE: u8 = 26;
    pub const TCP_HIWTRMRK: u8 = 27;
    pub const TCP_LOWTRMRK: u8 = 28;
    pub const TCP_SEND_TIMEOUT: u8 = 30;
    pub const TCP_DELAY_SEND: u8 = 31;
    pub const PACKET_SIZE: u8 = 32;
    pub const READ_PACKETS: u8 = 33;
    pub const RAW: u8 = 34;
    pub const TCP_SEND_TIMEOUT_CLOSE: u8 = 35;
    pub const MSGQ_HIWTRMRK: u8 = 36;
    pub const MSGQ_LOWTRMRK: u8 = 37;
    pub const NETNS: u8 = 38;
    pub const TCP_SHOW_ECONNRESET: u8 = 39;
    pub const LINE_DELIM: u8 = 40;
    pub const TCLASS: u8 = 41;
    pub const BIND_TO_DEVICE: u8 = 42;
    pub const RECVTOS: u8 = 43;
    pub const RECVTCLASS: u8 = 44;
    pub const PKTOPTIONS: u8 = 45;
    pub const TTL: u8 = 46;
    pub const RECVTTL: u8 = 47;
    pub const TCP_READ_AHEAD: u8 = 49;
    pub const DEBUG: u8 = 99;
}

/// The option `active`: `INET_PASSIVE` and so on.
pub mod active {
    pub const PASSIVE: i32 = 0;
    pub const ONCE: i32 = 2;
    /// `{active, N}`.
    pub const MULTI: i32 = 3;
}

/// Options of sockets that are plain numbers.
pub struct SocketOption {
    pub code: u8,
    pub level: i32,
    pub option: i32,
    /// Is it told when it can't be set? Most are silent, as they always were.
    pub strict: bool,
}

const fn option(code: u8, level: i32, option: i32, strict: bool) -> SocketOption {
    SocketOption { code, level, option, strict }
}

/// Linux's levels.
pub const SOL_SOCKET: i32 = 1;
pub const IPPROTO_IP: i32 = 0;
pub const IPPROTO_TCP: i32 = 6;
pub const IPPROTO_IPV6: i32 = 41;

/// Linux's options that are named elsewhere, too.
pub const SO_PRIORITY: i32 = 12;
pub const SO_LINGER: i32 = 13;
pub const SO_BINDTODEVICE: i32 = 25;
pub const IP_TOS: i32 = 1;
pub const IP_TTL: i32 = 2;
pub const IPV6_TCLASS: i32 = 67;

/// By `INET_OPT_…`, `TCP_OPT_…`, `UDP_OPT_…`.
pub const SOCKET_OPTIONS: &[SocketOption] = &[
    option(0, SOL_SOCKET, 2, false),
    option(1, SOL_SOCKET, 9, false),
    option(2, SOL_SOCKET, 5, false),
    option(4, SOL_SOCKET, 6, false),
    option(5, SOL_SOCKET, 10, false),
    option(6, SOL_SOCKET, 7, false),
    option(opt::RCVBUF, SOL_SOCKET, 8, false),
    option(8, SOL_SOCKET, SO_PRIORITY, true),
    option(opt::TOS, IPPROTO_IP, IP_TOS, true),
    option(10, IPPROTO_TCP, 1, false),
    option(12, IPPROTO_IP, 33, false),
    option(13, IPPROTO_IP, 34, false),
    option(16, IPPROTO_IPV6, 26, true),
    option(17, SOL_SOCKET, 15, true),
    option(18, SOL_SOCKET, 15, true),
    option(opt::TCLASS, IPPROTO_IPV6, IPV6_TCLASS, true),
    option(opt::RECVTOS, IPPROTO_IP, 13, true),
    option(opt::RECVTCLASS, IPPROTO_IPV6, 66, true),
    option(opt::TTL, IPPROTO_IP, IP_TTL, true),
    option(opt::RECVTTL, IPPROTO_IP, 12, true),
    option(48, IPPROTO_TCP, 3, false),
    option(51, IPPROTO_TCP, 6, true),
    option(52, IPPROTO_TCP, 4, true),
    option(53, IPPROTO_TCP, 5, true),
    option(54, IPPROTO_TCP, 18, true),
];
