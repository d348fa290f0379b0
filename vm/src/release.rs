//! Which OTP release's emulator this one stands in for: where releases differ, this decides.

use core::sync::atomic::{AtomicU32, Ordering};

static RELEASE: AtomicU32 = AtomicU32::new(25);

/// Sets the release (25, 27, …). Once, at boot, before any term is made.
pub fn set(release: u32) {
    RELEASE.store(release, Ordering::Relaxed);
}

/// The release.
#[inline]
#[must_use]
pub fn current() -> u32 {
    RELEASE.load(Ordering::Relaxed)
}

/// Is it that release or a later one?
#[inline]
#[must_use]
pub fn at_least(release: u32) -> bool {
    current() >= release
}
