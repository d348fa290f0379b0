//! Per-CPU data, found through GS's base. One CPU runs one scheduler and nothing else, so what only its own code
//! touches needs no lock; interrupt handlers touch the atomics only.

use crate::mm::heap::cache::Cache;
use core::arch::asm;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use x86_64::VirtAddr;
use x86_64::registers::model_specific::GsBase;

/// More CPUs than this are left stopped.
pub const MAX_CPUS: usize = 64;

#[repr(C, align(128))]
pub struct PerCpu {
    /// Itself: what `gs:[0]` holds.
    this: AtomicPtr<PerCpu>,
    pub id: usize,
    pub apic_id: u32,
    /// Set by whoever wants this CPU awake, taken by its `park`.
    pub wake_pending: AtomicBool,
    /// It is in `park` and may be in `hlt`: a waker must send an interrupt.
    pub sleeping: AtomicBool,
    /// Nanoseconds spent in `hlt`.
    pub idle_ns: AtomicU64,
    /// When it flushes its translations, in monotonic nanoseconds; see `tlb`.
    pub tlb_flush_at: AtomicU64,
    /// Interrupts of its own timer, for tests and reports.
    pub timer_ticks: AtomicU64,
    /// The bottom and top of its stack, for backtraces.
    pub stack: (AtomicU64, AtomicU64),
    /// The scheduler to run, once it is started: a `fn(usize) -> !`.
    pub entry: spin::Once<fn(usize) -> !>,
    heap: UnsafeCell<Cache>,
}

// SAFETY: all fields but `heap` are atomics or constant; `heap` is reached only by `with_heap`, on its own CPU.
unsafe impl Sync for PerCpu {}

impl PerCpu {
    pub const fn new(id: usize, apic_id: u32) -> Self {
        PerCpu {
            this: AtomicPtr::new(core::ptr::null_mut()),
            id,
            apic_id,
            wake_pending: AtomicBool::new(false),
            sleeping: AtomicBool::new(false),
            idle_ns: AtomicU64::new(0),
            tlb_flush_at: AtomicU64::new(0),
            timer_ticks: AtomicU64::new(0),
            stack: (AtomicU64::new(0), AtomicU64::new(0)),
            entry: spin::Once::new(),
            heap: UnsafeCell::new(Cache::new()),
        }
    }
}

impl PerCpu {
    /// Seconds spent in `hlt`.
    pub fn idle_seconds(&self) -> f64 {
        self.idle_ns.load(Ordering::Relaxed) as f64 / 1e9
    }
}

static CPUS: [AtomicPtr<PerCpu>; MAX_CPUS] = [const { AtomicPtr::new(core::ptr::null_mut()) }; MAX_CPUS];
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Makes `cpu` the calling CPU's data.
pub fn install(cpu: &'static PerCpu) {
    cpu.this.store(core::ptr::from_ref(cpu).cast_mut(), Ordering::Relaxed);
    GsBase::write(VirtAddr::from_ptr(cpu));
    CPUS[cpu.id].store(core::ptr::from_ref(cpu).cast_mut(), Ordering::Release);
    COUNT.fetch_max(cpu.id + 1, Ordering::AcqRel);
}

/// The calling CPU's data.
pub fn current() -> &'static PerCpu {
    let this: *const PerCpu;
    // SAFETY: `install` ran first on every CPU, before anything that calls this; `gs:[0]` is its `this`, which is
    // never changed again.
    unsafe {
        asm!("mov {}, gs:[0]", out(reg) this, options(pure, readonly, nostack, preserves_flags));
        &*this
    }
}

/// The data of CPU `id`, once it is up.
pub fn get(id: usize) -> Option<&'static PerCpu> {
    let cpu = CPUS.get(id)?.load(Ordering::Acquire);
    // SAFETY: only `install` writes the table, with references to data that lives for ever.
    unsafe { cpu.as_ref() }
}

/// How many CPUs are up.
pub fn count() -> usize {
    COUNT.load(Ordering::Acquire)
}

/// All CPUs that are up.
pub fn all() -> impl Iterator<Item = &'static PerCpu> {
    (0..count()).filter_map(get)
}

/// The calling CPU's allocator cache.
pub fn with_heap<R>(f: impl FnOnce(&mut Cache) -> R) -> R {
    let heap = current().heap.get();
    // SAFETY: only this CPU reaches its cache, interrupt handlers don't allocate, and `f` is only called from the
    // global allocator, which doesn't call itself: no second reference exists meanwhile.
    f(unsafe { &mut *heap })
}
