//! `nif_info/0,1`, `nif_command/1`.

use core::sync::atomic::Ordering;

use joist_vm::atom::Atom;
use joist_vm::map;
use joist_vm::platform::{Family, Style};
use joist_vm::process::{NativeResult, Process};
use joist_vm::release;
use joist_vm::term::{Term, build};

use super::answers::{self, named, record};
use super::esock::{self, Counters};
use super::{DEBUG, SOCKET_DEBUG, numbers, registry, send};

/// `nif_info()`
pub(super) fn all(p: &mut Process, _: &[Term]) -> NativeResult {
    let count = |wanted: &dyn Fn(&esock::Esock) -> bool| Term::small(esock::count(wanted) as i64);
    let style = |style: Style| count(&move |e| e.style == style);
    let family = |family: Family| count(&move |e| e.family == family);
    let protocol = |n: i32| count(&move |e| e.protocol == n);
    let counters = [
        ("num_cnt_bits", Term::small(64)),
        ("num_sockets", count(&|_| true)),
        ("num_tdgrams", style(Style::Datagram)),
        ("num_tstreams", style(Style::Stream)),
        ("num_tseqpkgs", style(Style::Packets)),
        ("num_dlocal", family(Family::Local)),
        ("num_dinet", family(Family::V4)),
        ("num_dinet6", family(Family::V6)),
        ("num_pip", protocol(numbers::IPPROTO_IP)),
        ("num_ptcp", protocol(numbers::IPPROTO_TCP)),
        ("num_pudp", protocol(numbers::IPPROTO_UDP)),
        ("num_psctp", Term::small(0)),
    ];
    let counters = record(p, &counters);
    let fields = [
        ("debug", Term::bool(DEBUG.load(Ordering::Relaxed))),
        ("socket_debug", Term::bool(SOCKET_DEBUG.load(Ordering::Relaxed))),
        ("use_registry", Term::bool(registry::is_used())),
        ("iow", Term::bool(false)),
        ("counters", counters),
        ("iov_max", Term::small(send::PARTS as i64)),
    ];
    let info = record(p, &fields);
    if !release::at_least(26) {
        return Ok(info);
    }
    // Which part of the C emulator serves sockets; here it is the platform, by the same calls.
    let backend = record(p, &[("name", named("unix_essio"))]);
    let info = map::put(p, info, named("eei"), Term::bool(true));
    Ok(map::put(p, info, named("io_backend"), backend))
}

/// `nif_info(Socket)`
pub(super) fn one(p: &mut Process, a: &[Term]) -> NativeResult {
    let esock = esock::get(p, a[0])?;
    let guard = esock.state.lock();
    let s = &*guard;
    let small = |n: usize| Term::small(n as i64);
    let mut counters = alloc::vec::Vec::new();
    let counter = |p: &mut Process, n: u64| build::unsigned(p, n);
    type Field = fn(&Counters) -> u64;
    let of_transfers: [(&str, &str, Field); 6] = [
        ("read_byte", "write_byte", |c| c.bytes),
        ("read_fails", "write_fails", |c| c.fails),
        ("read_pkg", "write_pkg", |c| c.packets),
        ("read_pkg_max", "write_pkg_max", |c| c.largest),
        ("read_tries", "write_tries", |c| c.tries),
        ("read_waits", "write_waits", |c| c.waits),
    ];
    for (read, write, field) in of_transfers {
        counters.push((read, counter(p, field(&s.read))));
        counters.push((write, counter(p, field(&s.written))));
    }
    let of_accepts: [(&str, Field); 4] = [
        ("acc_success", |c| c.packets),
        ("acc_fails", |c| c.fails),
        ("acc_tries", |c| c.tries),
        ("acc_waits", |c| c.waits),
    ];
    for (name, field) in of_accepts {
        counters.push((name, counter(p, field(&s.accepted))));
    }
    let counters = record(p, &counters);
    let mut states = |flags: &[(&str, bool)]| {
        let names: alloc::vec::Vec<Term> = flags.iter().filter(|f| f.1).map(|f| named(f.0)).collect();
        build::list(p, &names)
    };
    let (closing, closed) = (("closing", s.closing && s.handle.is_some()), ("closed", s.handle.is_none()));
    let accepting = ("accepting", s.acceptors.current.is_some());
    let selected = ("selected", s.readers.selected || s.acceptors.selected);
    let rstates = states(&[("bound", s.bound), ("listening", s.listening), accepting, selected, closing, closed]);
    let connecting = ("connecting", s.connector.current.is_some());
    let selected = ("selected", s.writers.selected || s.connector.selected);
    let wstates = states(&[connecting, ("connected", s.connected), selected, closing, closed]);
    let ctype = match s.origin {
        None => named("normal"),
        Some((_, false)) => named("fromfd"),
        Some((fd, true)) => answers::pair(p, "fromfd", Term::small(i64::from(fd))),
    };
    let fields = [
        ("domain", named(numbers::family_name(esock.family))),
        ("type", named(numbers::style_name(esock.style))),
        ("protocol", Term::small(i64::from(esock.protocol))),
        ("owner", s.owner.map_or(named("undefined"), Term::pid)),
        ("rstates", rstates),
        ("wstates", wstates),
        ("ctype", ctype),
        ("counters", counters),
        ("num_readers", small(s.readers.waiting())),
        ("num_writers", small(s.writers.waiting())),
        ("num_acceptors", small(s.acceptors.waiting())),
    ];
    Ok(record(p, &fields))
}

/// `nif_command(#{command, data})`
pub(super) fn command(p: &mut Process, a: &[Term]) -> NativeResult {
    let field = |name: &str| if a[0].is_map() { map::get(a[0], named(name)) } else { None };
    let (Some(command), Some(data)) = (field("command"), field("data")) else { return Err(p.badarg()) };
    let yes = data.as_bool().ok_or_else(|| p.badarg())?;
    match command.as_atom().map(Atom::text) {
        Some("debug") => DEBUG.store(yes, Ordering::Relaxed),
        Some("socket_debug") => SOCKET_DEBUG.store(yes, Ordering::Relaxed),
        Some("use_registry") => registry::use_it(yes),
        _ => {
            let what = answers::pair(p, "command", command);
            let reason = answers::invalid(p, what);
            return Err(p.error(reason));
        }
    }
    Ok(answers::ok())
}
