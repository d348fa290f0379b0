//! Large pieces of raw data go into the binary that is delivered, without a copy (as in `tcp_deliver`, when a buffer is
//! nearly full).

use alloc::sync::Arc;

use joist_vm::atom;
use joist_vm::heap::{Fragments, OwnedTerm};
use joist_vm::platform::{Errno, Received, platform};
use joist_vm::port::Port;
use joist_vm::term::build::Fill;
use joist_vm::term::{Term, build};

use super::super::messages;
use super::super::{Inet, Timer};
use super::input::Step;

/// Less than this is copied.
const LEAST: usize = 16 << 10;

impl Inet {
    /// None: it is to be read as usual.
    pub(super) fn receive_directly(&mut self, port: &Arc<Port>, request: usize) -> Option<Step> {
        let o = &self.options;
        let most = if request > 0 { request } else { o.buffer };
        let plain = o.packet == 0 && o.binary && o.header == 0 && !o.deliver_port;
        let nothing_before = self.tcp.remain == 0 && self.tcp.input.as_ref().is_none_or(|i| i.filled().is_empty());
        let wanted = o.is_active() || self.operation.is_some();
        if most < LEAST || !plain || !nothing_before || !wanted {
            return None;
        }
        let socket = self.socket?;
        let size = platform().socket_available(socket).ok()?.min(most);
        if size < LEAST || size < request {
            return None;
        }
        let mut result = Err(Errno::Eagain);
        let data = OwnedTerm::build(|h| {
            let mut fill = Fill::new(h, size);
            result = platform().socket_receive(socket, fill.room(), 0);
            let n = result.as_ref().map_or(0, |r| r.len.min(size));
            fill.filled(n);
            let whole = fill.finish();
            if n < size { build::sub_bits(h, whole, 0, n * 8) } else { whole }
        });
        Some(match result {
            Ok(Received { len, .. }) if len > 0 => {
                self.statistics.input(len);
                self.clear_input();
                self.deliver_binary(port, data);
                Step::More
            }
            result => self.nothing_received(port, result.map(|_| ())),
        })
    }

    fn deliver_binary(&mut self, port: &Arc<Port>, data: OwnedTerm) {
        let adopt = |h: &mut Fragments| {
            let (data, heap) = data.into_parts();
            h.append(heap);
            data
        };
        if self.options.is_active() {
            self.tell(port, |h| {
                let data = adopt(h);
                build::tuple(h, &[Term::atom(atom::TCP), Term::port(port.id), data])
            });
            self.count_delivery(port);
        } else {
            self.answer(port, |h| {
                let data = adopt(h);
                messages::ok(h, data)
            });
        }
        if !self.options.is_active() {
            Timer::stop(&mut self.timer);
            self.reading = false;
        }
    }
}
