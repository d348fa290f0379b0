//! Names by the domain name system, for what stock leaves to the C library (`net:getaddrinfo/1`, `net:getnameinfo/1`, the
//! `native` lookup of `inet`): a stub that asks the servers of `/etc/resolv.conf` (RFC 1034, 5.3.1), as resolver(3) does. (`inet` asks by OTP's own
//! `inet_res`.) A question goes on by events and timers; a process that asks looks each time a signal comes.

mod config;
mod message;
pub mod probe;
mod query;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

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

type Outcome = Result<Vec<Data>, Failure>;

/// Who is told what came of a question, once.
type Tell = Box<dyn FnOnce(Outcome) + Send>;

/// Those that are on their way, by their numbers.
static QUERIES: Mutex<(u64, BTreeMap<u64, Query>)> = Mutex::new((0, BTreeMap::new()));
/// There are some: else sockets' events are none of ours.
static ANY: AtomicBool = AtomicBool::new(false);
/// What processes asked, and what came of it.
static ANSWERS: Mutex<BTreeMap<u64, (Pid, Option<Outcome>)>> = Mutex::new(BTreeMap::new());

/// Does something with a question, and tells who asked it if that was all.
fn with(is_it: impl Fn(u64, &Query) -> bool, f: impl FnOnce(u64, &mut Query)) {
    let mut queries = QUERIES.lock();
    let Some((id, query)) = queries.1.iter_mut().find(|(id, query)| is_it(**id, query)) else { return };
    let id = *id;
    f(id, query);
    let Some(outcome) = query.outcome.take() else { return };
    let tell = query.tell.take();
    queries.1.remove(&id);
    ANY.store(!queries.1.is_empty(), Relaxed);
    drop(queries);
    if let Some(tell) = tell {
        tell(outcome);
    }
}

fn begin(names: Vec<String>, kinds: Vec<Kind>, config: Config, tell: Tell) {
    let mut queries = QUERIES.lock();
    queries.0 += 1;
    let id = queries.0;
    queries.1.insert(id, Query::new(names, kinds, config, tell));
    ANY.store(true, Relaxed);
    drop(queries);
    with(|number, _| number == id, |id, query| query.ask(id));
}

/// Begins for a process; the number is for [`found`].
fn begin_for(p: &Process, names: Vec<String>, kinds: Vec<Kind>, config: Config) -> Term {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let (number, pid) = (NUMBER.fetch_add(1, Relaxed), p.pid());
    let mut answers = ANSWERS.lock();
    // Nobody takes what was found for who is gone.
    answers.retain(|_, (asker, _)| process::lookup(*asker).is_some());
    answers.insert(number, (pid, None));
    drop(answers);
    let tell = move |outcome| {
        if let Some((_, answer)) = ANSWERS.lock().get_mut(&number) {
            *answer = Some(outcome);
        }
        process::deliver(pid, Signal::Call(Box::new(|_| ())));
    };
    begin(names, kinds, config, Box::new(tell));
    Term::small(number as i64)
}

fn found(number: Term) -> Option<Outcome> {
    let number = number.as_small().and_then(|n| u64::try_from(n).ok())?;
    let mut answers = ANSWERS.lock();
    let outcome = answers.get_mut(&number)?.1.take()?;
    answers.remove(&number);
    Some(outcome)
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
    begin_for(p, config.candidates(name), kinds, config)
}

/// Begins to ask for an address's name (see [`name`]).
pub(crate) fn ask_name(p: &Process, address: IpAddr) -> Term {
    begin_for(p, reverse(address), alloc::vec![Kind::Ptr], Config::read())
}

fn reverse(address: IpAddr) -> Vec<String> {
    alloc::vec![alloc::format!("{}.", message::reverse(address))]
}

/// Asks for a name's addresses of one version of IP, and for the name that it is another one for.
pub(crate) fn host_by_name(
    name: &str,
    v4: bool,
    tell: impl FnOnce(Result<(Vec<IpAddr>, Option<String>), Failure>) + Send + 'static,
) {
    let config = Config::read();
    let kinds = alloc::vec![if v4 { Kind::A } else { Kind::Aaaa }];
    let told = move |outcome: Outcome| {
        tell(outcome.map(|all| {
            let (mut addresses, mut name) = (Vec::new(), None);
            for data in all {
                match data {
                    Data::Address(ip) => addresses.push(ip),
                    Data::Name(canonical) => name = Some(canonical),
                }
            }
            (addresses, name)
        }));
    };
    begin(config.candidates(name), kinds, config, Box::new(told));
}

/// Asks for an address's name.
pub(crate) fn host_by_address(address: IpAddr, tell: impl FnOnce(Result<String, Failure>) + Send + 'static) {
    let told = move |outcome: Outcome| tell(outcome.and_then(first_name));
    begin(reverse(address), alloc::vec![Kind::Ptr], Config::read(), Box::new(told));
}

fn first_name(all: Vec<Data>) -> Result<String, Failure> {
    all.into_iter().find_map(|data| if let Data::Name(name) = data { Some(name) } else { None }).ok_or(Failure::NoData)
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
    Some(found(id)?.and_then(first_name))
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

fn happened(socket: Socket) {
    if ANY.load(Relaxed) {
        with(|_, query| query.has(socket), |id, query| query.go_on(id, socket));
    }
}

pub(crate) fn init() {
    on_event(Box::new(|event| {
        if let Event::SocketInput(socket) | Event::SocketOutput(socket) = event {
            happened(socket);
        }
    }));
}
