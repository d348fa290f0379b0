//! The kernel inside this binary: `build.rs` has built it.

/// The kernel's ELF, its archive slot empty.
pub const KERNEL: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/joist-kernel"));
