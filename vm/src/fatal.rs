//! The end of a node that can't go on: no memory, no room for atoms (`erts_exit(ERTS_DUMP_EXIT, …)`, `erts_alloc_n_enomem`
//! in `erl_alloc.c`). A crash dump says why, and the exit status is 1.
//!
//! Memory can be wanted anywhere, even where locks are held. So a small want is met from a reserve, and the node ends when
//! the process that runs has left its native; a large one ends it at once. Whoever then waits for a lock that nobody will
//! give back any more gives up after a while, and the dump ends there.

use alloc::alloc::{GlobalAlloc, Layout};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering};

use crate::platform::{Halt, platform};
use crate::process::Process;
use crate::sched;
use crate::sync::Mutex;

/// Writes a crash dump: of the process that ran, for this reason. `moving`: its terms may be half way elsewhere.
pub type Writer = fn(running: Option<&Process>, slogan: &str, moving: bool);

static WRITER: spin::Once<Writer> = spin::Once::new();
/// Why the node is to end as soon as it can be told.
static PENDING: Mutex<Option<String>> = Mutex::new(None);
static IS_PENDING: AtomicBool = AtomicBool::new(false);
/// The scheduler that ends the node, counted from 1 (`usize::MAX` for none of them); 0 while it lives.
static DYING: AtomicUsize = AtomicUsize::new(0);
/// When it has taken too long, by the monotonic clock.
static DEADLINE: AtomicU64 = AtomicU64::new(u64::MAX);
/// Memory that is given back when there is no more.
static RESERVE: AtomicPtr<Vec<u8>> = AtomicPtr::new(core::ptr::null_mut());

const RESERVE_BYTES: usize = 4 << 20;
/// What the reserve is for: a want of more ends the node at once.
const SMALL: usize = 256 << 10;
/// More than there could ever be: whoever wants that has an answer of his own.
const ABSURD: usize = 1 << 46;
/// How long a dump may wait for a lock.
const PATIENCE_NS: u64 = 10_000_000_000;

/// From now on a want of memory ends the node as it should.
pub fn init(writer: Writer) {
    WRITER.call_once(|| writer);
    RESERVE.store(Box::into_raw(Box::new(Vec::with_capacity(RESERVE_BYTES))), Ordering::Release);
}

/// What memory is wanted for, for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Other = 0,
    Heap = 1,
    Binary = 2,
}

static USE: AtomicU8 = AtomicU8::new(0);

/// Allocates a large block by saying what it is for. (Two at once may be named by each other's use.)
pub(crate) fn wanted_for<R>(bytes: usize, what: Use, allocate: impl FnOnce() -> R) -> R {
    if bytes <= SMALL {
        return allocate();
    }
    USE.store(what as u8, Ordering::Relaxed);
    let block = allocate();
    USE.store(Use::Other as u8, Ordering::Relaxed);
    block
}

/// The node ends as soon as no native runs that could hold a lock.
pub fn pend(slogan: String) {
    PENDING.lock().get_or_insert(slogan);
    IS_PENDING.store(true, Ordering::Release);
}

/// A process has left its native, and its terms stand still.
#[inline]
pub(crate) fn look(p: &Process) {
    if IS_PENDING.load(Ordering::Relaxed) {
        let slogan = PENDING.lock().clone().unwrap_or_default();
        end(Some(p), &slogan, false);
    }
}

/// Ends the node.
fn end(running: Option<&Process>, slogan: &str, moving: bool) -> ! {
    let me = platform().current_scheduler().map_or(usize::MAX, |id| id + 1);
    match DYING.compare_exchange(0, me, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => {}
        // Not even the dump can be written.
        Err(dying) if dying == me => platform().halt(Halt::Status(1)),
        Err(_) => sched::stand_aside(),
    }
    DEADLINE.store(platform().monotonic_ns() + PATIENCE_NS, Ordering::Release);
    if let Some(write) = WRITER.get() {
        write(running, slogan, moving);
    }
    platform().halt(Halt::Status(1))
}

/// While somebody waits for a lock: a node that is dying must not wait for ever.
#[inline]
pub(crate) fn give_up_waiting() {
    let deadline = DEADLINE.load(Ordering::Relaxed);
    if deadline != u64::MAX && platform().monotonic_ns() > deadline {
        platform().halt(Halt::Status(1));
    }
}

fn release_reserve() -> bool {
    let reserve = RESERVE.swap(core::ptr::null_mut(), Ordering::AcqRel);
    if reserve.is_null() {
        return false;
    }
    // SAFETY: it came from a box, and who takes it out owns it.
    drop(unsafe { Box::from_raw(reserve) });
    true
}

/// There is no such block: tries again with what the reserve gives, or ends the node.
#[cold]
fn exhausted(layout: Layout, again: &dyn Fn() -> *mut u8) -> *mut u8 {
    if WRITER.get().is_none() || layout.size() >= ABSURD {
        return core::ptr::null_mut();
    }
    let (allocator, of) = match USE.load(Ordering::Relaxed) {
        1 => ("eheap_alloc", "heap"),
        2 => ("binary_alloc", "binary"),
        _ => ("ll_alloc", "other"),
    };
    let dying = DYING.load(Ordering::SeqCst) != 0;
    let released = release_reserve();
    if layout.size() <= SMALL {
        let block = again();
        if !block.is_null() {
            if !dying {
                pend(slogan(allocator, of, layout.size()));
            }
            return block;
        }
    }
    if !released && dying {
        end(None, "", true);
    }
    let slogan = slogan(allocator, of, layout.size());
    end(sched::running(), &slogan, true)
}

fn slogan(allocator: &str, of: &str, bytes: usize) -> String {
    alloc::format!("{allocator}: Cannot allocate {bytes} bytes of memory (of type \"{of}\").")
}

/// A global allocator that ends the node in order when the one below has no more memory.
#[derive(Debug)]
pub struct Watched<A>(pub A);

// SAFETY: what is handed out is the allocator's below; a failure is a null pointer, or no return at all.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Watched<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let block = unsafe { self.0.alloc(layout) };
        // SAFETY: as above.
        if block.is_null() { exhausted(layout, &|| unsafe { self.0.alloc(layout) }) } else { block }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let block = unsafe { self.0.alloc_zeroed(layout) };
        // SAFETY: as above.
        if block.is_null() { exhausted(layout, &|| unsafe { self.0.alloc_zeroed(layout) }) } else { block }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.0.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        let moved = unsafe { self.0.realloc(block, layout, size) };
        if !moved.is_null() {
            return moved;
        }
        // SAFETY: the caller keeps size and alignment valid.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: a failed realloc has left the block as it was.
        exhausted(wanted, &|| unsafe { self.0.realloc(block, layout, size) })
    }
}
