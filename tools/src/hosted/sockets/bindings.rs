//! Bindings by nix's own macro of options that it has no names for.

use nix::libc;
use nix::{getsockopt_impl, setsockopt_impl, sockopt_impl};

/// `NAME = LEVEL NUMBER;` for options that are an `int`.
macro_rules! ints {
    ($($name:ident = $level:ident $number:ident;)*) => {
        $(sockopt_impl!($name, Both, libc::$level, libc::$number, i32);)*
    };
}

ints! {
    Debug = SOL_SOCKET SO_DEBUG;
    PeekOffset = SOL_SOCKET SO_PEEK_OFF;
    ReceiveLowAt = SOL_SOCKET SO_RCVLOWAT;
    SendLowAt = SOL_SOCKET SO_SNDLOWAT;
    Mark = SOL_SOCKET SO_MARK;
    BusyPoll = SOL_SOCKET SO_BUSY_POLL;
    Overflow = SOL_SOCKET SO_RXQ_OVFL;
    HeaderIncluded = IPPROTO_IP IP_HDRINCL;
    LeastTtl = IPPROTO_IP IP_MINTTL;
    MtuDiscover = IPPROTO_IP IP_MTU_DISCOVER;
    MulticastAll = IPPROTO_IP IP_MULTICAST_ALL;
    NoDefragment = IPPROTO_IP IP_NODEFRAG;
    ReceiveOptions = IPPROTO_IP IP_RECVOPTS;
    ReturnOptions = IPPROTO_IP IP_RETOPTS;
    RouterAlert = IPPROTO_IP IP_ROUTER_ALERT;
    AuthenticationHeader = IPPROTO_IPV6 IPV6_AUTHHDR;
    DestinationOptions = IPPROTO_IPV6 IPV6_DSTOPTS;
    FlowInfo = IPPROTO_IPV6 IPV6_FLOWINFO;
    HopLimit = IPPROTO_IPV6 IPV6_HOPLIMIT;
    HopOptions = IPPROTO_IPV6 IPV6_HOPOPTS;
    Mtu6 = IPPROTO_IPV6 IPV6_MTU;
    MtuDiscover6 = IPPROTO_IPV6 IPV6_MTU_DISCOVER;
    RouterAlert6 = IPPROTO_IPV6 IPV6_ROUTER_ALERT;
    RoutingHeader = IPPROTO_IPV6 IPV6_RTHDR;
    MaxSegment = IPPROTO_TCP TCP_MAXSEG;
    SynCount = IPPROTO_TCP TCP_SYNCNT;
    Linger2 = IPPROTO_TCP TCP_LINGER2;
    DeferAccept = IPPROTO_TCP TCP_DEFER_ACCEPT;
    WindowClamp = IPPROTO_TCP TCP_WINDOW_CLAMP;
    QuickAck = IPPROTO_TCP TCP_QUICKACK;
    UnsentLowAt = IPPROTO_TCP TCP_NOTSENT_LOWAT;
    UdpCork = IPPROTO_UDP UDP_CORK;
}

sockopt_impl!(BlockSource, SetOnly, libc::IPPROTO_IP, libc::IP_BLOCK_SOURCE, libc::ip_mreq_source);
sockopt_impl!(UnblockSource, SetOnly, libc::IPPROTO_IP, libc::IP_UNBLOCK_SOURCE, libc::ip_mreq_source);
sockopt_impl!(AddSource, SetOnly, libc::IPPROTO_IP, libc::IP_ADD_SOURCE_MEMBERSHIP, libc::ip_mreq_source);
sockopt_impl!(DropSource, SetOnly, libc::IPPROTO_IP, libc::IP_DROP_SOURCE_MEMBERSHIP, libc::ip_mreq_source);

/// The part of `tcp_info` that every Linux has.
pub const TCP_INFO: usize = 104;
sockopt_impl!(TcpInfo, GetOnly, libc::IPPROTO_TCP, libc::TCP_INFO, [u8; TCP_INFO]);

/// Control messages of one and two `int`s. (nix wants to know how long the answer is.)
pub const ONE: usize = 24;
pub const IP_PKTOPTIONS: i32 = 9;
sockopt_impl!(OnePacketOption, GetOnly, libc::IPPROTO_IP, IP_PKTOPTIONS, [u8; ONE]);
sockopt_impl!(TwoPacketOptions, GetOnly, libc::IPPROTO_IP, IP_PKTOPTIONS, [u8; 2 * ONE]);
