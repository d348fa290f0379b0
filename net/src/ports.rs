//! Who has which local port: `bind(2)`'s rules as Linux has them, and ephemeral ports.

use crate::table::Map;
use alloc::vec::Vec;
use joist_vm::platform::Errno;
use smoltcp::wire::{IpAddress, IpEndpoint};

/// Linux's `ip_local_port_range`.
pub(crate) const EPHEMERAL: core::ops::RangeInclusive<u16> = 32768..=60999;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
}

/// A socket's hold on a port.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    pub id: u64,
    /// One address, or all.
    pub address: Option<IpAddress>,
    pub v4: bool,
    pub v6: bool,
    pub reuse_address: bool,
    pub reuse_port: bool,
    pub listening: bool,
}

impl Claim {
    pub fn covers(&self, address: IpAddress) -> bool {
        match (self.address, address) {
            (Some(own), address) => own == address,
            (None, IpAddress::Ipv4(_)) => self.v4,
            (None, IpAddress::Ipv6(_)) => self.v6,
        }
    }

    fn overlaps(&self, other: &Claim) -> bool {
        ((self.v4 && other.v4) || (self.v6 && other.v6))
            && (self.address.is_none() || other.address.is_none() || self.address == other.address)
    }

    fn conflicts(&self, other: &Claim, protocol: Protocol) -> bool {
        let listening = protocol == Protocol::Tcp && (self.listening || other.listening);
        self.overlaps(other)
            && !(self.reuse_port && other.reuse_port)
            && !(self.reuse_address && other.reuse_address && !listening)
    }
}

pub(crate) struct Ports {
    claims: Map<(Protocol, u16), Vec<Claim>>,
    /// TCP connections by local port and address, with those that wait for their end.
    connections: Map<u16, Vec<(IpAddress, u32)>>,
    random: u64,
}

impl Ports {
    pub fn new(hasher: &ahash::RandomState, seed: u64) -> Self {
        Ports {
            claims: Map::with_hasher(hasher.clone()),
            connections: Map::with_hasher(hasher.clone()),
            random: seed | 1,
        }
    }

    pub fn claims(&self, protocol: Protocol, port: u16) -> &[Claim] {
        self.claims.get(&(protocol, port)).map_or(&[], Vec::as_slice)
    }

    /// Takes a port; 0 stands for any.
    pub fn claim(&mut self, protocol: Protocol, port: u16, claim: Claim) -> Result<u16, Errno> {
        let port = match port {
            0 => self.ephemeral(|ports, port| ports.free(protocol, port)).ok_or(Errno::Eaddrinuse)?,
            port => port,
        };
        let connections = self.connections.get(&port).map_or(&[][..], Vec::as_slice);
        let used = protocol == Protocol::Tcp
            && !claim.reuse_address
            && connections.iter().any(|(address, _)| claim.covers(*address));
        if used || self.claims(protocol, port).iter().any(|c| c.conflicts(&claim, protocol)) {
            return Err(Errno::Eaddrinuse);
        }
        self.claims.entry((protocol, port)).or_default().push(claim);
        Ok(port)
    }

    /// Marks a claim as a listener's.
    pub fn listen(&mut self, port: u16, id: u64) -> Result<(), Errno> {
        let claims = self.claims.get_mut(&(Protocol::Tcp, port)).ok_or(Errno::Einval)?;
        let index = claims.iter().position(|c| c.id == id).ok_or(Errno::Einval)?;
        let claim = Claim { listening: true, ..claims[index] };
        if claims.iter().any(|c| c.id != id && c.listening && c.conflicts(&claim, Protocol::Tcp)) {
            return Err(Errno::Eaddrinuse);
        }
        claims[index] = claim;
        Ok(())
    }

    pub fn release(&mut self, protocol: Protocol, port: u16, id: u64) {
        if let Some(claims) = self.claims.get_mut(&(protocol, port)) {
            claims.retain(|c| c.id != id);
            if claims.is_empty() {
                self.claims.remove(&(protocol, port));
            }
        }
    }

    fn free(&self, protocol: Protocol, port: u16) -> bool {
        self.claims(protocol, port).is_empty() && !(protocol == Protocol::Tcp && self.connections.contains_key(&port))
    }

    /// The first port from a random one on that will do.
    pub fn ephemeral(&mut self, will_do: impl Fn(&Ports, u16) -> bool) -> Option<u16> {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let count = u64::from(EPHEMERAL.end() - EPHEMERAL.start()) + 1;
        let first = self.random % count;
        (0..count).map(|n| EPHEMERAL.start() + ((first + n) % count) as u16).find(|&port| will_do(self, port))
    }

    pub fn connected(&mut self, local: IpEndpoint) {
        let connections = self.connections.entry(local.port).or_default();
        match connections.iter_mut().find(|(address, _)| *address == local.addr) {
            Some((_, count)) => *count += 1,
            None => connections.push((local.addr, 1)),
        }
    }

    pub fn disconnected(&mut self, local: IpEndpoint) {
        let Some(connections) = self.connections.get_mut(&local.port) else { return };
        if let Some((_, count)) = connections.iter_mut().find(|(address, _)| *address == local.addr) {
            *count -= 1;
        }
        connections.retain(|(_, count)| *count > 0);
        if connections.is_empty() {
            self.connections.remove(&local.port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(id: u64, address: Option<IpAddress>, v4: bool, v6: bool) -> Claim {
        Claim { id, address, v4, v6, reuse_address: false, reuse_port: false, listening: false }
    }

    #[test]
    fn rules_of_bind() {
        let mut ports = Ports::new(&ahash::RandomState::with_seeds(1, 2, 3, 4), 5);
        let one = Some(IpAddress::v4(10, 0, 0, 1));
        assert_eq!(ports.claim(Protocol::Tcp, 80, claim(1, one, true, false)), Ok(80));
        assert_eq!(ports.claim(Protocol::Udp, 80, claim(2, one, true, false)), Ok(80));
        assert_eq!(ports.claim(Protocol::Tcp, 80, claim(3, None, true, false)), Err(Errno::Eaddrinuse));
        assert_eq!(ports.claim(Protocol::Tcp, 80, claim(3, None, true, true)), Err(Errno::Eaddrinuse));
        assert_eq!(ports.claim(Protocol::Tcp, 80, claim(4, None, false, true)), Ok(80));
        let two = Some(IpAddress::v4(10, 0, 0, 2));
        assert_eq!(ports.claim(Protocol::Tcp, 80, claim(5, two, true, false)), Ok(80));
        assert_eq!(ports.listen(80, 1), Ok(()));
        ports.release(Protocol::Tcp, 80, 1);
        assert_eq!(ports.claim(Protocol::Tcp, 80, claim(6, one, true, false)), Ok(80));
        ports.connected(IpEndpoint::new(IpAddress::v4(10, 0, 0, 1), 81));
        assert_eq!(ports.claim(Protocol::Tcp, 81, claim(9, two, true, false)), Ok(81));
        ports.release(Protocol::Tcp, 81, 9);
        assert_eq!(ports.claim(Protocol::Tcp, 81, claim(7, one, true, false)), Err(Errno::Eaddrinuse));
        let reuse = Claim { reuse_address: true, ..claim(7, one, true, false) };
        assert_eq!(ports.claim(Protocol::Tcp, 81, reuse), Ok(81));
        assert_eq!(ports.claim(Protocol::Tcp, 81, Claim { id: 8, ..reuse }), Ok(81));
        assert_eq!(ports.listen(81, 8), Ok(()));
        assert_eq!(ports.listen(81, 7), Err(Errno::Eaddrinuse));
    }

    #[test]
    fn ephemeral_ports_run_out() {
        let mut ports = Ports::new(&ahash::RandomState::with_seeds(1, 2, 3, 4), 5);
        for id in 0..28232 {
            let port = ports.claim(Protocol::Udp, 0, claim(id, None, true, false)).expect("there are more");
            assert!(EPHEMERAL.contains(&port));
        }
        assert_eq!(ports.claim(Protocol::Udp, 0, claim(0, None, true, false)), Err(Errno::Eaddrinuse));
    }
}
