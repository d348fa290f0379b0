//! The requests that TCP and UDP have in common (`inet_ctl`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::platform::{Errno, Style, platform};
use joist_vm::port::Port;
use joist_vm::term::Pid;

use super::codes::{SUBS_EMPTY_OUT_Q, request};
use super::{Answer, BADARG, EINVAL, EXBADPORT, Inet, ifset, interfaces, services};

impl Inet {
    pub fn control_common(&mut self, port: &Arc<Port>, caller: Pid, request: u32, data: &[u8]) -> Answer {
        match request {
            request::OPEN => self.open(port, data),
            request::FDOPEN => self.fdopen(port, data),
            request::BIND => self.bind(data),
            request::NAME => self.name(),
            request::PEER => self.peer(),
            request::SETNAME => {
                self.name = self.pretend(data)?;
                Ok(Vec::new())
            }
            request::SETPEER => {
                self.peer = self.pretend(data)?;
                Ok(Vec::new())
            }
            request::GETLADDRS => self.all_names(false, data),
            request::GETPADDRS => self.all_names(true, data),
            request::SETOPTS => self.set_options(port, data),
            request::GETOPTS => self.get_options(data),
            request::GETSTAT => self.statistics.answer(data, self.tcp.queue.len()),
            request::SUBSCRIBE => self.subscribe(caller, data),
            request::GETSTATUS => Ok(self.status().to_be_bytes().to_vec()),
            request::GETTYPE => self.kind_codes(),
            request::GETFD => self.descriptor(),
            request::IGNOREFD => self.ignore_descriptor(port, data),
            request::GETHOSTNAME if data.is_empty() => Ok(platform().hostname().into_bytes()),
            request::GETHOSTNAME => Err(EINVAL),
            request::GETSERVBYNAME => services::by_name(data),
            request::GETSERVBYPORT => services::by_port(data),
            request::GETIFLIST => self.open_socket().and_then(|_| interfaces::names()),
            request::GETIFADDRS => self.open_socket().and_then(|_| interfaces::all()),
            request::IFGET => self.open_socket().and_then(|_| interfaces::get(data, self.family)),
            request::IFSET => ifset::set(self.open_socket()?, data),
            _ => Err(EXBADPORT),
        }
    }

    /// How much is queued; the caller is told when that is nothing.
    fn subscribe(&mut self, caller: Pid, data: &[u8]) -> Answer {
        let mut answer = Vec::new();
        for code in data {
            if *code != SUBS_EMPTY_OUT_Q {
                return Err(BADARG);
            }
            let queued = self.tcp.queue.len();
            if queued > 0 {
                self.subscribers.push(caller);
            }
            answer.push(*code);
            answer.extend((queued as u32).to_be_bytes());
        }
        Ok(answer)
    }

    /// Somebody else uses the socket for a while, or does no longer.
    fn ignore_descriptor(&mut self, port: &Arc<Port>, data: &[u8]) -> Answer {
        if !self.is_connected() {
            return Err(Errno::Enotconn.into());
        }
        match data.first() {
            Some(1) if self.style == Some(Style::Stream) && !self.ignored => self.ignored = true,
            Some(0) if self.style == Some(Style::Stream) && self.ignored => {
                self.ignored = false;
                self.output_tcp(port);
                self.read_tcp(port);
            }
            _ => return Err(EINVAL),
        }
        Ok(Vec::new())
    }
}
