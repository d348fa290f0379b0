//! Locks and tables shared by schedulers: a spinning mutex that asks the platform how to wait, and an
//! append-only table with lock-free reads.

mod chunked;

pub use chunked::Chunked;

/// How a lock waits: it asks the platform, which knows whether others need this CPU.
#[derive(Debug)]
pub struct Relax;

/// Pauses before the CPU is offered to others: about as long as a critical section takes.
const PAUSES: u32 = 32;

impl spin::RelaxStrategy for Relax {
    /// Whoever holds the lock may have lost its CPU to the waiter (on a host, woken threads come first): then the
    /// waiter must give it back, or it spins until its time is up.
    #[inline]
    fn relax() {
        (0..PAUSES).for_each(|_| core::hint::spin_loop());
        crate::platform::relax();
    }
}

/// A mutex for short critical sections.
pub type Mutex<T> = spin::mutex::SpinMutex<T, Relax>;
/// A readers-writer lock for tables that are mostly read.
pub type RwLock<T> = spin::rwlock::RwLock<T, Relax>;
