//! Work on all CPUs at once, and the tests of starting, waking and sleeping.

use super::{Outcome, check};
use crate::arch::percpu;
use crate::platform::Machine;
use crate::{idle, log, smp, time};
use core::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering::SeqCst};

static JOB: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());
static TURN: AtomicUsize = AtomicUsize::new(0);
static DONE: AtomicUsize = AtomicUsize::new(0);

fn worker(id: usize) -> ! {
    let mut turn = 0;
    loop {
        while TURN.load(SeqCst) == turn {
            idle::park(None);
        }
        turn += 1;
        // SAFETY: `everywhere` stored a `fn(usize)` before it raised the turn.
        let job: fn(usize) = unsafe { core::mem::transmute(JOB.load(SeqCst)) };
        job(id);
        DONE.fetch_add(1, SeqCst);
        idle::wake(0);
    }
}

/// Runs `job` with each CPU's number on that CPU, and waits until all are done.
pub fn everywhere(job: fn(usize)) {
    start(job);
    job(0);
    wait();
}

/// Runs `job` on all CPUs but this one.
pub fn start(job: fn(usize)) {
    JOB.store(job as *mut (), SeqCst);
    DONE.store(0, SeqCst);
    TURN.fetch_add(1, SeqCst);
    for id in 1..percpu::count() {
        smp::run(id, worker);
        idle::wake(id);
    }
}

pub fn wait() {
    while DONE.load(SeqCst) < percpu::count() - 1 {
        idle::park(None);
    }
}

static TOKEN: AtomicUsize = AtomicUsize::new(0);
const ROUNDS: usize = 5000;

/// A token goes round all CPUs, each asleep until it comes: one lost wake-up and the test hangs.
pub fn wakeups(_: &'static Machine) -> Outcome {
    let start = time::monotonic_ns();
    everywhere(|id| {
        let count = percpu::count();
        for round in 0..ROUNDS {
            let mine = round * count + id;
            while TOKEN.load(SeqCst) != mine {
                idle::park(None);
            }
            TOKEN.store(mine + 1, SeqCst);
            idle::wake((id + 1) % count);
        }
    });
    let hops = ROUNDS * percpu::count();
    log!("{} CPUs, {hops} hops, {} ns each", percpu::count(), (time::monotonic_ns() - start) / hops as u64);
    check!(TOKEN.load(SeqCst) == hops, "the token is elsewhere");
    Ok(())
}

static SUM: AtomicU64 = AtomicU64::new(0);

fn work(seed: u64) -> u64 {
    let mut x = core::hint::black_box(seed | 1);
    for i in 0..30_000_000u64 {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i);
    }
    x
}

/// The same work on one CPU and on all.
pub fn parallel(_: &'static Machine) -> Outcome {
    let start = time::monotonic_ns();
    let alone = work(0);
    let one = time::monotonic_ns() - start;
    let start = time::monotonic_ns();
    everywhere(|_| {
        SUM.fetch_add(work(0), SeqCst);
    });
    let all = time::monotonic_ns() - start;
    let cpus = percpu::count() as u64;
    log!(
        "{cpus} CPUs: alone {} us, all {} us, speed-up {:.2}",
        one / 1000,
        all / 1000,
        (one * cpus) as f64 / all as f64
    );
    check!(SUM.load(SeqCst) == alone.wrapping_mul(cpus), "a CPU computed something else");
    Ok(())
}
