//! `inet_gethost`: the port program of `inet_gethost_native`, answered natively from `/etc/hosts` (and for the host's
//! own name). Packets: `lib/kernel/src/inet_gethost_native.erl`, `erts/etc/common/inet_gethost.c`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use joist_vm::platform::platform;
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::term::Pid;

use crate::hosts;

const BY_NAME: u8 = 1;
const BY_ADDRESS: u8 = 2;
const CANCEL: u8 = 3;
const CONTROL: u8 = 4;
const IPV4: u8 = 1;
const UNIT_ERROR: u8 = 0;

struct GetHost;

impl Driver for GetHost {
    fn command(&mut self, port: &Arc<Port>, _: Pid, data: &[u8]) -> Result<(), BadCommand> {
        let Some(([id @ .., operation], rest)) = data.split_first_chunk::<5>() else { return Err(BadCommand) };
        let answer = match (*operation, rest) {
            (BY_NAME, [family, name @ ..]) => by_name(*family == IPV4, name),
            (BY_ADDRESS, [_, address @ ..]) => by_address(address),
            (CANCEL | CONTROL, _) => return Ok(()),
            _ => return Err(BadCommand),
        };
        let reply = [&id[..], &answer.unwrap_or_else(|| [&[UNIT_ERROR][..], b"notfound\0"].concat())].concat();
        port.data_to_owner(&reply);
        Ok(())
    }

    fn control(&mut self, _: &Arc<Port>, _: Pid, _: u32, _: &[u8]) -> Result<Vec<u8>, BadCommand> {
        Err(BadCommand)
    }
}

pub(super) fn driver() -> Box<dyn Driver> {
    Box::new(GetHost)
}

/// The lines of `/etc/hosts`: an address and its names; the host's own name comes last, as the loopback.
fn known() -> Vec<(IpAddr, Vec<String>)> {
    let mut all = hosts::all();
    all.push((IpAddr::from([127, 0, 0, 1]), alloc::vec!["localhost".into(), platform().hostname()]));
    all
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(a) => a.octets().to_vec(),
        IpAddr::V6(a) => a.octets().to_vec(),
    }
}

/// `<<Unit, 1:32, Address, N:32, Names with a NUL each>>`.
fn found(address: IpAddr, names: &[String]) -> Vec<u8> {
    let bytes = octets(address);
    let mut o = alloc::vec![bytes.len() as u8, 0, 0, 0, 1];
    o.extend(bytes);
    o.extend((names.len() as u32).to_be_bytes());
    for n in names {
        o.extend(n.as_bytes());
        o.push(0);
    }
    o
}

fn by_name(v4: bool, name: &[u8]) -> Option<Vec<u8>> {
    let name = core::str::from_utf8(name).ok()?.trim_end_matches('\0');
    if let Ok(address) = name.parse::<IpAddr>()
        && address.is_ipv4() == v4
    {
        return Some(found(address, &[name.into()]));
    }
    let all = known();
    let host = all.iter().find(|h| h.0.is_ipv4() == v4 && h.1.iter().any(|n| n.eq_ignore_ascii_case(name)))?;
    Some(found(host.0, &host.1))
}

fn by_address(address: &[u8]) -> Option<Vec<u8>> {
    let all = known();
    let host = all.iter().find(|h| octets(h.0) == address)?;
    Some(found(host.0, &host.1))
}
