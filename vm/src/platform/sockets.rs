//! Sockets as POSIX has them, none of which ever waits: what can't be done now is [`Errno::Eagain`], and an event
//! ([`Event::SocketInput`](super::Event::SocketInput), [`Event::SocketOutput`](super::Event::SocketOutput)) says when to try
//! again. Options, flags and control messages have Linux's numbers, since `os:type/0` says so; a platform that doesn't know
//! one answers as Linux would. Read beside it: `socket(7)`, `ip(7)`, `tcp(7)`.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::Errno;

/// A socket that the platform holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Socket(pub u64);

/// What addresses a socket has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    V4,
    V6,
    /// Names in the file system, or (with a zero byte in front) beside it.
    Local,
}

/// How a socket carries data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Stream,
    Datagram,
    /// Packets in order, of `Local` and SCTP.
    Packets,
    /// Packets of a protocol below TCP and UDP.
    Raw,
}

/// Where a socket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Ip(SocketAddr),
    /// The name; empty for a socket that has none.
    Local(Vec<u8>),
}

/// Which directions [`Sockets::socket_shutdown`] ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    Read,
    Write,
    Both,
}

/// What goes beside the data: `cmsghdr`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    pub level: i32,
    pub kind: i32,
    pub data: Vec<u8>,
}

/// What was received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// How many bytes are in the buffer; 0 is the end of a stream.
    pub len: usize,
    /// Who sent it, of datagrams.
    pub from: Option<Address>,
    pub control: Vec<Control>,
    /// `MSG_TRUNC` and the like.
    pub flags: i32,
}

/// A network interface's addresses are entries of their own, as `getifaddrs(3)` has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    pub name: String,
    /// `IFF_UP` and the like.
    pub flags: u32,
    pub index: u32,
    pub mtu: u32,
    pub address: Option<IpAddr>,
    pub netmask: Option<IpAddr>,
    /// The broadcast address, or the other end's.
    pub other: Option<IpAddr>,
    /// Of IPv4: the other end's, or its own where there is none.
    pub destination: Option<IpAddr>,
    pub hardware: Option<[u8; 6]>,
}

impl Interface {
    /// The broadcast address of IPv4; of an interface that has none, what Linux puts in its place.
    #[must_use]
    pub fn broadcast(&self) -> Option<IpAddr> {
        const BROADCAST: u32 = 0x2;
        const POINT_TO_POINT: u32 = 0x10;
        match self.flags & (BROADCAST | POINT_TO_POINT) {
            BROADCAST => self.other,
            _ => Some(IpAddr::from([0; 4])),
        }
    }
}

/// More of an interface: the length of its queue, and where its hardware is mapped (`ifmap`), if it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link {
    pub queue: u32,
    pub memory_start: u64,
    pub memory_end: u64,
    pub base: u64,
    pub interrupt: u16,
    pub dma: u8,
    pub port: u8,
}

/// What is changed of an interface (`SIOCSIF…`, `netdevice(7)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A new address has the netmask of its class, and the broadcast address that comes of it; 0.0.0.0 is none.
    Address(IpAddr),
    /// The other end's.
    Destination(IpAddr),
    Broadcast(IpAddr),
    Netmask(IpAddr),
    /// As long as it is in `sockaddr`.
    Hardware([u8; 14]),
    Mtu(i32),
    QueueLength(i32),
    /// `IFF_UP` and the like; the others stay.
    Flags {
        set: u32,
        clear: u32,
    },
}

/// Sockets; a platform that has none answers [`Errno::Eafnosupport`].
pub trait Sockets {
    /// Makes a socket. The protocol is `IPPROTO_TCP` or the like; 0 is the style's own.
    /// # Errors
    /// As `socket(2)`.
    fn socket_open(&self, _family: Family, _style: Style, _protocol: i32) -> Result<Socket, Errno> {
        Err(Errno::Eafnosupport)
    }

    /// As [`Sockets::socket_open`], in the network namespace that a file of the host stands for.
    /// # Errors
    /// As `open(2)`, `setns(2)`; [`Errno::Enotsup`] where there are none.
    fn socket_open_in(
        &self,
        _namespace: &[u8],
        _family: Family,
        _style: Style,
        _protocol: i32,
    ) -> Result<Socket, Errno> {
        Err(Errno::Enotsup)
    }

    /// Are there network namespaces?
    fn has_namespaces(&self) -> bool {
        false
    }

    /// A socket from a descriptor of the host.
    /// # Errors
    /// [`Errno::Ebadf`], [`Errno::Enotsock`].
    fn socket_adopt(&self, _descriptor: u32) -> Result<Socket, Errno> {
        Err(Errno::Ebadf)
    }

    /// The socket's descriptor, or a number in place of one.
    fn socket_descriptor(&self, socket: Socket) -> u32 {
        socket.0 as u32
    }

    /// # Errors
    /// As `bind(2)`.
    fn socket_bind(&self, _socket: Socket, _address: &Address) -> Result<(), Errno> {
        Err(Errno::Ebadf)
    }

    /// # Errors
    /// As `listen(2)`.
    fn socket_listen(&self, _socket: Socket, _backlog: u32) -> Result<(), Errno> {
        Err(Errno::Ebadf)
    }

    /// A connection that waits, and who is at its other end.
    /// # Errors
    /// As `accept(2)`; on [`Errno::Eagain`] input is told.
    fn socket_accept(&self, _socket: Socket) -> Result<(Socket, Address), Errno> {
        Err(Errno::Ebadf)
    }

    /// Connects; without an address a datagram socket's peer is forgotten.
    /// # Errors
    /// As `connect(2)`; on [`Errno::Einprogress`] output is told, and [`Sockets::socket_error`] says what came of it.
    fn socket_connect(&self, _socket: Socket, _address: Option<&Address>) -> Result<(), Errno> {
        Err(Errno::Ebadf)
    }

    /// Takes the error that has come since (`SO_ERROR`).
    fn socket_error(&self, _socket: Socket) -> Option<Errno> {
        Some(Errno::Ebadf)
    }

    /// Sends what can be taken now: how many bytes that was.
    /// # Errors
    /// As `sendmsg(2)`; on [`Errno::Eagain`], or when not all was taken, output is told.
    fn socket_send(
        &self,
        _socket: Socket,
        _data: &[&[u8]],
        _to: Option<&Address>,
        _control: &[Control],
        _flags: i32,
    ) -> Result<usize, Errno> {
        Err(Errno::Ebadf)
    }

    /// Receives what is there; descriptors only by `MSG_CMSG_CLOEXEC`, which says that they are looked at. There may be more, or the end: who wants that tries again until there is nothing.
    /// # Errors
    /// As `recvmsg(2)`; on [`Errno::Eagain`] input is told.
    fn socket_receive(&self, _socket: Socket, _buf: &mut [u8], _flags: i32) -> Result<Received, Errno> {
        Err(Errno::Ebadf)
    }

    /// # Errors
    /// As `shutdown(2)`.
    fn socket_shutdown(&self, _socket: Socket, _how: Shutdown) -> Result<(), Errno> {
        Err(Errno::Ebadf)
    }

    /// # Errors
    /// As `getsockname(2)`.
    fn socket_name(&self, _socket: Socket) -> Result<Address, Errno> {
        Err(Errno::Ebadf)
    }

    /// # Errors
    /// As `getpeername(2)`.
    fn socket_peer(&self, _socket: Socket) -> Result<Address, Errno> {
        Err(Errno::Ebadf)
    }

    /// # Errors
    /// As `setsockopt(2)`.
    fn socket_set_option(&self, _socket: Socket, _level: i32, _option: i32, _value: &[u8]) -> Result<(), Errno> {
        Err(Errno::Ebadf)
    }

    /// An option's value, of at most so many bytes.
    /// # Errors
    /// As `getsockopt(2)`.
    fn socket_option(&self, _socket: Socket, _level: i32, _option: i32, _size: usize) -> Result<Vec<u8>, Errno> {
        Err(Errno::Ebadf)
    }

    /// As [`Sockets::socket_option`], of an option that looks at what the value was before; it is as long at most.
    /// # Errors
    /// As `getsockopt(2)`.
    fn socket_option_from(&self, socket: Socket, level: i32, option: i32, before: Vec<u8>) -> Result<Vec<u8>, Errno> {
        self.socket_option(socket, level, option, before.len())
    }

    /// Could an attempt to receive or accept (to send) do something now, be it fail? If not, input (output) is told.
    fn socket_ready(&self, _socket: Socket, _output: bool) -> bool {
        true
    }

    /// How many bytes have come and were not received (`FIONREAD`).
    /// # Errors
    /// [`Errno::Ebadf`].
    fn socket_available(&self, _socket: Socket) -> Result<usize, Errno> {
        Err(Errno::Ebadf)
    }

    /// Is what comes next behind urgent data (`sockatmark(3)`)?
    /// # Errors
    /// [`Errno::Ebadf`]; [`Errno::Enotty`] of a socket that knows none.
    fn socket_at_mark(&self, _socket: Socket) -> Result<bool, Errno> {
        Err(Errno::Enotty)
    }

    /// Takes output that there was no room for, when its sender is not to wait with it any longer: it goes out before all
    /// that is sent later, and after [`Sockets::socket_close`] as well. False if that can't be; where buffers are as large
    /// as Linux's nobody needs it.
    fn socket_keep(&self, _socket: Socket, _data: &[&[u8]]) -> bool {
        false
    }

    /// Gives a socket back. What was sent still goes out, unless `SO_LINGER` says otherwise.
    fn socket_close(&self, _socket: Socket) {}

    /// More of an interface by its index. Where there is neither queue nor map, all is zero.
    /// # Errors
    /// [`Errno::Enodev`].
    fn link(&self, _index: u32) -> Result<Link, Errno> {
        Ok(Link::default())
    }

    /// Changes an interface, which is named, by a socket. Whether the socket's own addresses are IPv4's counts where an
    /// address is changed.
    /// # Errors
    /// As `ioctl(2)` of `netdevice(7)`.
    fn interface_change(&self, _socket: Socket, _name: &[u8], _change: Change) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }

    /// All interfaces of a network namespace.
    /// # Errors
    /// As [`Sockets::socket_open_in`], `getifaddrs(3)`.
    fn interfaces_in(&self, _namespace: &[u8]) -> Result<Vec<Interface>, Errno> {
        Err(Errno::Enotsup)
    }

    /// All interfaces.
    /// # Errors
    /// As `getifaddrs(3)`.
    fn interfaces(&self) -> Result<Vec<Interface>, Errno> {
        Err(Errno::Enotsup)
    }
}
