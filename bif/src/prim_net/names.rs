//! `getaddrinfo` and `getnameinfo`, from what looks like an address, `/etc/hosts`, and name servers (`resolver`).

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use joist_vm::atom::Atom;
use joist_vm::platform::{Address, platform};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::prim_socket::address::{self, Named};
use crate::prim_socket::answers::{self, named, record};
use crate::resolver::{self, Failure};
use crate::{hosts, services, term_args};

/// The addresses of a name: its own if it is one, else those of `/etc/hosts`; each once.
fn addresses(host: &str) -> Vec<IpAddr> {
    if let Ok(address) = host.parse() {
        return alloc::vec![address];
    }
    let is_it = |names: &[String]| names.iter().any(|n| n.eq_ignore_ascii_case(host));
    let mut found: Vec<IpAddr> = hosts::all().into_iter().filter(|(_, names)| is_it(names)).map(|(a, _)| a).collect();
    if found.is_empty() && (host.eq_ignore_ascii_case("localhost") || host.eq_ignore_ascii_case(&platform().hostname()))
    {
        found.push(IpAddr::from([127, 0, 0, 1]));
    }
    let mut once = Vec::new();
    for address in found {
        if !once.contains(&address) {
            once.push(address);
        }
    }
    once
}

/// Socket types with the protocol that goes with each.
const TYPES: [(&str, &str, i64); 3] = [("stream", "tcp", 6), ("dgram", "udp", 17), ("raw", "", 0)];

fn is_undefined(t: Term) -> bool {
    t.as_atom().is_some_and(|a| a.text() == "undefined")
}

/// `nif_getaddrinfo(Host, Service, Hints)`
pub(super) fn getaddrinfo(p: &mut Process, a: &[Term]) -> NativeResult {
    let text = |p: &mut Process, t: Term| {
        if is_undefined(t) { Ok(None) } else { term_args::text(t).map(Some).ok_or_else(|| p.badarg()) }
    };
    let (host, service) = (text(p, a[0])?, text(p, a[1])?);
    if !is_undefined(a[2]) {
        return Err(p.badarg());
    }
    let found = match &host {
        Some(host) => addresses(host),
        None => alloc::vec![IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]), IpAddr::from([127, 0, 0, 1])],
    };
    if found.is_empty()
        && let Some(host) = &host
    {
        let id = resolver::ask_addresses(p, host);
        return resolved(p, &[id, a[1]]);
    }
    infos(p, found, service.as_deref())
}

/// `[Question, Service]`: there may be an answer.
fn resolved(p: &mut Process, a: &[Term]) -> NativeResult {
    match resolver::addresses(a[0]) {
        None => Err(p.wait_for(resolved, a)),
        Some(Err(failure)) => Ok(answers::error(p, named(failure.name()))),
        Some(Ok(found)) => {
            let service = if is_undefined(a[1]) { None } else { term_args::text(a[1]) };
            infos(p, found, service.as_deref())
        }
    }
}

/// What there is at some addresses.
fn infos(p: &mut Process, found: Vec<IpAddr>, service: Option<&str>) -> NativeResult {
    let key = if joist_vm::release::at_least(26) { "socktype" } else { "type" };
    let mut items = Vec::new();
    let mut is_known = service.is_none();
    for address in found {
        for (kind, protocol_name, protocol) in TYPES {
            let port = match service {
                None => 0,
                Some(service) => match service.parse().ok().or_else(|| services::port(service, Some(protocol_name))) {
                    Some(port) => port,
                    None => continue,
                },
            };
            is_known = true;
            let addr = address::build(p, &Address::Ip(SocketAddr::new(address, port)));
            let family = named(if address.is_ipv4() { "inet" } else { "inet6" });
            let fields = [("family", family), (key, named(kind)), ("protocol", Term::small(protocol)), ("addr", addr)];
            items.push(record(p, &fields));
        }
    }
    if !is_known {
        return Ok(answers::error(p, named("eservice")));
    }
    let list = build::list(p, &items);
    Ok(answers::ok_with(p, list))
}

/// `nif_getnameinfo(Address, Flags)`
pub(super) fn getnameinfo(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(Named::Address(address)) = address::read(a[0]) else { return Err(p.badarg()) };
    let flags = NameFlags::read(p, a[1])?;
    let host = match &address {
        Address::Local(_) => Some(platform().hostname()),
        Address::Ip(_) if flags.numeric_host => None,
        Address::Ip(ip) => match hosts::all().into_iter().find(|(a, _)| *a == ip.ip()) {
            Some((_, names)) => names.into_iter().next(),
            None => {
                let id = resolver::ask_name(p, ip.ip());
                return name_resolved(p, &[id, a[0], a[1]]);
            }
        },
    };
    info(p, &address, &flags, host)
}

/// `[Question, Address, Flags]`: there may be an answer.
fn name_resolved(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some(Named::Address(address)) = address::read(a[1]) else { return Err(p.badarg()) };
    let flags = NameFlags::read(p, a[2])?;
    match resolver::name(a[0]) {
        None => Err(p.wait_for(name_resolved, a)),
        Some(Err(Failure::Again)) => Ok(answers::error(p, named(Failure::Again.name()))),
        Some(name) => info(p, &address, &flags, name.ok()),
    }
}

#[derive(Default)]
struct NameFlags {
    numeric_host: bool,
    numeric_service: bool,
    required: bool,
    datagram: bool,
}

impl NameFlags {
    fn read(p: &mut Process, t: Term) -> Result<NameFlags, Bail> {
        let mut flags = NameFlags::default();
        let list = if t.is_atom() { Vec::new() } else { term_args::list(p, t)? };
        for flag in list {
            match flag.as_atom().map(Atom::text) {
                Some("numerichost") => flags.numeric_host = true,
                Some("numericserv") => flags.numeric_service = true,
                Some("namereqd") => flags.required = true,
                Some("dgram") => flags.datagram = true,
                Some("nofqdn" | "idn") => {}
                _ => return Err(p.badarg()),
            }
        }
        Ok(flags)
    }
}

fn info(p: &mut Process, address: &Address, flags: &NameFlags, host: Option<String>) -> NativeResult {
    if flags.required && host.is_none() {
        return Ok(answers::error(p, named("enoname")));
    }
    let (host, service) = match address {
        Address::Local(path) => (host.unwrap_or_default(), String::from_utf8_lossy(path).into_owned()),
        Address::Ip(ip) => {
            let protocol = if flags.datagram { "udp" } else { "tcp" };
            let service = if flags.numeric_service { None } else { services::name(ip.port(), Some(protocol)) };
            let text = |n: &dyn core::fmt::Display| alloc::format!("{n}");
            (host.unwrap_or_else(|| text(&ip.ip())), service.unwrap_or_else(|| text(&ip.port())))
        }
    };
    let host = build::string(p, host.as_bytes());
    let service = build::string(p, service.as_bytes());
    let info = record(p, &[("host", host), ("service", service)]);
    Ok(answers::ok_with(p, info))
}

/// `nif_getservbyname(Name, Protocol)` (28+)
pub(super) fn getservbyname(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::text(a[0]).ok_or_else(|| p.badarg())?;
    let protocol = protocol(p, a[1])?;
    Ok(match services::port(&name, protocol) {
        Some(port) => answers::ok_with(p, Term::small(i64::from(port))),
        None => answers::error(p, named("einval")),
    })
}

/// `nif_getservbyport(Port, Protocol)` (28+)
pub(super) fn getservbyport(p: &mut Process, a: &[Term]) -> NativeResult {
    let port = a[0].as_small().and_then(|n| u16::try_from(n).ok()).ok_or_else(|| p.badarg())?;
    let protocol = protocol(p, a[1])?;
    Ok(match services::name(port, protocol) {
        Some(name) => {
            let name = build::string(p, name.as_bytes());
            answers::ok_with(p, name)
        }
        None => answers::error(p, named("einval")),
    })
}

fn protocol(p: &mut Process, t: Term) -> Result<Option<&'static str>, Bail> {
    match t.as_atom().map(Atom::text) {
        Some("any") => Ok(None),
        Some(name) => Ok(Some(name)),
        None => Err(p.badarg()),
    }
}
