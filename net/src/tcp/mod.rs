//! TCP: connections, each with a set of smoltcp's of its own, and listeners.

mod accept;
mod connect;
mod connection;
mod data;
mod finish;
mod made;
mod recovery;
mod resize;
mod rest;
mod segment;
mod timer;

pub(crate) use accept::Listener;
pub(crate) use connection::{Connection, Phase};

/// Flags of `recv(2)` that UDP knows too.
pub(crate) mod flags {
    pub(crate) use super::data::MSG_PEEK;
}
