//! Locks and tables shared by schedulers: a spinning mutex that asks the platform how to wait, and an
//! append-only table with lock-free reads.

mod chunked;

pub use chunked::Chunked;

/// How a lock waits: it asks the platform, which knows whether others need this CPU.
#[derive(Debug)]
pub struct Relax;

impl spin::RelaxStrategy for Relax {
    fn relax() {
        core::hint::spin_loop();
    }
}

/// A mutex for short critical sections.
pub type Mutex<T> = spin::mutex::SpinMutex<T, Relax>;
/// A readers-writer lock for tables that are mostly read.
pub type RwLock<T> = spin::rwlock::RwLock<T, Relax>;
