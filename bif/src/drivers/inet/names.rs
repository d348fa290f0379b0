//! What a socket is bound to, and who is at its other end.

use alloc::vec::Vec;

use joist_vm::platform::{Address, Errno, Family, platform};

use super::codes::state;
use super::{Answer, EINVAL, EXBADPORT, Inet, address};

pub fn family(address: &Address) -> Family {
    match address {
        Address::Ip(a) if a.is_ipv4() => Family::V4,
        Address::Ip(_) => Family::V6,
        Address::Local(_) => Family::Local,
    }
}

impl Inet {
    /// The answer is the port that was chosen.
    pub fn bind(&self, data: &[u8]) -> Answer {
        if data.len() < 2 {
            return Err(EINVAL);
        }
        if self.state != state::OPEN {
            return Err(EXBADPORT);
        }
        let socket = self.open_socket()?;
        let (address, _) = address::decode(self.family, data)?;
        platform().socket_bind(socket, &address)?;
        let port = |address: &Address| match address {
            Address::Ip(a) => a.port(),
            Address::Local(_) => 0,
        };
        let number = match port(&address) {
            0 => platform().socket_name(socket).map_or(0, |a| port(&a)),
            n => n,
        };
        Ok(number.to_be_bytes().to_vec())
    }

    pub fn name(&self) -> Answer {
        match &self.name {
            Some(name) => Ok(address::encode(name)),
            None => Ok(address::encode(&platform().socket_name(self.socket.ok_or(Errno::Ebadf)?)?)),
        }
    }

    pub fn peer(&self) -> Answer {
        if !self.is_connected() {
            return Err(Errno::Enotconn.into());
        }
        match &self.peer {
            Some(peer) => Ok(address::encode(peer)),
            None => Ok(address::encode(&platform().socket_peer(self.socket.ok_or(Errno::Ebadf)?)?)),
        }
    }

    /// `inet:socknames`, `inet:peernames`: all addresses, which here is one.
    pub fn all_names(&self, of_peer: bool, data: &[u8]) -> Answer {
        if data.len() != 4 {
            return Err(EINVAL);
        }
        let socket = self.open_socket()?;
        let address = if of_peer { platform().socket_peer(socket) } else { platform().socket_name(socket) };
        Ok(address::encode(&address?))
    }

    /// A name to tell instead; none in place of it.
    pub fn pretend(&self, data: &[u8]) -> Result<Option<Address>, super::Refusal> {
        match data {
            [] => Ok(None),
            [_] => Err(EINVAL),
            _ => Ok(Some(address::decode(self.family, data)?.0)),
        }
    }

    /// An unconnected socket is no error here.
    pub fn descriptor(&self) -> Answer {
        let socket = self.open_socket().map_err(|_| EINVAL)?;
        Ok(platform().socket_descriptor(socket).to_be_bytes().to_vec())
    }

    /// The family and style.
    pub fn kind_codes(&self) -> Answer {
        use super::codes::{family, style};
        use joist_vm::platform::Style;
        let style = match self.style.ok_or(EINVAL)? {
            Style::Stream => style::STREAM,
            _ => style::DGRAM,
        };
        let family = match self.family {
            Family::V4 => family::INET,
            Family::V6 => family::INET6,
            Family::Local => family::LOCAL,
        };
        let words: Vec<u8> = [family, style].iter().flat_map(|n| u32::from(*n).to_be_bytes()).collect();
        Ok(words)
    }
}
