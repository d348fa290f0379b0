//! A link that is held back: switched off, or to shorter packets than it could carry. Only who asks for that has it.

use super::Attached;
use crate::link::{Aside, Frame, Link, Offers, Task};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use smoltcp::phy::Medium;
use smoltcp::time::Instant;
use smoltcp::wire::{IpCidr, Ipv4Cidr};

/// What a link is held to.
#[derive(Debug)]
pub(crate) struct Reins {
    pub off: AtomicBool,
    /// Bytes of the longest packet.
    pub mtu: AtomicUsize,
    /// What the link itself could carry.
    pub largest: usize,
}

struct Reined {
    link: Box<dyn Link + Send>,
    reins: Arc<Reins>,
}

impl Reined {
    fn is_off(&self) -> bool {
        self.reins.off.load(Relaxed)
    }
}

impl Link for Reined {
    fn mtu(&self) -> usize {
        self.reins.mtu.load(Relaxed)
    }

    fn receive(&mut self) -> Option<Frame> {
        loop {
            let frame = self.link.receive()?;
            if !self.is_off() {
                return Some(frame);
            }
            self.link.recycle(frame);
        }
    }

    fn recycle(&mut self, frame: Frame) {
        self.link.recycle(frame);
    }

    fn checked(&self) -> bool {
        self.link.checked()
    }

    fn offers(&self) -> Offers {
        self.link.offers()
    }

    fn carries(&mut self) -> bool {
        self.link.carries() && !self.is_off()
    }

    fn room(&mut self) -> bool {
        self.is_off() || self.link.room()
    }

    fn room_for(&mut self, frames: usize) -> bool {
        self.is_off() || self.link.room_for(frames)
    }

    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        if self.is_off() {
            return Aside::default().send(len, fill);
        }
        self.link.send(len, fill);
    }

    fn send_with(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8]) -> Task) {
        if self.is_off() {
            return Aside::default().send_with(len, fill);
        }
        self.link.send_with(len, fill);
    }

    fn flush(&mut self) {
        self.link.flush();
    }

    fn be_told(&mut self, on: bool) -> bool {
        self.link.be_told(on)
    }

    fn waits(&self) -> bool {
        self.link.waits()
    }
}

impl Attached {
    /// From now on the link can be held back.
    pub fn rein(&mut self) -> Arc<Reins> {
        let largest = self.mtu();
        let reins = Arc::new(Reins { off: AtomicBool::new(false), mtu: AtomicUsize::new(largest), largest });
        let link = core::mem::replace(&mut self.link, Box::new(Aside::default()));
        self.link = Box::new(Reined { link, reins: reins.clone() });
        reins
    }

    /// smoltcp reads a link's MTU once: an interface like this one, which has read it now, but for memberships of groups.
    pub fn remake(&mut self, seed: u64, now: Instant) {
        let link = core::mem::replace(&mut self.link, Box::new(Aside::default()));
        let hardware = (self.medium() == Medium::Ethernet).then_some(self.hardware.0);
        let mut new = Attached::new(link, hardware, seed, now);
        new.iface.set_any_ip(self.iface.any_ip());
        let (v4, v6): (Vec<IpCidr>, Vec<IpCidr>) =
            self.addresses().into_iter().partition(|cidr| matches!(cidr, IpCidr::Ipv4(_)));
        let routes = self.iface.routes();
        let gateways = [routes.get_default_ipv4_route(), routes.get_default_ipv6_route()];
        let [v4_gateway, v6_gateway] = gateways.map(|r| r.map(|r| crate::address::to_std(r.via_router)));
        new.configure(true, &v4, v4_gateway);
        // What routers said they say again, to who listens to them.
        new.configure_v6(&v6, v6_gateway);
        *self = new;
    }

    /// The first of its own addresses of IPv4.
    pub fn address(&self) -> Option<Ipv4Cidr> {
        self.addresses().into_iter().find_map(|cidr| match cidr {
            IpCidr::Ipv4(cidr) => Some(cidr),
            IpCidr::Ipv6(_) => None,
        })
    }
}
