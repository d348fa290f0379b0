//! The machine's network: `joist_net`'s stack behind one lock, and its network cards. What a socket's call gives is sent by
//! who makes it; all else is done by the platform's `poll`, on any CPU.

pub mod announce;
pub mod local;
mod options;
pub mod virtio;

use crate::{entropy, event, idle, log, mm, time};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use joist_image::cmdline::CommandLine;
use joist_net::{Conflict, MOST_CARDS, Settings, Stack};
use joist_vm::platform::Event;
use spin::{Mutex, Once};

static STACK: Once<Mutex<Stack>> = Once::new();
/// When the stack has something to do by itself, in monotonic nanoseconds.
static DEADLINE: AtomicU64 = AtomicU64::new(u64::MAX);
/// There are events to be taken, or there is something left for the next round.
static MORE: AtomicBool = AtomicBool::new(false);
/// The stack's [`Stack::changes`].
static CHANGES: AtomicU64 = AtomicU64::new(0);
/// Those that `/etc/resolv.conf` was written for.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// The cards don't interrupt for what comes in: somebody is awake, and looks for it.
static QUIET: AtomicBool = AtomicBool::new(false);

/// The part of the memory that sockets' buffers may have.
const PART_OF_MEMORY: usize = 4;
/// So long it stays awake for them.
const AWAKE_NS: u64 = 20_000_000;
/// A machine without an answer from DHCP starts after this.
const PATIENCE_NS: u64 = 3_000_000_000;

/// Makes the stack, with the cards that were found, and waits a little for an address on each that has somebody at the
/// other end.
/// # Errors
/// In words: an option that can't be read.
pub fn start(line: &CommandLine) -> Result<(), String> {
    let mut settings = options::settings(line)?;
    let mut seed = [0; 32];
    entropy::fill(&mut seed);
    let seed = core::array::from_fn(|n| seed[n * 8..].first_chunk().map_or(0, |b| u64::from_le_bytes(*b)));
    let (_, total) = mm::heap::usage();
    let stack = Stack::new(total / PART_OF_MEMORY, seed, now_us());
    STACK.call_once(|| Mutex::new(stack));
    local::start(total / PART_OF_MEMORY, seed);
    let cards = virtio::take();
    SEVERAL.store(cards.len() > 1, Relaxed);
    settings.resize_with(cards.len().max(settings.len()), Settings::default);
    for (number, _) in settings.iter().enumerate().skip(cards.len()).filter(|(_, set)| **set != Settings::default()) {
        log!("network: there is no card for what is said of eth{number}");
    }
    for ((nic, hardware), settings) in cards.into_iter().zip(&settings) {
        // The driver has found no more than there may be.
        let _ = with(|stack| stack.attach(nic, hardware, settings));
    }
    let start = time::monotonic_ns();
    while time::monotonic_ns() <= start + PATIENCE_NS && !is_settled() {
        event::clear(event::NETWORK);
        // What came since is seen at once. The first answers come too soon for sleeping to be worth it.
        if time::monotonic_ns() > start + AWAKE_NS && !is_settled() {
            idle::park(Some(start + PATIENCE_NS + 1));
        }
    }
    with(|stack| {
        for (number, settings) in stack.settings().iter().enumerate() {
            match has_address(settings) {
                true => tell(number, settings),
                false if stack.carries(number) => tell_once(number, " no answer from DHCP yet; asking on"),
                false => tell_once(number, " the link is down; asking once it is up"),
            }
        }
    });
    Ok(())
}

fn has_address(settings: &Settings) -> bool {
    settings.addresses.iter().any(|(ip, _)| ip.is_ipv4())
}

/// Has each card an address, or nobody to ask for one?
fn is_settled() -> bool {
    let Some(mut stack) = STACK.get().map(Mutex::lock) else { return true };
    work(&mut stack);
    stack.settings().iter().enumerate().all(|(number, settings)| has_address(settings) || !stack.carries(number))
}

/// Is there more than one card? Then what is said names them.
static SEVERAL: AtomicBool = AtomicBool::new(false);
/// What was said last of each one's addresses.
static TOLD: Mutex<[String; MOST_CARDS]> = Mutex::new([const { String::new() }; MOST_CARDS]);

/// Says something of a card.
fn say(number: usize, text: &str) {
    match SEVERAL.load(Relaxed) {
        true => log!("network: eth{number}:{text}"),
        false => log!("network:{text}"),
    }
}

/// Says it, unless it was the last that was said.
fn tell_once(number: usize, text: &str) {
    if let Some(told) = TOLD.lock().get_mut(number).filter(|told| **told != text) {
        say(number, text);
        *told = String::from(text);
    }
}

/// Of IPv4: what routers say of IPv6 may come later.
fn tell(number: usize, settings: &Settings) {
    let mut line = String::new();
    let addresses = settings.addresses.iter().filter(|(ip, _)| ip.is_ipv4());
    for (word, values) in [
        ("", addresses.map(|(ip, prefix)| alloc::format!("{ip}/{prefix}")).collect::<Vec<_>>()),
        (
            "gateway ",
            settings.gateways.iter().filter(|ip| ip.is_ipv4()).map(alloc::string::ToString::to_string).collect(),
        ),
        ("DNS ", settings.nameservers.iter().map(alloc::string::ToString::to_string).collect()),
    ] {
        for value in values {
            let comma = if line.is_empty() { "" } else { "," };
            line += &alloc::format!("{comma} {word}{value}");
        }
    }
    if line.is_empty() {
        line += " no address";
    }
    tell_once(number, &line);
}

fn now_us() -> u64 {
    time::monotonic_ns() / 1000
}

/// Does something with the stack, and sends what it gave. `None` before it was made.
pub fn with<T>(f: impl FnOnce(&mut Stack) -> T) -> Option<T> {
    let mut stack = STACK.get()?.lock();
    let result = f(&mut stack);
    let more = stack.follow(now_us());
    note(&stack, more);
    Some(result)
}

/// Does all that is to be done now.
#[inline(never)]
fn work(stack: &mut Stack) {
    let more = stack.poll(now_us());
    while let Some(Conflict { address, hardware: [a, b, c, d, e, f], declined }) = stack.take_conflict() {
        let declined = if declined { ": declined" } else { "" };
        log!("network: {a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x} uses {address} as well{declined}");
    }
    while let Some((number, up)) = stack.take_link_news() {
        say(number, if up { " the link is up" } else { " the link is down" });
    }
    note(stack, more);
}

/// What those see who don't hold the lock.
fn note(stack: &Stack, more: bool) {
    MORE.store(more || stack.has_events(), Release);
    CHANGES.store(stack.changes(), Relaxed);
    DEADLINE.store(stack.deadline_us().map_or(u64::MAX, |us| us.saturating_mul(1000)), Release);
}

/// Is there something to do?
pub fn pending(now_ns: u64) -> bool {
    MORE.load(Acquire) || local::pending() || now_ns >= DEADLINE.load(Acquire)
}

/// May something have come in that nobody was told of?
pub fn is_quiet() -> bool {
    QUIET.load(Acquire)
}

/// For a CPU that is going to sleep: the card interrupts from now on. True if something has come in before, which is as
/// good as an interrupt.
pub fn listen() -> bool {
    if !is_quiet() {
        return false;
    }
    let Some(mut stack) = STACK.get().map(Mutex::lock) else { return false };
    QUIET.store(false, Release);
    let came = stack.be_told(true);
    if came {
        event::raise(event::NETWORK);
    }
    came
}

/// When there will be, at the latest.
pub fn deadline_ns() -> Option<u64> {
    Some(DEADLINE.load(Acquire)).filter(|d| *d != u64::MAX)
}

/// Does what is to be done, and takes an event. Another CPU that is at it is not waited for.
pub fn poll() -> Option<Event> {
    let interrupted = event::is_raised(event::NETWORK);
    if !interrupted && !is_quiet() && !pending(time::monotonic_ns()) {
        return None;
    }
    if let Some(event) = local::poll() {
        return Some(event);
    }
    let mut stack = STACK.get()?.try_lock()?;
    if let Some(event) = stack.take_event() {
        MORE.store(true, Release);
        return Some(event);
    }
    event::clear(event::NETWORK);
    if interrupted && !QUIET.swap(true, AcqRel) {
        stack.be_told(false);
    }
    work(&mut stack);
    stack.take_event()
}

/// The name servers, if they changed since the last call.
pub fn changed_nameservers() -> Option<Vec<IpAddr>> {
    if CHANGES.load(Relaxed) == WRITTEN.load(Relaxed) {
        return None;
    }
    let stack = STACK.get()?.try_lock()?;
    let changes = stack.changes();
    if WRITTEN.swap(changes, Relaxed) == changes {
        return None;
    }
    let all = stack.settings();
    drop(stack);
    for (number, settings) in all.iter().enumerate() {
        // Nothing is new to whoever has had no address yet.
        if has_address(settings) || TOLD.lock().get(number).is_some_and(|told| told.contains('/')) {
            tell(number, settings);
        }
    }
    let mut servers = Vec::new();
    for server in all.into_iter().flat_map(|settings| settings.nameservers) {
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    Some(servers)
}
