//! Where frames come from and go to: what a driver offers ([`Link`]), and the loopback.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

/// A frame that came in; it goes back to its link by [`Link::recycle`].
#[derive(Debug)]
pub struct Frame {
    pub buffer: Box<[u8]>,
    pub start: usize,
    pub len: usize,
}

impl Frame {
    pub fn bytes(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.start..self.start + self.len).unwrap_or_default()
    }
}

/// What a card does for the stack.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offers {
    /// It fills in TCP's checksum.
    pub checksums: bool,
    /// It cuts large segments of TCP up, over IPv4 and over IPv6.
    pub segments: bool,
    pub segments6: bool,
}

/// What a card is to do with a frame. Without any of it: all zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct Task {
    /// Where that begins which its checksum is of, and how far behind it lies the checksum, which holds the sum of the
    /// pseudo header.
    pub start: usize,
    pub offset: usize,
    /// Bytes of data in each segment that it is to be cut into, and of the headers before them.
    pub segment: usize,
    pub headers: usize,
    pub v6: bool,
}

/// Every link has room for so many frames when it is idle: the longest datagram's, on the narrowest path.
pub const FRAMES: usize = 128;

/// A network card, or the like.
pub trait Link {
    /// The longest IP packet that it carries.
    fn mtu(&self) -> usize;
    /// The next frame that has come in.
    fn receive(&mut self) -> Option<Frame>;
    /// Takes a frame back.
    fn recycle(&mut self, frame: Frame);
    /// Did somebody check the checksums of the frame that came last?
    fn checked(&self) -> bool {
        false
    }
    fn offers(&self) -> Offers {
        Offers::default()
    }
    /// Is there anybody at the other end of the cable?
    fn carries(&mut self) -> bool {
        true
    }
    /// Can it take one more frame to send?
    fn room(&mut self) -> bool;
    /// Can it take so many? Sooner or later, as long as it is no more than [`FRAMES`].
    fn room_for(&mut self, _frames: usize) -> bool {
        self.room()
    }
    /// Sends a frame of `len` bytes, which `fill` writes; without room it does nothing.
    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8]));
    /// The same, with a task for the card: one that it offers.
    fn send_with(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8]) -> Task) {
        self.send(len, &mut |buffer| {
            fill(buffer);
        });
    }
    /// All that [`Link::send`] took goes now.
    fn flush(&mut self) {}
    /// Has the card tell of what comes in, or not: who looks for it all the time need not be told. True if it is told of
    /// from now on, and something has come in before.
    fn be_told(&mut self, _on: bool) -> bool {
        false
    }
    /// Is there something that comes in or goes out by the next poll, and that nobody else tells of?
    fn waits(&self) -> bool {
        false
    }
}

/// The machine's own network: what is sent comes in again.
#[derive(Debug, Default)]
pub(crate) struct Loopback(VecDeque<Box<[u8]>>);

/// Smaller than Linux's, so that a connection's window holds several segments.
const LOOPBACK_MTU: usize = 16384;
/// What is sent beyond waits in its socket.
const LOOPBACK_FRAMES: usize = 256;

impl Link for Loopback {
    fn mtu(&self) -> usize {
        LOOPBACK_MTU
    }

    fn receive(&mut self) -> Option<Frame> {
        let buffer = self.0.pop_front()?;
        let len = buffer.len();
        Some(Frame { buffer, start: 0, len })
    }

    fn recycle(&mut self, _: Frame) {}

    fn room(&mut self) -> bool {
        self.0.len() < LOOPBACK_FRAMES
    }

    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        let mut buffer = vec![0; len].into_boxed_slice();
        fill(&mut buffer);
        self.0.push_back(buffer);
    }

    fn waits(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Keeps the last packet, and sends none.
#[derive(Debug, Default)]
pub(crate) struct Aside(pub Vec<u8>);

impl Link for Aside {
    fn mtu(&self) -> usize {
        LOOPBACK_MTU
    }

    fn receive(&mut self) -> Option<Frame> {
        None
    }

    fn recycle(&mut self, _: Frame) {}

    fn room(&mut self) -> bool {
        true
    }

    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        self.0 = vec![0; len];
        fill(&mut self.0);
    }
}
