//! `udp_inet`, as far as a boot asks for it: OTP opens a UDP port once to learn the host's name. There are no sockets
//! yet: what would need one answers the error `enotsup` by inet_drv's own protocol (`inet_drv.c`).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::platform::platform;
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::term::Pid;

const OPEN: u32 = 1;
const BIND: u32 = 6;
const SETOPTS: u32 = 7;
const GETOPTS: u32 = 8;
const GETHOSTNAME: u32 = 12;
const SUBSCRIBE: u32 = 24;
/// `INET_OPT_LINGER`.
const LINGER: u8 = 3;

struct Udp;

/// A reply: 0 for an error with its name, 1 for success with the answer.
fn error(name: &[u8]) -> Vec<u8> {
    [&[0][..], name].concat()
}

fn ok(answer: &[u8]) -> Vec<u8> {
    [&[1][..], answer].concat()
}

impl Driver for Udp {
    fn command(&mut self, _: &Arc<Port>, _: &[u8]) -> Result<(), BadCommand> {
        Err(BadCommand)
    }

    fn control(&mut self, _: &Arc<Port>, _: Pid, command: u32, data: &[u8]) -> Result<Vec<u8>, BadCommand> {
        Ok(match command & 0xff {
            OPEN | SETOPTS | SUBSCRIBE => ok(&[]),
            BIND => ok(&[0, 0]),
            GETHOSTNAME => ok(platform().hostname().as_bytes()),
            // A port that is closed is asked whether it lingers: it doesn't ({false, 0}).
            GETOPTS if data == [LINGER] => ok(&[LINGER, 0, 0, 0, 0, 0, 0, 0, 0]),
            _ => error(b"enotsup"),
        })
    }
}

pub(super) fn udp() -> Box<dyn Driver> {
    Box::new(Udp)
}
