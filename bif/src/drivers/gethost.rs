//! `inet_gethost`: the port program of `inet_gethost_native`, answered natively from `/etc/hosts` (and for the host's
//! own name), else by name servers. Packets: `lib/kernel/src/inet_gethost_native.erl`, `erts/etc/common/inet_gethost.c`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use joist_vm::platform::platform;
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::term::Pid;

use crate::hosts;
use crate::resolver::{self, Failure};

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
        let (id, port) = (*id, port.clone());
        let reply = move |answer: Result<Vec<u8>, Failure>| {
            let answer = answer.unwrap_or_else(|failure| {
                let word: &[u8] = if failure == Failure::Again { b"try_again\0" } else { b"notfound\0" };
                [&[UNIT_ERROR][..], word].concat()
            });
            port.data_to_owner(&[&id[..], &answer].concat());
        };
        match (*operation, rest) {
            (BY_NAME, [family, name @ ..]) => by_name(*family == IPV4, name, reply),
            (BY_ADDRESS, [_, address @ ..]) => by_address(address, reply),
            (CANCEL | CONTROL, _) => {}
            _ => return Err(BadCommand),
        }
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

/// `<<Unit, N:32, Addresses, N:32, Names with a NUL each>>`.
fn found(addresses: &[IpAddr], names: &[String]) -> Vec<u8> {
    let unit = addresses.first().map_or(0, |a| octets(*a).len() as u8);
    let mut o = alloc::vec![unit];
    o.extend((addresses.len() as u32).to_be_bytes());
    o.extend(addresses.iter().flat_map(|a| octets(*a)));
    o.extend((names.len() as u32).to_be_bytes());
    for n in names {
        o.extend(n.as_bytes());
        o.push(0);
    }
    o
}

fn by_name(v4: bool, name: &[u8], reply: impl FnOnce(Result<Vec<u8>, Failure>) + Send + 'static) {
    let Ok(name) = core::str::from_utf8(name) else { return reply(Err(Failure::NoSuchName)) };
    let name: String = name.trim_end_matches('\0').into();
    if let Ok(address) = name.parse::<IpAddr>() {
        return reply(if address.is_ipv4() == v4 { Ok(found(&[address], &[name])) } else { Err(Failure::NoSuchName) });
    }
    let is_it = |(address, names): &&(IpAddr, Vec<String>)| {
        address.is_ipv4() == v4 && names.iter().any(|n| n.eq_ignore_ascii_case(&name))
    };
    if let Some((address, names)) = known().iter().find(is_it) {
        return reply(Ok(found(&[*address], names)));
    }
    let asked = name.clone();
    resolver::host_by_name(&name, v4, move |answer| {
        reply(answer.map(|(addresses, canonical)| {
            let mut names: Vec<String> = canonical.into_iter().collect();
            if !names.iter().any(|n| n.eq_ignore_ascii_case(&asked)) {
                names.push(asked);
            }
            found(&addresses, &names)
        }));
    });
}

fn by_address(address: &[u8], reply: impl FnOnce(Result<Vec<u8>, Failure>) + Send + 'static) {
    if let Some((address, names)) = known().iter().find(|h| octets(h.0) == address) {
        return reply(Ok(found(&[*address], names)));
    }
    let address: IpAddr = match (address.as_array::<4>(), address.as_array::<16>()) {
        (Some(v4), _) => (*v4).into(),
        (_, Some(v6)) => (*v6).into(),
        _ => return reply(Err(Failure::NoSuchName)),
    };
    resolver::host_by_address(address, move |answer| reply(answer.map(|name| found(&[address], &[name]))));
}
