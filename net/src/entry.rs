//! What a socket is to the stack, whatever it is used for.

use crate::options::Options;
use crate::tcp::{Connection, Listener};
use crate::udp::Datagrams;
use alloc::boxed::Box;
use alloc::vec::Vec;
use joist_vm::platform::{Errno, Family, Style};
use smoltcp::time::Instant;
use smoltcp::wire::{IpAddress, IpEndpoint};

/// Who will give a socket back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    User,
    /// It came to a listener and was not accepted yet.
    Listener(u64),
    /// It is closed, and goes when its work is done.
    Nobody,
}

/// What a caller couldn't do, so that it is told when it can.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wants {
    pub input: bool,
    pub output: bool,
}

/// Where a socket is bound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    pub address: Option<IpAddress>,
    pub port: u16,
}

/// What is left of a connection that has ended: no buffers but what was not read.
#[derive(Debug, Default)]
pub(crate) struct Over {
    pub unread: Vec<u8>,
    pub ends: Option<(IpEndpoint, IpEndpoint)>,
    /// It never came to be: another try is allowed.
    pub failed: bool,
}

pub(crate) enum Body {
    Fresh,
    Listener(Listener),
    Connection(Box<Connection>),
    Over(Over),
    Datagrams(Box<Datagrams>),
}

pub(crate) struct Entry {
    pub family: Family,
    pub style: Style,
    pub options: Options,
    pub bound: Option<Bound>,
    pub wants: Wants,
    pub error: Option<Errno>,
    pub owner: Owner,
    /// So many hold it beside the first: each closes it.
    pub shared: u32,
    pub body: Body,
    /// It waits to be served.
    pub dirty: bool,
    pub timer: Option<Instant>,
}

impl Entry {
    pub fn new(family: Family, style: Style, body: Body) -> Self {
        Entry {
            family,
            style,
            options: Options::default(),
            bound: None,
            // Whoever asks only after an event hears of the first one.
            wants: Wants { input: true, output: false },
            error: None,
            owner: Owner::User,
            shared: 0,
            body,
            dirty: false,
            timer: None,
        }
    }

    /// Which versions of IP it takes part in.
    pub fn versions(&self) -> (bool, bool) {
        match self.family {
            Family::V6 => (self.options.v6_only == 0, true),
            _ => (true, false),
        }
    }

    pub fn readable(&self) -> bool {
        self.error.is_some()
            || match &self.body {
                Body::Fresh => false,
                Body::Listener(listener) => !listener.ready.is_empty(),
                Body::Connection(connection) => connection.readable(),
                Body::Over(_) => true,
                Body::Datagrams(datagrams) => datagrams.readable(),
            }
    }

    pub fn writable(&self) -> bool {
        self.error.is_some()
            || match &self.body {
                Body::Fresh | Body::Listener(_) => false,
                Body::Connection(connection) => connection.writable(),
                Body::Over(_) => true,
                Body::Datagrams(datagrams) => datagrams.writable(),
            }
    }
}
