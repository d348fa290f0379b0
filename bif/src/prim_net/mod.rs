//! `prim_net`: names, addresses and interfaces for the module `net` (`prim_net_nif.c`, `prim_net.erl`).

mod names;

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use joist_vm::platform::{Address, Errno, Interface, platform};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::prim_socket::answers::{self, failed, named, record};
use crate::prim_socket::{address, ioctl};
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("nif_command", 1, |p, a| {
        let field = |name: &str| if a[0].is_map() { joist_vm::map::get(a[0], named(name)) } else { None };
        match (field("command"), field("data").and_then(Term::as_bool)) {
            (Some(command), Some(_)) if command.as_atom().is_some_and(|c| c.text() == "debug") => Ok(answers::ok()),
            _ => Ok(answers::error(p, named("einval"))),
        }
    }),
    // Windows' own, as stock answers elsewhere.
    ("nif_get_adapters_addresses", 1, |p, _| Err(p.notsup())),
    ("nif_get_if_entry", 1, |p, _| Err(p.notsup())),
    ("nif_get_interface_info", 1, |p, _| Err(p.notsup())),
    ("nif_get_ip_address_table", 1, |p, _| Err(p.notsup())),
    ("nif_getaddrinfo", 3, names::getaddrinfo),
    ("nif_gethostname", 0, |p, _| {
        let name = build::string(p, platform().hostname().as_bytes());
        Ok(answers::ok_with(p, name))
    }),
    ("nif_getifaddrs", 1, getifaddrs),
    ("nif_getnameinfo", 2, names::getnameinfo),
    ("nif_getservbyname", 2, names::getservbyname),
    ("nif_getservbyport", 2, names::getservbyport),
    ("nif_if_index2name", 1, |p, a| {
        let index = a[0].as_small().ok_or_else(|| p.badarg())?;
        about(p, Errno::Enxio, |i| i64::from(i.index) == index, |p, i| build::string(p, i.name.as_bytes()))
    }),
    ("nif_if_name2index", 1, |p, a| {
        let name = term_args::bytes(a[0]).ok_or_else(|| p.badarg())?;
        about(p, Errno::Enodev, |i| i.name.as_bytes() == name, |_, i| Term::small(i64::from(i.index)))
    }),
    ("nif_if_names", 0, if_names),
    ("nif_info", 0, |p, _| Ok(record(p, &[("debug", Term::bool(false))]))),
];

fn about(
    p: &mut Process,
    otherwise: Errno,
    is_wanted: impl Fn(&Interface) -> bool,
    answer: impl FnOnce(&mut Process, &Interface) -> Term,
) -> NativeResult {
    let all = match platform().interfaces() {
        Ok(all) => all,
        Err(e) => return Ok(failed(p, e)),
    };
    Ok(match all.iter().find(|i| is_wanted(i)) {
        Some(interface) => {
            let value = answer(p, interface);
            answers::ok_with(p, value)
        }
        None => failed(p, otherwise),
    })
}

/// `nif_if_names()`
fn if_names(p: &mut Process, _: &[Term]) -> NativeResult {
    let mut all = match platform().interfaces() {
        Ok(all) => all,
        Err(e) => return Ok(failed(p, e)),
    };
    all.sort_by_key(|i| i.index);
    all.dedup_by_key(|i| i.index);
    let pair = |i: &Interface, p: &mut Process| {
        let name = build::string(p, i.name.as_bytes());
        build::tuple(p, &[Term::small(i64::from(i.index)), name])
    };
    let items: Vec<Term> = all.iter().map(|i| pair(i, p)).collect();
    let list = build::list(p, &items);
    Ok(answers::ok_with(p, list))
}

/// `nif_getifaddrs(Extra)`: an entry for each address.
fn getifaddrs(p: &mut Process, a: &[Term]) -> NativeResult {
    if !a[0].is_map() {
        return Err(p.badarg());
    }
    let namespace = joist_vm::map::get(a[0], named("netns"));
    let all = match namespace.map(crate::term_args::bytes) {
        None => platform().interfaces(),
        Some(Some(name)) => platform().interfaces_in(&name),
        Some(None) => return Err(p.badarg()),
    };
    let all = match all {
        Ok(all) => all,
        Err(e) => return Ok(failed(p, e)),
    };
    const BROADCAST: u32 = 2;
    // `ifaddrs_flag()` has no `allmulti`, and nothing of Linux's above 16 bits.
    const TOLD: u32 = 0xfdff;
    let mut items = Vec::new();
    for i in &all {
        let Some(ip) = i.address else { continue };
        // Which link an address of the link's own is on.
        let scope = |ip: Ipv6Addr| if ip.is_unicast_link_local() { i.index } else { 0 };
        let map = |p: &mut Process, ip| {
            let address = match ip {
                IpAddr::V4(ip) => SocketAddr::new(ip.into(), 0),
                IpAddr::V6(ip) => SocketAddrV6::new(ip, 0, 0, scope(ip)).into(),
            };
            address::build(p, &Address::Ip(address))
        };
        let name = build::string(p, i.name.as_bytes());
        let mut fields = alloc::vec![("name", name), ("flags", ioctl::flags(p, i.flags & TOLD)), ("addr", map(p, ip))];
        fields.extend(i.netmask.map(|ip| ("netmask", map(p, ip))));
        let other = if i.flags & BROADCAST != 0 { "broadaddr" } else { "dstaddr" };
        fields.extend(i.other.map(|ip| (other, map(p, ip))));
        items.push(record(p, &fields));
    }
    let list = build::list(p, &items);
    Ok(answers::ok_with(p, list))
}
