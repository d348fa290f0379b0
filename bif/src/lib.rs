//! The natives of the C emulator (BIFs, static NIFs, port drivers), one file per Erlang module, and [`boot`],
//! which brings up a node from preloaded modules and erl's arguments.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod boot;
