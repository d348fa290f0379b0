//! Handing packets over (`tcp_deliver`, `tcp_reply_data`). Packets are cut by [`crate::packet`], as `erlang:decode_packet/3`
//! cuts them.

use alloc::sync::Arc;

use joist_vm::atom::{self, Atom};
use joist_vm::port::Port;
use joist_vm::term::{Term, build};

use super::super::messages;
use super::super::{Inet, Timer, buffers};
use super::input::{Packet, Step};
use crate::packet::{self, Kind, Parsed};

/// What `TCP_PB_…` says; true: text as binaries.
pub(super) fn kind(code: i32) -> (Kind, bool) {
    match code {
        1 => (Kind::Sized(1), false),
        2 => (Kind::Sized(2), false),
        3 => (Kind::Sized(4), false),
        4 => (Kind::Asn1, false),
        5 => (Kind::SunRm, false),
        6 => (Kind::Cdr, false),
        7 => (Kind::Fcgi, false),
        8 => (Kind::Line, false),
        9 => (Kind::Tpkt, false),
        10 => (Kind::Http, false),
        11 => (Kind::Headers, false),
        12 => (Kind::SslTls, false),
        13 => (Kind::Http, true),
        14 => (Kind::Headers, true),
        _ => (Kind::Raw, false),
    }
}

/// How much has to be read to know a packet's length, if that is fixed.
pub(super) fn header_length(code: i32) -> usize {
    match kind(code).0 {
        Kind::Sized(n) => n,
        Kind::SunRm | Kind::Tpkt => 4,
        Kind::Cdr => 12,
        Kind::Fcgi => 8,
        Kind::SslTls => 5,
        _ => 0,
    }
}

impl Inet {
    /// Delivers packets that are in the buffer.
    pub fn deliver_what_is_there(&mut self, port: &Arc<Port>) {
        if self.tcp.input.is_none() || self.tcp.remain > 0 {
            return;
        }
        match self.first_packet() {
            Packet::Whole(len) => {
                self.deliver(port, len);
            }
            Packet::Lacks(n, true) => self.tcp.remain = n,
            // An error comes out when more is read.
            Packet::Lacks(_, false) | Packet::Invalid => {}
        }
    }

    /// Delivers a packet of that length, and what else is complete.
    pub(super) fn deliver(&mut self, port: &Arc<Port>, mut len: usize) -> Step {
        while len > 0 {
            let Some(mut input) = self.tcp.input.take() else { return Step::Over };
            let to = (input.start + len).min(input.end);
            self.statistics.input(len);
            let taken = self.hand_over(port, &input.bytes[input.start..to]);
            if !taken {
                self.tcp.input = Some(input);
                return Step::Wait;
            }
            input.start = to;
            self.tcp.remain = 0;
            if input.start == input.end {
                buffers::give(input.bytes);
            } else {
                self.tcp.input = Some(input);
            }
            len = 0;
            if !self.options.is_active() {
                Timer::stop(&mut self.timer);
                self.reading = false;
                if let Some(input) = &mut self.tcp.input {
                    input.compact();
                }
            } else if self.tcp.input.is_some() {
                match self.first_packet() {
                    Packet::Whole(next) => len = next,
                    Packet::Lacks(n, exact) => {
                        if let Some(input) = &mut self.tcp.input {
                            input.compact();
                        }
                        self.tcp.remain = if exact { n } else { 0 };
                    }
                    // It comes out when more is read.
                    Packet::Invalid => {}
                }
            }
        }
        Step::More
    }

    /// One packet, as the options want it; false: nobody waits for it.
    fn hand_over(&mut self, port: &Arc<Port>, packet: &[u8]) -> bool {
        let (kind, as_binary) = kind(self.options.packet);
        let parsed = match kind {
            _ if self.options.deliver_port => None,
            Kind::Http | Kind::Headers | Kind::SslTls => packet::parse(kind, packet, &mut self.tcp.in_headers),
            _ => None,
        };
        let (from, n) = packet::body(kind, packet);
        let body = &packet[from..from + n];
        if self.options.deliver_port {
            let header = if self.options.binary { self.options.header } else { body.len() };
            match body.split_at_checked(header) {
                Some((header, rest)) if self.options.binary && header.is_empty() => port.data_to_owner(rest),
                Some((header, rest)) if self.options.binary => port.headed_to_owner(header, Some(rest)),
                _ => port.headed_to_owner(body, None),
            }
        } else if self.options.is_active() {
            match parsed {
                Some(parsed @ Parsed::SslTls { .. }) => {
                    self.tell(port, |h| packet::term(h, Term::port(port.id), &parsed, as_binary));
                }
                Some(parsed) => self.tell(port, |h| {
                    let packet = packet::term(h, Term::port(port.id), &parsed, as_binary);
                    build::tuple(h, &[Term::atom(Atom::new("http")), Term::port(port.id), packet])
                }),
                None => {
                    let options = &self.options;
                    self.tell(port, |h| {
                        let data = messages::data(h, options, 0, body);
                        build::tuple(h, &[Term::atom(atom::TCP), Term::port(port.id), data])
                    });
                }
            }
        } else {
            let Some(operation) = self.operation.take() else { return false };
            messages::answer(port, operation, |h| {
                let data = match parsed {
                    Some(parsed) => packet::term(h, Term::port(port.id), &parsed, as_binary),
                    None => messages::data(h, &self.options, 0, body),
                };
                messages::ok(h, data)
            });
            return true;
        }
        self.count_delivery(port);
        true
    }
}
