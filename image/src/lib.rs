//! What the packer puts behind the kernel and the kernel reads at boot: the archive of the release's files, the
//! start-up arguments, and the slot in the kernel's own data that says where the archive lies.
//!
//! The archive is a *checked view*: [`Archive::new_checked`] looks at every byte that an accessor will rely on, once;
//! after it no accessor fails or panics, whatever the bytes were. [`layout`] says where what lies.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod archive;
mod boot;
mod check;
pub mod cmdline;
pub mod erlexec;
mod error;
pub mod layout;
mod node;
mod packing;
mod path;
pub mod slot;
mod strings;
#[cfg(feature = "write")]
mod write;

pub use archive::Archive;
pub use boot::{Boot, Preloaded};
pub use error::Error;
pub use node::{Children, Kind, Node};
pub use path::PathError;
pub use strings::{Pairs, Strings};
#[cfg(feature = "write")]
pub use write::{BuildError, Builder};
