//! The calls of POSIX, as [`joist_vm::platform::Sockets`] has them.

use crate::entry::{Body, Bound, Entry, Owner};
use crate::interface::Side;
use crate::ports::{Claim, Protocol};
use crate::{Stack, address, route};
use alloc::boxed::Box;
use joist_vm::platform::{Address, Control, Errno, Family, Received, Shutdown, Socket, Style};
use smoltcp::wire::{IpAddress, IpEndpoint};

const TCP: i32 = 6;
const UDP: i32 = 17;

impl Stack {
    pub fn open(&mut self, family: Family, style: Style, protocol: i32) -> Result<Socket, Errno> {
        if family == Family::Local {
            return Err(Errno::Eafnosupport);
        }
        let body = match (style, protocol) {
            (Style::Stream, 0 | TCP) => Body::Fresh,
            (Style::Datagram, 0 | UDP) => Body::Datagrams(Box::default()),
            (Style::Packets | Style::Raw, _) => return Err(Errno::Esocktnosupport),
            _ => return Err(Errno::Eprotonosupport),
        };
        let id = self.new_id();
        self.entries.insert(id, Entry::new(family, style, body));
        Ok(Socket(id))
    }

    pub fn bind(&mut self, socket: Socket, to: &Address) -> Result<(), Errno> {
        let Address::Ip(to) = to else { return Err(Errno::Einval) };
        let entry = self.entry(socket.0)?;
        let may = entry.bound.is_none() && matches!(entry.body, Body::Fresh | Body::Datagrams(_));
        let endpoint = address::endpoint(entry, *to)?;
        let datagram = entry.style == Style::Datagram;
        // `::` of a socket of both versions is everything; `::ffff:0.0.0.0` is all of IPv4.
        let all = endpoint.addr.is_unspecified();
        let v4_only = all && entry.family == Family::V6 && matches!(endpoint.addr, IpAddress::Ipv4(_));
        let group = datagram && (endpoint.addr.is_multicast() || self.is_broadcast(endpoint.addr));
        if !all && !group && !self.is_own(endpoint.addr) {
            return Err(Errno::Eaddrnotavail);
        }
        if !may {
            return Err(Errno::Einval);
        }
        let wanted = (!all).then_some(endpoint.addr).or(v4_only.then_some(endpoint.addr));
        self.bind_to(socket.0, wanted, endpoint.port)?;
        if let Some(IpAddress::Ipv6(_)) = wanted {
            self.entry(socket.0)?.options.v6_only = 1; // as Linux then says
        }
        Ok(())
    }

    pub(crate) fn bind_to(&mut self, id: u64, wanted: Option<IpAddress>, port: u16) -> Result<u16, Errno> {
        let entry = self.entry(id)?;
        let (v4, v6) = match wanted {
            Some(IpAddress::Ipv4(_)) => (true, false),
            Some(IpAddress::Ipv6(_)) => (false, true),
            None => entry.versions(),
        };
        let wanted = wanted.filter(|a| !a.is_unspecified());
        let protocol = if entry.style == Style::Datagram { Protocol::Udp } else { Protocol::Tcp };
        let claim = Claim {
            id,
            address: wanted,
            v4,
            v6,
            reuse_address: entry.options.reuse_address != 0,
            reuse_port: entry.options.reuse_port != 0,
            listening: false,
        };
        let port = self.ports.claim(protocol, port, claim)?;
        self.entry(id)?.bound = Some(Bound { address: wanted, port });
        Ok(port)
    }

    pub fn listen_on(&mut self, socket: Socket, backlog: u32) -> Result<(), Errno> {
        self.listen(socket.0, backlog)
    }

    pub fn accept_from(&mut self, socket: Socket) -> Result<(Socket, Address), Errno> {
        self.accept(socket.0)
    }

    pub fn connect(&mut self, socket: Socket, to: Option<&Address>) -> Result<(), Errno> {
        let id = socket.0;
        let entry = self.entry(id)?;
        let to = match to {
            Some(Address::Ip(to)) => Some(*to),
            Some(Address::Local(_)) => return Err(Errno::Eafnosupport),
            None => None,
        };
        match (entry.style, to) {
            (Style::Datagram, to) => {
                let remote = match to {
                    Some(to) => Some((address::endpoint(entry, to)?, route::scope(to)?)),
                    None => None,
                };
                self.connect_datagrams(id, remote)
            }
            (_, Some(to)) => self.tcp_connect(id, to),
            (_, None) => Err(Errno::Enotsup),
        }
    }

    fn connect_datagrams(&mut self, id: u64, remote: Option<(IpEndpoint, Option<Side>)>) -> Result<(), Errno> {
        let remote = remote.map(|(r, scope)| (IpEndpoint { addr: address::named(r.addr), ..r }, scope));
        let mut way = None;
        if let Some((remote, scope)) = remote {
            let entry = self.entry(id)?;
            let (bound, may_broadcast) = (entry.bound, entry.options.broadcast != 0);
            let wanted = scope.or_else(|| entry.options.interface_to(remote.addr));
            if self.is_broadcast(remote.addr) && !may_broadcast {
                return Err(Errno::Eacces);
            }
            way = Some(self.way_to(remote.addr, bound.and_then(|b| b.address), wanted)?);
            if bound.is_none() {
                self.bind_to(id, None, 0)?;
            }
        }
        if let Body::Datagrams(datagrams) = &mut self.entry(id)?.body {
            datagrams.peer = remote.map(|(remote, _)| remote);
            datagrams.way = way;
        }
        Ok(())
    }

    /// `SO_ERROR`
    pub fn take_error(&mut self, socket: Socket) -> Option<Errno> {
        match self.entry(socket.0) {
            Ok(entry) => entry.error.take(),
            Err(error) => Some(error),
        }
    }

    pub fn send(
        &mut self,
        socket: Socket,
        data: &[&[u8]],
        to: Option<&Address>,
        control: &[Control],
        flags: i32,
    ) -> Result<usize, Errno> {
        let entry = self.entry(socket.0)?;
        if entry.style != Style::Datagram {
            if !control.is_empty() {
                return Err(Errno::Einval);
            }
            return self.tcp_send(socket.0, data, flags);
        }
        let to = match to {
            Some(Address::Ip(to)) => Some((address::endpoint(entry, *to)?, route::scope(*to)?)),
            Some(Address::Local(_)) => return Err(Errno::Eafnosupport),
            None => None,
        };
        self.udp_send(socket.0, data, to, control)
    }

    pub fn receive(&mut self, socket: Socket, buf: &mut [u8], flags: i32) -> Result<Received, Errno> {
        match self.entry(socket.0)?.style {
            Style::Datagram => self.udp_receive(socket.0, buf, flags),
            _ => self.tcp_receive(socket.0, buf, flags),
        }
    }

    pub fn shutdown(&mut self, socket: Socket, how: Shutdown) -> Result<(), Errno> {
        let Body::Datagrams(datagrams) = &mut self.entry(socket.0)?.body else {
            return self.tcp_shutdown(socket.0, how);
        };
        if datagrams.peer.is_none() {
            return Err(Errno::Enotconn);
        }
        datagrams.shut.0 |= how != Shutdown::Write;
        datagrams.shut.1 |= how != Shutdown::Read;
        self.notify(socket.0);
        Ok(())
    }

    pub fn name(&mut self, socket: Socket) -> Result<Address, Errno> {
        let entry = self.entry(socket.0)?;
        let ends = match &entry.body {
            Body::Connection(connection) => Some(connection.flow.local),
            Body::Over(over) => over.ends.map(|(local, _)| local),
            Body::Datagrams(datagrams) => {
                datagrams.way.zip(entry.bound).map(|((_, source), bound)| IpEndpoint::new(source, bound.port))
            }
            _ => None,
        };
        let (family, port) = (entry.family, entry.bound.map_or(0, |b| b.port));
        let bound = entry.bound.and_then(|b| b.address).map(|address| IpEndpoint::new(address, port));
        Ok(match ends.or(bound) {
            Some(local) => address::outside(family, local, self.index_of(local.addr)),
            None => address::nowhere(family, port),
        })
    }

    pub fn peer(&mut self, socket: Socket) -> Result<Address, Errno> {
        let entry = self.entry(socket.0)?;
        let remote = match &entry.body {
            Body::Connection(c) if c.phase != crate::tcp::Phase::Connecting => Some((c.flow.remote, c.side)),
            Body::Datagrams(datagrams) => datagrams.peer.zip(datagrams.way.map(|(side, _)| side)),
            _ => None,
        };
        remote.map(|(remote, side)| address::outside(entry.family, remote, side.index())).ok_or(Errno::Enotconn)
    }

    /// See [`joist_vm::platform::Sockets::socket_ready`].
    pub fn ready(&mut self, socket: Socket, output: bool) -> Result<bool, Errno> {
        let entry = self.entry(socket.0)?;
        let is_ready = if output { entry.writable() } else { entry.readable() };
        let wants = if output { &mut entry.wants.output } else { &mut entry.wants.input };
        *wants = !is_ready;
        Ok(is_ready)
    }

    pub fn available(&mut self, socket: Socket) -> Result<usize, Errno> {
        match &self.entry(socket.0)?.body {
            Body::Datagrams(datagrams) => Ok(Stack::udp_available(datagrams)),
            _ => self.tcp_available(socket.0),
        }
    }

    /// Somebody else holds it, too, who has its number; events tell nobody apart.
    pub fn share(&mut self, number: u32) -> Result<Socket, Errno> {
        let socket = Socket(number.into());
        self.entry(socket.0)?.shared += 1;
        Ok(socket)
    }

    pub fn close(&mut self, socket: Socket) {
        let id = socket.0;
        let Ok(entry) = self.entry(id) else { return };
        if let Some(others) = entry.shared.checked_sub(1) {
            entry.shared = others;
            return;
        }
        match &mut entry.body {
            Body::Fresh | Body::Over(_) => self.remove(id),
            Body::Connection(_) => self.abandon(id),
            Body::Datagrams(_) => self.abandon_datagrams(id),
            Body::Listener(listener) => {
                let listener = core::mem::take(listener);
                self.remove(id);
                for child in listener.arriving.into_iter().chain(listener.ready) {
                    // Nobody accepted it: its other end is told.
                    match self.entries.get_mut(&child) {
                        Some(Entry { body: Body::Connection(connection), owner, .. }) => {
                            *owner = Owner::Nobody;
                            connection.abort();
                            self.touch(child);
                        }
                        _ => self.remove(child),
                    }
                }
            }
        }
    }
}
