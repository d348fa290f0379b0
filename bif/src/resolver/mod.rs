//! Names by the domain name system, for what stock leaves to the C library (`net:getaddrinfo/1`, `net:getnameinfo/1`): a
//! stub that asks the servers of `/etc/resolv.conf` (RFC 1034, 5.3.1), as resolver(3) does. (`inet` asks by OTP's own
//! `inet_res`.) A question goes on by events and timers; a process that asks looks each time a signal comes.

mod config;
mod message;
mod query;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use joist_vm::event::on_event;
use joist_vm::platform::{Address, Event, Family, Socket, Style, platform};
use joist_vm::process::{self, Process, Signal};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term};

use config::Config;
use message::{Data, Kind};
use query::Query;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    NoSuchName,
    /// There is one, but it has none of what is asked for.
    NoData,
    /// Nobody who was asked could tell.
    Again,
}

impl Failure {
    /// As stock names it.
    pub fn name(self) -> &'static str {
        match self {
            Failure::NoSuchName => "enoname",
            Failure::NoData => "enodata",
            Failure::Again => "eagain",
        }
    }
}

/// By their numbers.
static QUERIES: Mutex<(u64, BTreeMap<u64, Query>)> = Mutex::new((0, BTreeMap::new()));
/// There are some: else sockets' events are none of ours.
static ANY: AtomicBool = AtomicBool::new(false);

/// Does something with a question; who asked it is told if that was all.
fn with(is_it: impl Fn(u64, &Query) -> bool, f: impl FnOnce(u64, &mut Query)) {
    let mut queries = QUERIES.lock();
    let Some((id, query)) = queries.1.iter_mut().find(|(id, query)| is_it(**id, query)) else { return };
    f(*id, query);
    let asker = query.outcome.is_some().then_some(query.asker);
    drop(queries);
    if let Some(pid) = asker {
        process::deliver(pid, Signal::Call(Box::new(|_| ())));
    }
}

/// Begins; the number is for [`outcome`].
fn begin(asker: Pid, names: Vec<String>, kinds: Vec<Kind>, config: Config) -> u64 {
    let mut queries = QUERIES.lock();
    // Nobody takes what was found for who is gone.
    queries.1.retain(|_, query| query.outcome.is_none() || process::lookup(query.asker).is_some());
    queries.0 += 1;
    let id = queries.0;
    let mut query = Query::new(asker, names, kinds, config);
    ANY.store(true, Relaxed);
    query.ask(id);
    queries.1.insert(id, query);
    id
}

fn outcome(id: u64) -> Option<Result<Vec<Data>, Failure>> {
    let mut queries = QUERIES.lock();
    let Some(query) = queries.1.get_mut(&id) else { return Some(Err(Failure::Again)) };
    let outcome = query.outcome.take();
    if outcome.is_some() {
        queries.1.remove(&id);
    }
    ANY.store(!queries.1.is_empty(), Relaxed);
    outcome
}

/// Begins to ask for a name's addresses (see [`addresses`]), of the versions of IP that this machine has any of.
pub(crate) fn ask_addresses(p: &Process, name: &str) -> Term {
    let config = Config::read();
    let own: Vec<IpAddr> = platform().interfaces().unwrap_or_default().into_iter().filter_map(|i| i.address).collect();
    let has = |v4: bool| own.iter().any(|ip| ip.is_ipv4() == v4 && !ip.is_loopback());
    let mut kinds = Vec::new();
    for (v4, kind) in [(true, Kind::A), (false, Kind::Aaaa)] {
        if has(v4) || !has(!v4) {
            kinds.push(kind);
        }
    }
    Term::small(begin(p.pid(), config.candidates(name), kinds, config) as i64)
}

/// Begins to ask for an address's name (see [`name`]).
pub(crate) fn ask_name(p: &Process, address: IpAddr) -> Term {
    let names = alloc::vec![alloc::format!("{}.", message::reverse(address))];
    Term::small(begin(p.pid(), names, alloc::vec![Kind::Ptr], Config::read()) as i64)
}

fn found(id: Term) -> Option<Result<Vec<Data>, Failure>> {
    outcome(id.as_small().and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
}

/// What [`ask_addresses`] led to: those first that there is a way to, and of these IPv6 (RFC 6724). `None` as yet.
pub(crate) fn addresses(id: Term) -> Option<Result<Vec<IpAddr>, Failure>> {
    Some(found(id)?.map(|all| {
        let mut addresses: Vec<IpAddr> = Vec::new();
        for data in all {
            if let Data::Address(ip) = data
                && !addresses.contains(&ip)
            {
                addresses.push(ip);
            }
        }
        addresses.sort_by_cached_key(|ip| (!has_way(*ip), ip.is_ipv4()));
        addresses
    }))
}

/// What [`ask_name`] led to.
pub(crate) fn name(id: Term) -> Option<Result<String, Failure>> {
    Some(found(id)?.and_then(|all| {
        let name = all.into_iter().find_map(|data| if let Data::Name(name) = data { Some(name) } else { None });
        name.ok_or(Failure::NoData)
    }))
}

fn has_way(to: IpAddr) -> bool {
    let Ok(socket) = open(to, Style::Datagram) else { return false };
    let connected = platform().socket_connect(socket, Some(&Address::Ip(SocketAddr::new(to, 9)))).is_ok();
    platform().socket_close(socket);
    connected
}

fn open(to: IpAddr, style: Style) -> Result<Socket, joist_vm::platform::Errno> {
    platform().socket_open(if to.is_ipv4() { Family::V4 } else { Family::V6 }, style, 0)
}

pub(crate) fn init() {
    on_event(Box::new(|event| {
        let (Event::SocketInput(socket) | Event::SocketOutput(socket)) = event else { return };
        if ANY.load(Relaxed) {
            with(|_, query| query.has(socket), |id, query| query.go_on(id, socket));
        }
    }));
}
