//! `nif_open`: new sockets, and sockets of descriptors (`esock_open2`, `esock_open4`).

use joist_vm::atom::Atom;
use joist_vm::map;
use joist_vm::platform::{Errno, Family, Style, platform};
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::Term;

use super::answers::{self, failed, given, named};
use super::esock::Esock;
use super::{numbers, registry};

/// `nif_open(Domain, Type, Protocol, Opts)`
pub(super) fn open(p: &mut Process, a: &[Term]) -> NativeResult {
    let protocol = given!(answers::int(p, a[2]));
    if !a[3].is_map() {
        return Err(p.badarg());
    }
    let Some(family) = family(a[0]) else { return Ok(answers::invalid(p, named("domain"))) };
    let Some(style) = style(a[1]) else { return Ok(answers::invalid(p, named("type"))) };
    let opened = match map::get(a[3], named("netns")) {
        None => platform().socket_open(family, style, protocol),
        Some(name) => match crate::term_args::bytes(name) {
            Some(name) => platform().socket_open_in(&name, family, style, protocol),
            None => return Ok(answers::invalid(p, named("netns"))),
        },
    };
    match opened {
        Ok(handle) => {
            let protocol = match protocol {
                0 => numbers::own_protocol(family, style),
                n => n,
            };
            let esock = Esock::new(p, handle, (family, style, protocol));
            finish(p, &esock, a[3])
        }
        Err(e) => Ok(failed(p, e)),
    }
}

/// `nif_open(FD, Opts)`
pub(super) fn adopt(p: &mut Process, a: &[Term]) -> NativeResult {
    let fd = given!(answers::int(p, a[0]));
    if !a[1].is_map() {
        return Err(p.badarg());
    }
    let given = |name: &str| map::get(a[1], named(name));
    // Without a copy the descriptor is not closed with the socket; that is told apart by `origin`.
    let copied = given("dup").and_then(Term::as_bool).unwrap_or(true);
    let Ok(fd) = u32::try_from(fd) else { return Ok(failed(p, Errno::Ebadf)) };
    let handle = match platform().socket_adopt(fd) {
        Ok(handle) => handle,
        Err(e) => return Ok(failed(p, e)),
    };
    let asked = |option| {
        let value = platform().socket_option(handle, numbers::SOL_SOCKET, option, 4).ok()?;
        value.try_into().ok().map(i32::from_ne_bytes)
    };
    let domain = asked(numbers::SO_DOMAIN).and_then(numbers::family).or_else(|| given("domain").and_then(family));
    let kind = asked(numbers::SO_TYPE).and_then(numbers::style).or_else(|| given("type").and_then(style));
    let protocol = asked(numbers::SO_PROTOCOL)
        .or_else(|| given("protocol").and_then(Term::as_i64).and_then(|n| i32::try_from(n).ok()))
        .unwrap_or(0);
    let (domain, kind) = match (domain, kind) {
        (Some(domain), Some(kind)) => (domain, kind),
        (domain, _) => {
            platform().socket_close(handle);
            return Ok(answers::invalid(p, named(if domain.is_none() { "domain" } else { "type" })));
        }
    };
    let esock = Esock::new(p, handle, (domain, kind, protocol));
    {
        let mut state = esock.state.lock();
        state.origin = Some((fd, copied));
        state.connected = platform().socket_peer(handle).is_ok();
    }
    finish(p, &esock, a[1])
}

fn finish(p: &mut Process, esock: &alloc::sync::Arc<Esock>, options: Term) -> NativeResult {
    let option = |name: &str| map::get(options, named(name)).and_then(Term::as_bool);
    let mut state = esock.state.lock();
    state.debug = option("debug").unwrap_or(super::DEBUG.load(core::sync::atomic::Ordering::Relaxed));
    state.registered = option("use_registry").unwrap_or(registry::is_used());
    let registered = state.registered;
    drop(state);
    if registered {
        registry::tell(esock, "add");
    }
    let term = esock.term(p);
    Ok(answers::ok_with(p, term))
}

fn family(t: Term) -> Option<Family> {
    match t.as_atom().map(Atom::text) {
        Some("inet") => Some(Family::V4),
        Some("inet6") => Some(Family::V6),
        Some("local") => Some(Family::Local),
        _ => t.as_i64().and_then(|n| numbers::family(i32::try_from(n).ok()?)),
    }
}

fn style(t: Term) -> Option<Style> {
    match t.as_atom().map(Atom::text) {
        Some("stream") => Some(Style::Stream),
        Some("dgram") => Some(Style::Datagram),
        Some("seqpacket") => Some(Style::Packets),
        Some("raw") => Some(Style::Raw),
        _ => t.as_i64().and_then(|n| numbers::style(i32::try_from(n).ok()?)),
    }
}
