//! A lock for what interrupt handlers share with the rest: it keeps interrupts off while it is held, so that a
//! handler never waits for the code it interrupted.

use core::ops::{Deref, DerefMut};
use spin::{Mutex, MutexGuard};
use x86_64::instructions::interrupts;

pub struct IrqLock<T>(Mutex<T>);

pub struct IrqGuard<'a, T> {
    // Dropped by hand before interrupts come back.
    inner: Option<MutexGuard<'a, T>>,
    enabled: bool,
}

impl<T> IrqLock<T> {
    pub const fn new(value: T) -> Self {
        IrqLock(Mutex::new(value))
    }

    pub fn lock(&self) -> IrqGuard<'_, T> {
        let enabled = interrupts::are_enabled();
        interrupts::disable();
        IrqGuard { inner: Some(self.0.lock()), enabled }
    }

    /// For the panic report: what it needs must come even if the holder will never let go.
    pub fn try_lock(&self, tries: usize) -> Option<IrqGuard<'_, T>> {
        let enabled = interrupts::are_enabled();
        interrupts::disable();
        for _ in 0..tries {
            if let Some(inner) = self.0.try_lock() {
                return Some(IrqGuard { inner: Some(inner), enabled });
            }
            core::hint::spin_loop();
        }
        if enabled {
            interrupts::enable();
        }
        None
    }
}

impl<T> Deref for IrqGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.inner.as_ref().expect("held until dropped")
    }
}

impl<T> DerefMut for IrqGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_mut().expect("held until dropped")
    }
}

impl<T> Drop for IrqGuard<'_, T> {
    fn drop(&mut self) {
        self.inner = None;
        if self.enabled {
            interrupts::enable();
        }
    }
}
