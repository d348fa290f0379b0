//! virtio-net (OASIS virtio 1.2, 5.1), all that are found: frames go straight between its queues and the stack, many
//! in flight each way. Its interrupt only says that there is something; whoever calls the stack next takes it, and
//! tells the device of all that is to be sent at once. Checksums and the cutting up of large segments are the device's
//! where it offers that.

mod features;

use crate::event;
use crate::virtio::{Interrupts, KernelHal};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::{
    AtomicU32,
    Ordering::{Acquire, Release, SeqCst},
    fence,
};
use features::Features;
use joist_net::{Frame, Link, MOST_CARDS, Offers, Task};
use spin::Mutex;
use virtio_drivers::Result;
use virtio_drivers::queue::VirtQueue;
use virtio_drivers::transport::{SomeTransport, Transport};

const RECEIVE: u16 = 0;
const SEND: u16 = 1;
/// Frames in flight, each way.
const QUEUE: usize = joist_net::FRAMES;
/// The device gets to work on so many frames to send while there may be more.
const TOLD: usize = 8;
/// What a buffer for a frame has: enough for the longest, or for parts of larger ones.
const BUFFER: usize = 2048;
const PART: usize = 4096;
/// Header of virtio's and of Ethernet.
const HEADERS: usize = 12 + 14;
/// The longest frame that is to be cut up, or was put together.
const LARGE: usize = HEADERS + 65535;
/// Of buffers for such, so many are kept.
const LARGE_KEPT: usize = 4;
const STATUS_OFFSET: usize = 6;
const LINK_UP: u16 = 1;
const MTU_OFFSET: usize = 10;
const USUAL_MTU: usize = 1500;

type Queue = VirtQueue<KernelHal, QUEUE>;

pub struct Nic {
    transport: SomeTransport<'static>,
    receive: Queue,
    send: Queue,
    features: Features,
    hardware: [u8; 6],
    mtu: usize,
    /// Of a buffer for usual frames.
    size: usize,
    /// Buffers by the tokens of the queues that have them.
    receiving: Vec<Option<Box<[u8]>>>,
    sending: Vec<Option<(Box<[u8]>, usize)>>,
    free: Vec<Box<[u8]>>,
    large: Vec<Box<[u8]>>,
    /// The device wasn't told yet of so much that was put into its queues.
    untold: [usize; 2],
    checked: bool,
    up: bool,
    /// Of [`CHANGES`], when its configuration was last looked at.
    seen: u32,
}

/// So often some device has changed its configuration.
static CHANGES: AtomicU32 = AtomicU32::new(1);

/// The cards that were found, in order, until the stack takes them.
static FOUND: Mutex<Vec<Box<Nic>>> = Mutex::new(Vec::new());

pub fn attach(transport: SomeTransport<'static>, interrupts: &dyn Interrupts, cpu: u32) {
    let mut found = FOUND.lock();
    if found.len() == MOST_CARDS {
        return crate::log!("network: there are more cards than {MOST_CARDS}: what is beyond is left alone");
    }
    match Nic::new(transport) {
        Ok(mut nic) => {
            nic.begin();
            interrupts.connect(RECEIVE, || event::raise(event::NETWORK), cpu);
            let changed = || {
                CHANGES.fetch_add(1, Release);
                event::raise(event::NETWORK);
            };
            interrupts.connect_changes(changed, cpu);
            found.push(Box::new(nic));
        }
        Err(error) => crate::log!("virtio-net does not start: {error}"),
    }
}

/// Hands the cards over, with their addresses.
pub fn take() -> Vec<(Box<Nic>, [u8; 6])> {
    let found = core::mem::take(&mut *FOUND.lock());
    found.into_iter().map(|nic| (nic.hardware, nic)).map(|(hardware, nic)| (nic, hardware)).collect()
}

/// Bytes that a device has for us, or are to go to it.
fn buffer(size: usize) -> Box<[u8]> {
    vec![0; size].into_boxed_slice()
}

impl Nic {
    fn new(mut transport: SomeTransport<'static>) -> Result<Nic> {
        let wanted = Features::wanted(transport.read_device_features());
        let features = transport.begin_init(wanted);
        let hardware = transport.read_consistent(|| transport.read_config_space::<[u8; 6]>(0))?;
        let says_mtu = features.contains(Features::MTU);
        let mtu = if says_mtu { transport.read_config_space::<u16>(MTU_OFFSET).ok() } else { None };
        let mtu = mtu.map_or(USUAL_MTU, usize::from).max(1280);
        // Without numbers for events: by flags, the device says while it is at work, and we that nobody waits for
        // what was sent.
        let send = Queue::new(&mut transport, SEND, false, false)?;
        let receive = Queue::new(&mut transport, RECEIVE, false, false)?;
        let none = || (0..QUEUE).map(|_| None).collect();
        let least = if features.large() { PART } else { BUFFER };
        let size = if features.contains(Features::MRG_RXBUF) { least } else { (mtu + HEADERS).max(least) };
        transport.finish_init();
        Ok(Nic {
            transport,
            receive,
            send,
            features,
            hardware,
            mtu,
            size: size.next_multiple_of(64),
            receiving: none(),
            sending: (0..QUEUE).map(|_| None).collect(),
            free: Vec::new(),
            large: Vec::new(),
            untold: [0; 2],
            checked: false,
            up: true,
            seen: 0,
        })
    }

    fn begin(&mut self) {
        self.send.set_dev_notify(false);
        for _ in 0..QUEUE {
            self.give(buffer(self.size));
        }
        self.tell();
    }

    /// Has the device fill a buffer.
    fn give(&mut self, mut buffer: Box<[u8]>) {
        // SAFETY: the buffer is kept in `receiving`, untouched, until the device is done with it.
        if let Ok(token) = unsafe { self.receive.add(&[], &mut [&mut buffer]) }
            && let Some(place) = self.receiving.get_mut(usize::from(token))
        {
            *place = Some(buffer);
            self.untold[usize::from(RECEIVE)] += 1;
        }
    }

    /// The next buffer that the device has filled, and how far.
    fn filled(&mut self) -> Option<(Box<[u8]>, usize)> {
        let token = self.receive.peek_used()?;
        let mut buffer = self.receiving.get_mut(usize::from(token)).and_then(Option::take)?;
        // SAFETY: the very buffer that `add` got for this token.
        let len = unsafe { self.receive.pop_used(token, &[], &mut [&mut buffer]) };
        let len = len.map_or(0, |len| buffer.len().min(len as usize));
        Some((buffer, len))
    }

    /// Tells the device of what is in its queues, unless it is at them.
    fn tell(&mut self) {
        for queue in [RECEIVE, SEND] {
            let of = if queue == SEND { &self.send } else { &self.receive };
            if core::mem::take(&mut self.untold[usize::from(queue)]) > 0 && of.should_notify() {
                self.transport.notify(queue);
            }
        }
    }

    /// Takes back what has been sent.
    fn reap(&mut self) {
        while let Some(token) = self.send.peek_used() {
            let Some((buffer, len)) = self.sending.get_mut(usize::from(token)).and_then(Option::take) else { return };
            // SAFETY: the very bytes that `add` got for this token.
            if unsafe { self.send.pop_used(token, &[&buffer[..len]], &mut []) }.is_err() {
                return;
            }
            if buffer.len() == self.size {
                self.free.push(buffer);
            } else {
                self.keep(buffer);
            }
        }
    }

    fn keep(&mut self, buffer: Box<[u8]>) {
        if self.large.len() < LARGE_KEPT {
            self.large.push(buffer);
        }
    }

    fn large(&mut self) -> Box<[u8]> {
        self.large.pop().unwrap_or_else(|| buffer(LARGE))
    }

    /// Puts a frame together that lies in several buffers.
    fn together(&mut self, first: Box<[u8]>, mut len: usize, buffers: usize) -> Frame {
        let mut all = self.large();
        all[..len].copy_from_slice(&first[..len]);
        self.give(first);
        for _ in 1..buffers {
            let Some((part, more)) = self.filled() else { break };
            if let Some(to) = all.get_mut(len..len + more) {
                to.copy_from_slice(&part[..more]);
                len += more;
            }
            self.give(part);
        }
        let start = self.features.header().min(len);
        Frame { buffer: all, start, len: len - start }
    }
}

impl Link for Nic {
    fn mtu(&self) -> usize {
        self.mtu
    }

    fn receive(&mut self) -> Option<Frame> {
        let (buffer, len) = self.filled()?;
        let header = self.features.header();
        let Some(said) = buffer.get(..header).filter(|_| header <= len) else {
            self.give(buffer);
            return None;
        };
        self.checked = features::is_checked(said);
        let buffers = if self.features.contains(Features::MRG_RXBUF) { features::buffers(said) } else { 1 };
        if buffers > 1 {
            return Some(self.together(buffer, len, buffers));
        }
        Some(Frame { buffer, start: header, len: len - header })
    }

    fn checked(&self) -> bool {
        self.checked
    }

    fn offers(&self) -> Offers {
        self.features.offers()
    }

    fn carries(&mut self) -> bool {
        // Each look at the configuration leaves the virtual machine.
        let changes = CHANGES.load(Acquire);
        if core::mem::replace(&mut self.seen, changes) != changes && self.features.contains(Features::STATUS) {
            self.up =
                self.transport.read_config_space::<u16>(STATUS_OFFSET).map_or(true, |status| status & LINK_UP != 0);
        }
        self.up
    }

    fn recycle(&mut self, frame: Frame) {
        if frame.buffer.len() == self.size {
            self.give(frame.buffer);
        } else {
            self.keep(frame.buffer);
        }
    }

    fn room(&mut self) -> bool {
        self.room_for(1)
    }

    fn room_for(&mut self, frames: usize) -> bool {
        if self.send.available_desc() < frames || self.free.is_empty() {
            self.reap();
        }
        self.send.available_desc() >= frames
    }

    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        self.send_with(len, &mut |buffer| {
            fill(buffer);
            Task::default()
        });
    }

    fn send_with(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8]) -> Task) {
        if !self.room() {
            return;
        }
        let header = self.features.header();
        let end = header + len;
        let mut buffer = match end <= self.size {
            true => self.free.pop().unwrap_or_else(|| buffer(self.size)),
            false => self.large(),
        };
        let Some((head, frame)) = buffer.get_mut(..end).and_then(|b| b.split_at_mut_checked(header)) else { return };
        let task = fill(frame);
        features::write(head, &task);
        // SAFETY: the buffer is kept in `sending`, untouched, until the device is done with it.
        if let Ok(token) = unsafe { self.send.add(&[&buffer[..end]], &mut []) }
            && let Some(place) = self.sending.get_mut(usize::from(token))
        {
            *place = Some((buffer, end));
            self.untold[usize::from(SEND)] += 1;
            if self.untold[usize::from(SEND)] == TOLD {
                self.tell();
            }
        }
    }

    fn flush(&mut self) {
        self.tell();
    }

    fn be_told(&mut self, on: bool) -> bool {
        self.receive.set_dev_notify(on);
        // The device sees that before it is looked whether there is something.
        fence(SeqCst);
        on && self.receive.can_pop()
    }

    fn waits(&self) -> bool {
        self.untold[usize::from(SEND)] > 0
    }
}
