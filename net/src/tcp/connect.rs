//! `connect(2)` of TCP.

use super::{Connection, Phase};
use crate::entry::{Body, Bound, Over};
use crate::frame::Flow;
use crate::interface::Side;
use crate::ports::Protocol;
use crate::{Stack, address};
use core::net::SocketAddr;
use joist_vm::platform::Errno;
use smoltcp::wire::{IpEndpoint, IpListenEndpoint};

impl Stack {
    /// Begins a connection; the answer comes later.
    pub(crate) fn tcp_connect(&mut self, id: u64, to: SocketAddr) -> Result<(), Errno> {
        let entry = self.entry(id)?;
        match &entry.body {
            Body::Fresh | Body::Over(Over { failed: true, .. }) => {}
            Body::Connection(c) if c.phase == Phase::Connecting => return Err(Errno::Ealready),
            _ => return Err(Errno::Eisconn),
        }
        let bound = entry.bound;
        let options = entry.options.clone();
        let remote = address::endpoint(entry, to)?;
        let remote = IpEndpoint { addr: address::named(remote.addr), ..remote };
        if remote.addr.is_multicast() || self.is_broadcast(remote.addr) {
            return Err(Errno::Enetunreach);
        }
        if remote.port == 0 {
            return Err(Errno::Econnrefused);
        }
        let (side, source) = self.way_to(remote.addr, bound.and_then(|b| b.address))?;
        let port = match bound {
            Some(bound) => bound.port,
            None => {
                let Stack { ports, flows, closed, .. } = self;
                let free = |flow: &Flow| !flows.contains_key(flow) && !closed.contains(flow);
                ports
                    .ephemeral(|ports, port| {
                        ports.claims(Protocol::Tcp, port).is_empty()
                            && free(&Flow { local: IpEndpoint::new(source, port), remote })
                    })
                    .ok_or(Errno::Eaddrnotavail)?
            }
        };
        let flow = Flow { local: IpEndpoint::new(source, port), remote };
        if self.flows.contains_key(&flow) {
            return Err(Errno::Eaddrnotavail);
        }
        if self.closed.contains(&flow) {
            self.forget_closed(&flow);
        }
        self.reclaim();
        let mut connection = Connection::new(side, flow, Phase::Connecting, &options, &mut self.budget, self.now)
            .ok_or(Errno::Enobufs)?;
        let Some(attached) = self.side(side) else { return Err(Errno::Enetunreach) };
        let local = IpListenEndpoint { addr: Some(source), port };
        let begun = connection.socket_mut().connect(attached.iface.context(), remote, local);
        if begun.is_err() {
            self.budget.give(connection.reserved);
            return Err(Errno::Eaddrnotavail);
        }
        self.flows.insert(flow, id);
        self.ports.connected(port);
        let entry = self.entry(id)?;
        entry.bound = Some(Bound { address: Some(source), port });
        entry.body = Body::Connection(alloc::boxed::Box::new(connection));
        entry.wants.output = true;
        self.touch(id);
        Err(Errno::Einprogress)
    }

    /// By which interface, and from which address, packets go to an address.
    pub(crate) fn way_to(
        &mut self,
        to: smoltcp::wire::IpAddress,
        bound: Option<smoltcp::wire::IpAddress>,
    ) -> Result<(Side, smoltcp::wire::IpAddress), Errno> {
        if bound.is_some_and(|b| b.version() != to.version()) {
            return Err(Errno::Einval);
        }
        let side = if self.is_own(to) { Side::Loopback } else { Side::Ethernet };
        if self.is_off(side) {
            return Err(Errno::Enetunreach);
        }
        if side == Side::Loopback {
            let source = if address::is_loopback(to) { address::loopback(to) } else { to };
            return Ok((Side::Loopback, bound.unwrap_or(source)));
        }
        if bound.is_some_and(address::is_loopback) {
            return Err(Errno::Einval);
        }
        let ethernet = self.ethernet.as_mut().ok_or(Errno::Enetunreach)?;
        if !ethernet.routes_to(to) {
            return Err(Errno::Enetunreach);
        }
        let source = bound.or_else(|| ethernet.iface.get_source_address(&to)).ok_or(Errno::Eaddrnotavail)?;
        Ok((Side::Ethernet, source))
    }
}
