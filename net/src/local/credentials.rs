//! Credentials that come with what is received (`SO_PASSCRED`, `SCM_CREDENTIALS`, `SO_PEERCRED` of `unix(7)`): all programs of
//! the machine are one process of its superuser.

use super::{Local, Locals};
use crate::options::level;
use alloc::vec::Vec;
use joist_vm::platform::{Control, Errno};

pub(super) const SO_PEERCRED: i32 = 17;
const SCM_CREDENTIALS: i32 = 2;
/// What Linux says where a sender's user is not known.
const NOBODY: u32 = 65534;

/// A `ucred`: process, user, group.
fn bytes(process: u32, user: u32) -> Vec<u8> {
    [process, user, user].map(u32::to_ne_bytes).concat()
}

impl Local {
    pub(super) fn wants_credentials(&self) -> bool {
        self.options.pass_credentials != 0
    }
}

impl Locals {
    /// Are there credentials among the control messages of who sends? Others can't be sent.
    pub(super) fn checked(&self, control: &[Control]) -> Result<bool, Errno> {
        for message in control {
            let (kind, data) = ((message.level, message.kind), &message.data);
            match data.first_chunk::<4>().map(|b| u32::from_ne_bytes(*b)) {
                // Linux, too, looks at its own level only.
                _ if message.level != level::SOCKET => {}
                _ if kind != (level::SOCKET, SCM_CREDENTIALS) => return Err(Errno::Enotsup),
                Some(process) if data.len() == 12 && process == self.process => {
                    if *data != bytes(process, 0) {
                        return Err(Errno::Eperm); // there are no other users
                    }
                }
                Some(_) if data.len() == 12 => return Err(Errno::Esrch),
                _ => return Err(Errno::Einval),
            }
        }
        Ok(control.iter().any(|c| c.level == level::SOCKET))
    }

    /// What one of them wants said, is said.
    pub(super) fn is_signed(&self, from: u64, to: u64) -> bool {
        [from, to].iter().any(|id| self.sockets.get(id).is_some_and(Local::wants_credentials))
    }

    /// The control message, of a sender who told or did not.
    pub(super) fn message(&self, told: bool) -> Control {
        let data = if told { bytes(self.process, 0) } else { bytes(0, NOBODY) };
        Control { level: level::SOCKET, kind: SCM_CREDENTIALS, data }
    }

    /// `SO_PEERCRED`: of a socket that has no other end, nobody.
    pub(super) fn peer_credentials(&self, has_peer: bool) -> Vec<u8> {
        if has_peer { bytes(self.process, 0) } else { bytes(0, u32::MAX) }
    }
}
