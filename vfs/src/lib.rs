//! The bare machine's file system, all in memory: the image's read-only archive, served where it lies, under a tree of
//! inodes that takes every change (POSIX.1-2017's semantics as Linux has them, for a process of root's), and a few
//! files that Linux would synthesise. Nothing here persists.
//!
//! **Not there:** permission checks (root passes them all), device nodes and pipes made by the node, access times that
//! follow reads.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod content;
mod directory;
mod handle;
mod inode;
mod path;
mod tree;
mod vfs;

pub use content::Device;
pub use vfs::Vfs;

/// What the file system asks of the machine.
#[derive(Debug, Clone, Copy)]
pub struct Hooks {
    /// POSIX seconds.
    pub now: fn() -> i64,
    /// Random bytes, for `/dev/urandom`.
    pub random: fn(&mut [u8]),
}
