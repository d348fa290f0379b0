//! Run queues, one set per scheduler, and the set of idle schedulers.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use crate::platform::platform;
use crate::process::Slot;
use crate::sync::Mutex;
use crate::trace::profile;

use super::microstate;

const PRIORITIES: usize = 4;
/// A low-priority process runs once for so many normal ones (`RESCHEDULE_LOW`).
const LOW_EVERY: u32 = 8;
/// After so many slices a scheduler looks whether another one's queue is longer.
const BALANCE_EVERY: u64 = 16;

#[derive(Debug, Default)]
struct Queues {
    by_priority: [VecDeque<&'static Slot>; PRIORITIES],
    since_low: u32,
}

/// Processes that wait for their turn, and how many: that is asked for without the lock.
#[derive(Debug, Default)]
struct Waiting {
    queues: Mutex<Queues>,
    len: AtomicUsize,
}

impl Waiting {
    fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// How urgent the most urgent one is: 2 for priority max, 1 for high, 0 for all others.
    fn urgency(&self) -> u8 {
        let [max, high, ..] = &self.queues.lock().by_priority;
        if max.is_empty() { u8::from(!high.is_empty()) } else { 2 }
    }

    /// For who is about to sleep: whoever adds one sees that, or is seen here.
    fn any(&self) -> bool {
        self.len.load(Ordering::SeqCst) > 0
    }

    fn push(&self, slot: &'static Slot, priority: u8) {
        let mut q = self.queues.lock();
        q.by_priority[usize::from(priority).min(PRIORITIES - 1)].push_back(slot);
        self.len.fetch_add(1, Ordering::SeqCst);
    }

    fn take(&self) -> Option<&'static Slot> {
        if self.len() == 0 {
            return None;
        }
        let slot = pop(&mut self.queues.lock())?;
        self.len.fetch_sub(1, Ordering::SeqCst);
        Some(slot)
    }
}

/// One scheduler's shared part.
#[derive(Debug)]
pub(crate) struct Scheduler {
    waiting: Waiting,
    /// Processes that no other scheduler may run.
    bound: Waiting,
    pub(crate) timers: Mutex<super::timer::Timers>,
    /// When the next timer fires (monotonic ns), or `u64::MAX`: what the scheduler sleeps until.
    pub(crate) next_timer: AtomicU64,
    pub(crate) reductions: AtomicU64,
    pub(crate) context_switches: AtomicU64,
    /// Is it in a slice?
    pub(crate) running: AtomicBool,
    /// The process that it runs, for a dump.
    pub(crate) process: AtomicPtr<crate::process::Process>,
    /// Nanoseconds that it has slept, and since when it sleeps now (0: it is awake).
    slept: AtomicU64,
    asleep_since: AtomicU64,
    pub(super) microstates: super::microstate::Counters,
}

static SCHEDULERS: spin::Once<Vec<&'static Scheduler>> = spin::Once::new();
/// Bit set of schedulers that sleep (the first 64).
static IDLE: AtomicU64 = AtomicU64::new(0);
static ONLINE: AtomicUsize = AtomicUsize::new(1);
/// Only the first scheduler runs processes (`multi_scheduling` is blocked).
static BLOCKED: AtomicBool = AtomicBool::new(false);
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Makes the queues of `n` schedulers.
pub(super) fn init(n: usize) {
    SCHEDULERS.call_once(|| {
        (0..n)
            .map(|_| {
                &*Box::leak(Box::new(Scheduler {
                    waiting: Waiting::default(),
                    bound: Waiting::default(),
                    timers: Mutex::new(super::timer::Timers::default()),
                    next_timer: AtomicU64::new(u64::MAX),
                    reductions: AtomicU64::new(0),
                    context_switches: AtomicU64::new(0),
                    running: AtomicBool::new(false),
                    process: AtomicPtr::new(core::ptr::null_mut()),
                    slept: AtomicU64::new(0),
                    asleep_since: AtomicU64::new(0),
                    microstates: super::microstate::Counters::default(),
                }))
            })
            .collect()
    });
    ONLINE.store(n, Ordering::Release);
}

/// How many schedulers there are.
pub fn schedulers() -> usize {
    SCHEDULERS.get().map_or(1, Vec::len)
}

/// How many of them run processes.
pub fn online() -> usize {
    ONLINE.load(Ordering::Relaxed)
}

/// How many run processes now: the first ones.
fn allowed() -> usize {
    if BLOCKED.load(Ordering::Relaxed) { 1 } else { online() }
}

/// Sets how many run processes.
pub fn set_online(n: usize) {
    ONLINE.store(n.clamp(1, schedulers()), Ordering::Release);
    rearrange();
}

/// Has only one scheduler run processes, or all that are online.
pub fn block(on: bool) {
    BLOCKED.store(on, Ordering::Release);
    rearrange();
}

/// What waits where nobody takes it goes to the first scheduler; all look anew.
fn rearrange() {
    for id in allowed()..schedulers() {
        while let Some(slot) = scheduler(id).waiting.take() {
            let priority = slot.inbox.lock().priority;
            enqueue_on(0, slot, priority);
        }
    }
    (0..schedulers().min(64)).for_each(|id| platform().wake(id));
}

/// Processes ready to run or running, per scheduler.
pub fn active_tasks() -> Vec<usize> {
    let of = |s: &&Scheduler| s.waiting.len() + usize::from(s.running.load(Ordering::Relaxed));
    SCHEDULERS.get().into_iter().flatten().map(|s| of(&&**s)).collect()
}

/// Since when wall times are counted (ns), and what each had slept by then.
static COUNTED: Mutex<Option<(u64, Vec<u64>)>> = Mutex::new(None);

fn slept(now: u64) -> Vec<u64> {
    let of = |s: &&'static Scheduler| {
        let since = s.asleep_since.load(Ordering::Acquire);
        s.slept.load(Ordering::Acquire) + if since == 0 { 0 } else { now.saturating_sub(since) }
    };
    SCHEDULERS.get().into_iter().flatten().map(of).collect()
}

/// Begins or ends to count wall times.
pub fn count_wall_time(on: bool) {
    let now = platform().monotonic_ns();
    *COUNTED.lock() = on.then(|| (now, slept(now)));
}

/// How long each scheduler has been active, and for how long that has been counted (ns); none if it is not.
pub fn wall_time() -> Option<(Vec<u64>, u64)> {
    let counted = COUNTED.lock();
    let (since, before) = counted.as_ref()?;
    let now = platform().monotonic_ns();
    let total = now - since;
    let active = slept(now).into_iter().zip(before).map(|(now, before)| total.saturating_sub(now - before.min(&now)));
    Some((active.collect(), total))
}

/// A scheduler by its number.
pub(crate) fn scheduler(id: usize) -> &'static Scheduler {
    SCHEDULERS.get().expect("schedulers are made before anything runs")[id]
}

/// Processes ready to run, per scheduler.
pub fn run_queue_lengths() -> Vec<usize> {
    SCHEDULERS.get().into_iter().flatten().map(|s| s.waiting.len()).collect()
}

/// Reductions done by all schedulers, in slices that are over.
pub fn total_reductions() -> u64 {
    SCHEDULERS.get().into_iter().flatten().map(|s| s.reductions.load(Ordering::Relaxed)).sum()
}

/// Slices there have been.
pub fn context_switches() -> u64 {
    SCHEDULERS.get().into_iter().flatten().map(|s| s.context_switches.load(Ordering::Relaxed)).sum()
}

/// Puts a runnable process into the caller's queue (or, from outside of any scheduler, into one in turn), and wakes
/// an idle scheduler if there is one.
pub(crate) fn enqueue(slot: &'static Slot, priority: u8) {
    let bound = slot.bound.load(Ordering::Relaxed);
    if (1..=schedulers()).contains(&bound) {
        scheduler(bound - 1).bound.push(slot, priority);
        return wake(if bound - 1 < allowed() { bound - 1 } else { 0 });
    }
    let id = super::run::current().unwrap_or_else(|| NEXT.fetch_add(1, Ordering::Relaxed) as usize % schedulers());
    enqueue_on(if id < allowed() { id } else { 0 }, slot, priority);
}

fn enqueue_on(id: usize, slot: &'static Slot, priority: u8) {
    scheduler(id).waiting.push(slot, priority);
    wake_one(id);
}

/// Wakes an idle scheduler (preferably `id`) if there is work that the busy ones don't get at.
fn wake_one(id: usize) {
    // Those that may not run processes sleep on.
    let idle = IDLE.load(Ordering::SeqCst) & (u64::MAX >> (64 - allowed().min(64)));
    if idle == 0 {
        return;
    }
    let pick = if id < 64 && idle & 1 << id != 0 { id } else { idle.trailing_zeros() as usize };
    // A lone process in a busy scheduler's queue is left to it for its turn unless others wait too.
    if IDLE.fetch_and(!(1 << pick), Ordering::SeqCst) & 1 << pick != 0 {
        platform().wake(pick);
    }
}

/// Wakes this scheduler if it sleeps.
fn wake(id: usize) {
    let bit = 1 << (id & 63);
    if IDLE.fetch_and(!bit, Ordering::SeqCst) & bit != 0 {
        platform().wake(id);
    }
}

fn pop(q: &mut Queues) -> Option<&'static Slot> {
    let [max, high, normal, low] = &mut q.by_priority;
    if let Some(s) = max.pop_front().or_else(|| high.pop_front()) {
        return Some(s);
    }
    if !low.is_empty() && (normal.is_empty() || q.since_low >= LOW_EVERY) {
        q.since_low = 0;
        return low.pop_front();
    }
    q.since_low += u32::from(!low.is_empty());
    normal.pop_front()
}

/// The next process for scheduler `id`: from its own queue, else stolen.
pub(super) fn next(id: usize) -> Option<&'static Slot> {
    if id >= allowed() {
        return None;
    }
    let n = schedulers();
    let own = scheduler(id);
    if own.bound.len() > 0 {
        // Bound processes take turns with the others of their priority.
        let turn = own.context_switches.load(Ordering::Relaxed) % 2 == 1;
        let others_first = match own.waiting.urgency().cmp(&own.bound.urgency()) {
            core::cmp::Ordering::Less => false,
            core::cmp::Ordering::Equal => turn,
            core::cmp::Ordering::Greater => true,
        };
        if others_first && let Some(slot) = own.waiting.take() {
            return Some(slot);
        }
        if let Some(slot) = own.bound.take() {
            return Some(slot);
        }
    }
    // What is bound to a scheduler that runs nothing now is run by the first.
    if id == 0
        && let Some(slot) = (allowed()..n).find_map(|i| scheduler(i).bound.take())
    {
        return Some(slot);
    }
    if n > 1
        && own.context_switches.load(Ordering::Relaxed).is_multiple_of(BALANCE_EVERY)
        && let Some(slot) = balance(id)
    {
        return Some(slot);
    }
    (0..n).find_map(|i| scheduler((id + i) % n).waiting.take())
}

/// Takes one over from the longest queue if that is longer than the scheduler's own by more than this one: else those
/// in the longer one would get less time each for as long as all have work.
fn balance(id: usize) -> Option<&'static Slot> {
    let own = &scheduler(id).waiting;
    let longest = (0..allowed()).map(|i| &scheduler(i).waiting).max_by_key(|w| w.len())?;
    if longest.len() < own.len() + 2 || own.urgency() > 0 {
        return None;
    }
    longest.take()
}

/// Is there anything that scheduler `id` can run?
pub(super) fn any_work(id: usize) -> bool {
    let bound = |i| scheduler(i).bound.any();
    bound(id)
        || id == 0 && (allowed()..schedulers()).any(bound)
        || SCHEDULERS.get().into_iter().flatten().any(|s| s.waiting.any())
}

/// How many schedulers are awake.
pub(crate) fn active() -> usize {
    schedulers() - IDLE.load(Ordering::SeqCst).count_ones() as usize
}

/// Sleeps scheduler `id` until there is work, an event or the deadline.
pub(super) fn sleep(id: usize, deadline: Option<u64>) {
    let bit = 1 << (id & 63);
    let profiled = profile::of_schedulers();
    if profiled {
        // The message may wake somebody, who must find this scheduler awake still.
        profile::scheduler(id, false);
    }
    IDLE.fetch_or(bit, Ordering::SeqCst);
    if id >= allowed() || !any_work(id) {
        let s = scheduler(id);
        let since = platform().monotonic_ns();
        s.asleep_since.store(since, Ordering::Release);
        let before = microstate::enter(id, microstate::State::Sleep);
        platform().park(id, deadline);
        microstate::enter(id, before);
        s.asleep_since.store(0, Ordering::Release);
        s.slept.fetch_add(platform().monotonic_ns().saturating_sub(since), Ordering::AcqRel);
    }
    IDLE.fetch_and(!bit, Ordering::SeqCst);
    if profiled {
        profile::scheduler(id, true);
    }
}
