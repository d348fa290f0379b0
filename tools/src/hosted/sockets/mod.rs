//! Sockets of the host, in non-blocking mode. The poll thread tells when one that could not go on may do so: each is
//! entered once, for both directions, and told of changes only (edge-triggered `epoll(7)`). A change that nobody waits for
//! goes no further than the poll thread.

mod address;
mod changes;
mod control;
mod interfaces;
mod link;
mod namespaces;
mod options;
mod raw;

use super::Hosted;
use super::channels::poll::Poller;
use address::{from_host, to_host};
use joist_vm::platform::{
    Address, Change, Control, Errno, Event, Family, Interface, Link, Received, Shutdown, Socket, Sockets, Style,
};
use rustix::event::{PollFd, PollFlags};
use rustix::net::{
    AddressFamily, Protocol, RecvAncillaryBuffer, RecvFlags, SendAncillaryBuffer, SendFlags, SocketFlags, SocketType,
    sockopt,
};
use std::collections::HashMap;
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

type Result<T> = std::result::Result<T, Errno>;

/// The sockets that are open. A call holds its socket, so that a number of the host's is not given to another one
/// meanwhile.
#[derive(Debug, Default)]
pub struct OpenSockets {
    next: AtomicU64,
    open: RwLock<HashMap<u64, Arc<Open>>>,
}

/// A socket that is open.
#[derive(Debug)]
struct Open {
    fd: OwnedFd,
    /// Has it names rather than addresses of IP?
    is_local: bool,
    /// Does somebody wait for input, for output? It is said before each attempt, so that no event is missed.
    input: AtomicBool,
    output: AtomicBool,
    /// Are control messages wanted?
    control: AtomicBool,
}

/// The poll thread has seen a change.
pub(super) fn changed(hosted: &Hosted, socket: Socket, input: bool, output: bool) {
    let Ok(open) = hosted.sockets.get(socket) else { return };
    if input && open.input.swap(false, Ordering::SeqCst) {
        hosted.push(Event::SocketInput(socket));
    }
    if output && open.output.swap(false, Ordering::SeqCst) {
        hosted.push(Event::SocketOutput(socket));
    }
}

impl Open {
    /// Does something that may have to wait, in which case `wants` stays true.
    fn attempt<T>(&self, wants: &AtomicBool, f: impl FnOnce(&OwnedFd) -> Result<T>) -> Result<T> {
        wants.store(true, Ordering::SeqCst);
        let result = f(&self.fd);
        if !matches!(result, Err(Errno::Eagain | Errno::Einprogress)) {
            wants.store(false, Ordering::SeqCst);
        }
        result
    }
}

pub(super) fn errno(e: rustix::io::Errno) -> Errno {
    Errno::from_number(e.raw_os_error())
}

impl OpenSockets {
    fn get(&self, socket: Socket) -> Result<Arc<Open>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).get(&socket.0).cloned().ok_or(Errno::Ebadf)
    }

    fn enter(&self, poller: &Poller, fd: OwnedFd) -> Result<Socket> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let no = || AtomicBool::new(false);
        let is_local = sockopt::socket_domain(&fd).is_ok_and(|domain| domain == AddressFamily::UNIX);
        let open = Arc::new(Open { fd, is_local, input: no(), output: no(), control: no() });
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(number, open.clone());
        if let Err(e) = poller.add_socket(&open.fd, number) {
            self.open.write().unwrap_or_else(PoisonError::into_inner).remove(&number);
            return Err(super::channels::errno(&e));
        }
        Ok(Socket(number))
    }
}

impl Hosted {
    fn enter_socket(&self, fd: OwnedFd) -> Result<Socket> {
        let poller = self.channels.poller().map_err(|e| super::channels::errno(&e))?;
        self.sockets.enter(poller, fd)
    }

    /// Does something with a socket's descriptor.
    fn with_socket<T>(&self, socket: Socket, f: impl FnOnce(&OwnedFd) -> rustix::io::Result<T>) -> Result<T> {
        f(&self.sockets.get(socket)?.fd).map_err(errno)
    }
}

impl Sockets for Hosted {
    fn socket_open(&self, family: Family, style: Style, protocol: i32) -> Result<Socket> {
        let family = match family {
            Family::V4 => AddressFamily::INET,
            Family::V6 => AddressFamily::INET6,
            Family::Local => AddressFamily::UNIX,
        };
        let style = match style {
            Style::Stream => SocketType::STREAM,
            Style::Datagram => SocketType::DGRAM,
            Style::Packets => SocketType::SEQPACKET,
            Style::Raw => SocketType::RAW,
        };
        let protocol = u32::try_from(protocol).map_err(|_| Errno::Eprotonosupport)?;
        let protocol = core::num::NonZero::new(protocol).map(Protocol::from_raw);
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let fd = rustix::net::socket_with(family, style, flags, protocol).map_err(errno)?;
        self.enter_socket(fd)
    }

    fn socket_open_in(&self, namespace: &[u8], family: Family, style: Style, protocol: i32) -> Result<Socket> {
        namespaces::within(namespace, || self.socket_open(family, style, protocol))
    }

    fn has_namespaces(&self) -> bool {
        true
    }

    fn socket_adopt(&self, descriptor: u32) -> Result<Socket> {
        let fd = super::channels::child::descriptor(descriptor).map_err(|e| super::channels::errno(&e))?;
        sockopt::socket_type(&fd).map_err(errno)?;
        let flags = rustix::fs::fcntl_getfl(&fd).map_err(errno)?;
        rustix::fs::fcntl_setfl(&fd, flags | rustix::fs::OFlags::NONBLOCK).map_err(errno)?;
        self.enter_socket(fd)
    }

    fn socket_descriptor(&self, socket: Socket) -> u32 {
        self.sockets.get(socket).map_or(u32::MAX, |open| open.fd.as_raw_fd() as u32)
    }

    fn socket_bind(&self, socket: Socket, address: &Address) -> Result<()> {
        let address = to_host(address)?;
        self.with_socket(socket, |fd| rustix::net::bind(fd, &address))
    }

    fn socket_listen(&self, socket: Socket, backlog: u32) -> Result<()> {
        self.with_socket(socket, |fd| rustix::net::listen(fd, i32::try_from(backlog).unwrap_or(i32::MAX)))
    }

    fn socket_accept(&self, socket: Socket) -> Result<(Socket, Address)> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let open = self.sockets.get(socket)?;
        let (fd, from) = open.attempt(&open.input, |fd| rustix::net::acceptfrom_with(fd, flags).map_err(errno))?;
        let accepted = self.enter_socket(fd)?;
        // (Linux's accepted sockets have their listener's options.)
        self.sockets.get(accepted)?.control.store(open.control.load(Ordering::Relaxed), Ordering::Relaxed);
        Ok((accepted, from.map_or(Address::Local(Vec::new()), from_host)))
    }

    fn socket_connect(&self, socket: Socket, address: Option<&Address>) -> Result<()> {
        match address {
            Some(address) => {
                let address = to_host(address)?;
                let open = self.sockets.get(socket)?;
                open.attempt(&open.output, |fd| rustix::net::connect(fd, &address).map_err(errno))
            }
            None => self.with_socket(socket, |fd| rustix::net::connect_unspec(fd)),
        }
    }

    fn socket_error(&self, socket: Socket) -> Option<Errno> {
        match self.with_socket(socket, |fd| sockopt::socket_error(fd)) {
            Ok(Ok(())) => None,
            Ok(Err(e)) => Some(errno(e)),
            Err(e) => Some(e),
        }
    }

    fn socket_send(
        &self,
        socket: Socket,
        data: &[&[u8]],
        to: Option<&Address>,
        control: &[Control],
        flags: i32,
    ) -> Result<usize> {
        let open = self.sockets.get(socket)?;
        let all: usize = data.iter().map(|d| d.len()).sum();
        let data: Vec<IoSlice<'_>> = data.iter().map(|d| IoSlice::new(d)).collect();
        let sent = open.attempt(&open.output, |fd| {
            if !control.is_empty() {
                return control::send(fd, &data, to, control, flags);
            }
            // A peer that is gone is an error, not a signal.
            let flags = SendFlags::from_bits_retain(flags as u32) | SendFlags::NOSIGNAL;
            let mut control = SendAncillaryBuffer::default();
            match to {
                Some(to) => rustix::net::sendmsg_addr(fd, &to_host(to)?, &data, &mut control, flags),
                None => rustix::net::sendmsg(fd, &data, &mut control, flags),
            }
            .map_err(errno)
        })?;
        if sent < all {
            open.output.store(true, Ordering::SeqCst);
            // The change may have come meanwhile.
            if ready(&open.fd, true) {
                changed(self, socket, false, true);
            }
        }
        Ok(sent)
    }

    fn socket_receive(&self, socket: Socket, buf: &mut [u8], flags: i32) -> Result<Received> {
        let open = self.sockets.get(socket)?;
        open.attempt(&open.input, |fd| {
            // (Descriptors may come without being asked for. Who doesn't look at them is not given any.)
            if open.is_local && (open.control.load(Ordering::Relaxed) || flags & nix::libc::MSG_CMSG_CLOEXEC != 0) {
                return control::receive(fd, buf, flags, control::from_unix);
            }
            if open.control.load(Ordering::Relaxed) {
                return control::receive(fd, buf, flags, control::from_storage);
            }
            let flags = RecvFlags::from_bits_retain((flags & !nix::libc::MSG_CMSG_CLOEXEC) as u32);
            let mut control = RecvAncillaryBuffer::default();
            let mut buf = [IoSliceMut::new(buf)];
            let got = rustix::net::recvmsg(fd, &mut buf, &mut control, flags).map_err(errno)?;
            Ok(Received {
                len: got.bytes,
                from: got.address.map(from_host),
                control: Vec::new(),
                flags: got.flags.bits() as i32,
            })
        })
    }

    fn socket_shutdown(&self, socket: Socket, how: Shutdown) -> Result<()> {
        let how = match how {
            Shutdown::Read => rustix::net::Shutdown::Read,
            Shutdown::Write => rustix::net::Shutdown::Write,
            Shutdown::Both => rustix::net::Shutdown::Both,
        };
        self.with_socket(socket, |fd| rustix::net::shutdown(fd, how))
    }

    fn socket_name(&self, socket: Socket) -> Result<Address> {
        self.with_socket(socket, |fd| rustix::net::getsockname(fd)).map(from_host)
    }

    fn socket_peer(&self, socket: Socket) -> Result<Address> {
        let peer = self.with_socket(socket, |fd| rustix::net::getpeername(fd))?;
        Ok(peer.map_or(Address::Local(Vec::new()), from_host))
    }

    fn socket_set_option(&self, socket: Socket, level: i32, option: i32, value: &[u8]) -> Result<()> {
        let open = self.sockets.get(socket)?;
        raw::set(&open.fd, level, option, value)?;
        if options::wants_control(level, option) && value.iter().any(|b| *b != 0) {
            open.control.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn socket_option(&self, socket: Socket, level: i32, option: i32, size: usize) -> Result<Vec<u8>> {
        raw::get(&self.sockets.get(socket)?.fd, level, option, vec![0; size])
    }

    fn socket_option_from(&self, socket: Socket, level: i32, option: i32, before: Vec<u8>) -> Result<Vec<u8>> {
        raw::get(&self.sockets.get(socket)?.fd, level, option, before)
    }

    fn socket_ready(&self, socket: Socket, output: bool) -> bool {
        let Ok(open) = self.sockets.get(socket) else { return true };
        let wants = if output { &open.output } else { &open.input };
        wants.store(true, Ordering::SeqCst);
        // If an event came between, it is told by that, and once.
        ready(&open.fd, output) && wants.swap(false, Ordering::SeqCst)
    }

    fn socket_available(&self, socket: Socket) -> Result<usize> {
        self.with_socket(socket, |fd| rustix::io::ioctl_fionread(fd)).map(|n| n as usize)
    }

    fn socket_at_mark(&self, socket: Socket) -> Result<bool> {
        let mut value = [0; raw::REQUEST];
        raw::request(&self.sockets.get(socket)?.fd, raw::Request::AtMark, &mut value)?;
        Ok(value[..4] != [0; 4])
    }

    fn socket_close(&self, socket: Socket) {
        let open = self.sockets.open.write().unwrap_or_else(PoisonError::into_inner).remove(&socket.0);
        // (An adopted socket has another descriptor, so that it would stay in the poll thread's set.)
        if let (Some(open), Ok(poller)) = (open, self.channels.poller()) {
            poller.remove(&open.fd);
        }
    }

    fn link(&self, index: u32) -> Result<Link> {
        link::details(index)
    }

    fn interface_change(&self, socket: Socket, name: &[u8], change: Change) -> Result<()> {
        changes::make(&self.sockets.get(socket)?.fd, name, change)
    }

    fn interfaces_in(&self, namespace: &[u8]) -> Result<Vec<Interface>> {
        namespaces::within(namespace, interfaces::all)
    }

    fn interfaces(&self) -> Result<Vec<Interface>> {
        interfaces::all()
    }
}

/// Can it be read from (written to) at once, or is there an error to be told?
fn ready(fd: &OwnedFd, output: bool) -> bool {
    let wanted = if output { PollFlags::OUT } else { PollFlags::IN };
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    // What can't be asked is found out by an attempt.
    rustix::event::poll(&mut [PollFd::new(fd, wanted)], Some(&now)).map_or(true, |n| n > 0)
}
