//! What the loader hands over: `hvm_start_info`, copied out before anything can overwrite it.

mod start_info;

pub use start_info::{BootInfo, Range, read};

core::arch::global_asm!(include_str!("../asm/boot.s"));
