//! `inet:getopts` (`inet_fill_opts`). What the socket doesn't have is left out of the answer.

use alloc::vec::Vec;

use joist_vm::platform::{Errno, Family, Style, platform};

use super::super::codes::{
    IP_TOS, IP_TTL, IPPROTO_IP, IPPROTO_IPV6, IPV6_TCLASS, SO_BINDTODEVICE, SO_LINGER, SOCKET_OPTIONS, SOL_SOCKET,
    active, family, opt,
};
use super::super::{Answer, EINVAL, Inet, Protocol};
use super::Reader;

/// The longest value.
const LONGEST: usize = 64 << 10;
/// The longest name of a network device, with its zero.
const IFNAMSIZ: usize = 16;

impl Inet {
    pub fn get_options(&self, data: &[u8]) -> Answer {
        let mut wanted = Reader(data);
        let mut answer = Vec::new();
        while !wanted.0.is_empty() {
            let code = wanted.byte()?;
            if let Some(value) = self.get_option(code, &mut wanted)? {
                answer.push(code);
                answer.extend(value);
            }
            if answer.len() > LONGEST {
                return Err(EINVAL);
            }
        }
        Ok(answer)
    }

    fn get_option(&self, code: u8, rest: &mut Reader<'_>) -> Result<Option<Vec<u8>>, super::super::Refusal> {
        let o = &self.options;
        let of_stream = |value: i32| if self.style == Some(Style::Stream) { Some(value) } else { None };
        let int = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let value = match code {
            opt::BUFFER => Some(int(o.buffer)),
            opt::HEADER => Some(int(o.header)),
            opt::MODE => Some(o.binary.into()),
            opt::DELIVER => Some((!o.deliver_port).into()),
            opt::ACTIVE => {
                let mut value = o.active.to_be_bytes().to_vec();
                if o.active == active::MULTI {
                    value.extend((o.active_count as i16).to_be_bytes());
                }
                return Ok(Some(value));
            }
            opt::PACKET => Some(o.packet),
            opt::PACKET_SIZE => Some(o.packet_size as i32),
            opt::EXITONCLOSE => Some(o.exit_on_close.into()),
            opt::TCP_HIWTRMRK => of_stream(int(o.high)),
            opt::TCP_LOWTRMRK => of_stream(int(o.low)),
            opt::MSGQ_HIWTRMRK => Some(o.msgq_high),
            opt::MSGQ_LOWTRMRK => Some(o.msgq_low),
            opt::TCP_SEND_TIMEOUT => of_stream(o.send_timeout.map_or(-1, |ms| ms as i32)),
            opt::TCP_SEND_TIMEOUT_CLOSE => of_stream(o.send_timeout_close.into()),
            opt::TCP_DELAY_SEND => of_stream(o.delay_send.into()),
            opt::TCP_READ_AHEAD => of_stream((!o.no_read_ahead).into()),
            opt::READ_PACKETS => Some(o.read_packets).filter(|_| self.style == Some(Style::Datagram)),
            opt::TCP_SHOW_ECONNRESET => Some(o.show_econnreset.into()).filter(|_| self.protocol == Protocol::Tcp),
            opt::DEBUG => Some(o.debug.into()),
            opt::NETNS => {
                return Ok(o.netns.as_ref().map(|name| [&(name.len() as u32).to_be_bytes()[..], name].concat()));
            }
            opt::LINGER => return Ok(self.get_linger()),
            opt::MULTICAST_IF => return self.get_multicast_interface(),
            opt::RAW => return self.get_raw(rest),
            opt::BIND_TO_DEVICE => {
                let name = self.get(SOL_SOCKET, SO_BINDTODEVICE, IFNAMSIZ).ok();
                return Ok(name.map(|name| {
                    let name = name.split(|b| *b == 0).next().unwrap_or_default();
                    [&(name.len() as u32).to_be_bytes()[..], name].concat()
                }));
            }
            opt::PKTOPTIONS => return self.get_packet_options(),
            _ => {
                let option = SOCKET_OPTIONS.iter().find(|o| o.code == code).ok_or(EINVAL)?;
                self.get_int(option.level, option.option)
            }
        };
        Ok(value.map(|n| n.to_be_bytes().to_vec()))
    }

    fn get(&self, level: i32, option: i32, size: usize) -> Result<Vec<u8>, Errno> {
        platform().socket_option(self.socket.ok_or(Errno::Ebadf)?, level, option, size)
    }

    fn get_int(&self, level: i32, option: i32) -> Option<i32> {
        let value = self.get(level, option, 4).ok()?;
        Some(match value.first_chunk::<4>() {
            Some(word) => i32::from_ne_bytes(*word),
            None => i32::from(*value.first()?),
        })
    }

    fn get_linger(&self) -> Option<Vec<u8>> {
        let value = self.get(SOL_SOCKET, SO_LINGER, 8).ok()?;
        let (words, _) = value.as_chunks::<4>();
        Some(words.iter().flat_map(|w| i32::from_ne_bytes(*w).to_be_bytes()).collect())
    }

    /// `[Address, Family:32]`, or an interface's number of IPv6.
    fn get_multicast_interface(&self) -> Result<Option<Vec<u8>>, super::super::Refusal> {
        let (level, option, code) = match self.family {
            Family::V4 => (IPPROTO_IP, 32, family::INET),
            Family::V6 => (IPPROTO_IPV6, 17, family::INET6),
            Family::Local => return Err(EINVAL),
        };
        let Ok(mut value) = self.get(level, option, 4) else { return Ok(None) };
        if self.family == Family::V6 {
            value.reverse();
        }
        value.extend(u32::from(code).to_be_bytes());
        Ok(Some(value))
    }

    /// `[Level:32, Option:32, Is there data?, Size:32, Data]`.
    fn get_raw(&self, rest: &mut Reader<'_>) -> Result<Option<Vec<u8>>, super::super::Refusal> {
        let (level, option) = (rest.int()?, rest.int()?);
        let given = rest.byte()? != 0;
        let size = usize::try_from(rest.int()?).ok().filter(|n| *n <= LONGEST).ok_or(EINVAL)?;
        let before = if given { rest.bytes(size)?.to_vec() } else { alloc::vec![0; size] };
        let Some(socket) = self.socket else { return Ok(None) };
        let Ok(value) = platform().socket_option_from(socket, level, option, before) else { return Ok(None) };
        let mut answer = [level.to_be_bytes(), option.to_be_bytes(), (value.len() as u32).to_be_bytes()].concat();
        answer.extend(value);
        Ok(Some(answer))
    }

    /// What came with the last packet of a connection (`IP_PKTOPTIONS`): `[Length:32, (Option, Value:32) …]`.
    fn get_packet_options(&self) -> Result<Option<Vec<u8>>, super::super::Refusal> {
        const IP_PKTOPTIONS: i32 = 9;
        const IPV6_2292PKTOPTIONS: i32 = 6;
        let (level, option) = match self.family {
            Family::V4 => (IPPROTO_IP, IP_PKTOPTIONS),
            Family::V6 => (IPPROTO_IPV6, IPV6_2292PKTOPTIONS),
            Family::Local => return Err(EINVAL),
        };
        // Two control messages of a number each have room in this.
        let Ok(value) = self.get(level, option, 48) else { return Ok(None) };
        let mut answer = Vec::new();
        let mut messages = &value[..];
        while let Some((len, rest)) = messages.split_first_chunk::<8>() {
            let len = usize::try_from(u64::from_ne_bytes(*len)).unwrap_or(0);
            let Some((message, _)) = rest.split_at_checked(len.saturating_sub(8)) else { break };
            let (Some(level), Some(kind)) = (message.first_chunk::<4>(), message.get(4..8)) else { break };
            let (level, kind) = (i32::from_ne_bytes(*level), i32::from_ne_bytes([kind[0], kind[1], kind[2], kind[3]]));
            if let Some(code) = control_code(level, kind) {
                answer.push(code);
                answer.extend(control_value(&message[8..]).to_be_bytes());
            }
            messages = messages.get(len.next_multiple_of(8)..).unwrap_or_default();
        }
        let mut all = (answer.len() as u32).to_be_bytes().to_vec();
        all.extend(answer);
        Ok(Some(all))
    }
}

/// The option that a control message of this level and kind has the value of.
pub fn control_code(level: i32, kind: i32) -> Option<u8> {
    // Some systems tell by the numbers of the options that ask for it.
    const IP_RECVTTL: i32 = 12;
    const IP_RECVTOS: i32 = 13;
    const IPV6_RECVTCLASS: i32 = 66;
    match (level, kind) {
        (IPPROTO_IP, IP_TOS | IP_RECVTOS) => Some(opt::TOS),
        (IPPROTO_IP, IP_TTL | IP_RECVTTL) => Some(opt::TTL),
        (IPPROTO_IPV6, IPV6_TCLASS | IPV6_RECVTCLASS) => Some(opt::TCLASS),
        _ => None,
    }
}

/// A number of any size.
pub fn control_value(data: &[u8]) -> i32 {
    match (data.first_chunk::<4>(), data.first()) {
        (Some(word), _) => i32::from_ne_bytes(*word),
        (None, Some(byte)) => i32::from(*byte),
        (None, None) => 0,
    }
}
