//! `getaddrinfo` and `getnameinfo`, from `/etc/hosts` and what looks like an address. A name server is asked by OTP's own
//! `inet_res`, not from here.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use joist_vm::atom::Atom;
use joist_vm::platform::{Address, platform};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::prim_socket::address::{self, Named};
use crate::prim_socket::answers::{self, named, record};
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

/// `nif_getaddrinfo(Host, Service, Hints)`
pub(super) fn getaddrinfo(p: &mut Process, a: &[Term]) -> NativeResult {
    let is_undefined = |t: Term| t.as_atom().is_some_and(|a| a.text() == "undefined");
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
    if found.is_empty() {
        return Ok(answers::error(p, named("enoname")));
    }
    let key = if joist_vm::release::at_least(26) { "socktype" } else { "type" };
    let mut items = Vec::new();
    let mut is_known = service.is_none();
    for address in found {
        for (kind, protocol_name, protocol) in TYPES {
            let port = match &service {
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
    let (mut numeric_host, mut numeric_service, mut required, mut datagram) = (false, false, false, false);
    let flags = if a[1].is_atom() { Vec::new() } else { term_args::list(p, a[1])? };
    for flag in flags {
        match flag.as_atom().map(Atom::text) {
            Some("numerichost") => numeric_host = true,
            Some("numericserv") => numeric_service = true,
            Some("namereqd") => required = true,
            Some("dgram") => datagram = true,
            Some("nofqdn" | "idn") => {}
            _ => return Err(p.badarg()),
        }
    }
    let (host, service) = match &address {
        Address::Local(path) => (platform().hostname(), String::from_utf8_lossy(path).into_owned()),
        Address::Ip(ip) => {
            let known = || hosts::all().into_iter().find(|(a, _)| *a == ip.ip())?.1.into_iter().next();
            let host = if numeric_host { None } else { known() };
            if required && host.is_none() {
                return Ok(answers::error(p, named("enoname")));
            }
            let protocol = if datagram { "udp" } else { "tcp" };
            let service = if numeric_service { None } else { services::name(ip.port(), Some(protocol)) };
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

fn protocol(p: &mut Process, t: Term) -> Result<Option<&'static str>, joist_vm::process::Bail> {
    match t.as_atom().map(Atom::text) {
        Some("any") => Ok(None),
        Some(name) => Ok(Some(name)),
        None => Err(p.badarg()),
    }
}
