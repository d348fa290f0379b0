//! A link that can be held back: switched off, or to shorter packets than it could carry.

use crate::link::{Aside, Frame, Link, Offers, Task};
use alloc::boxed::Box;
use joist_vm::platform::Errno;

/// IPv6 has no links for shorter packets (RFC 8200, 5).
const SHORTEST: usize = 1280;

pub(crate) struct Reins {
    link: Box<dyn Link + Send>,
    /// Nothing comes or goes.
    pub off: bool,
    /// The longest packet, where that is shorter than what the link carries.
    mtu: Option<usize>,
}

impl Reins {
    pub fn new(link: Box<dyn Link + Send>) -> Reins {
        Reins { link, off: false, mtu: None }
    }

    /// The longest packet that somebody wanted it to carry.
    pub fn held_to(&self) -> Option<usize> {
        self.mtu
    }

    /// # Errors
    /// `EINVAL`: so long can no packet be, or so short.
    pub fn set_mtu(&mut self, mtu: usize) -> Result<(), Errno> {
        if mtu < SHORTEST || mtu > self.link.mtu() {
            return Err(Errno::Einval);
        }
        self.mtu = Some(mtu);
        Ok(())
    }
}

impl Link for Reins {
    fn mtu(&self) -> usize {
        self.mtu.unwrap_or_else(|| self.link.mtu())
    }

    fn receive(&mut self) -> Option<Frame> {
        loop {
            let frame = self.link.receive()?;
            if !self.off {
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
        self.link.carries() && !self.off
    }

    fn room(&mut self) -> bool {
        self.off || self.link.room()
    }

    fn room_for(&mut self, frames: usize) -> bool {
        self.off || self.link.room_for(frames)
    }

    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        match self.off {
            true => Aside::default().send(len, fill),
            false => self.link.send(len, fill),
        }
    }

    fn send_with(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8]) -> Task) {
        match self.off {
            true => Aside::default().send_with(len, fill),
            false => self.link.send_with(len, fill),
        }
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
