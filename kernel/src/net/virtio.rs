//! virtio-net (OASIS virtio 1.2, 5.1), the first one found: frames go straight between its queues and the stack, many
//! in flight each way. Its interrupt only says that there is something; whoever calls the stack next takes it.

use crate::event;
use crate::virtio::{Interrupts, KernelHal};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use joist_net::{Frame, Link};
use spin::Mutex;
use virtio_drivers::device::net::VirtIONetRaw;
use virtio_drivers::transport::{SomeTransport, Transport};

const RECEIVE_QUEUE: u16 = 0;
/// Frames in flight, each way.
const QUEUE: usize = 128;
/// What a driver's buffers have at least, by the crate.
const BUFFER: usize = 2048;
/// Header of virtio's and of Ethernet.
const HEADERS: usize = 12 + 14;
/// The device's longest packet is in its configuration, if it says so by this feature.
const MTU_FEATURE: u64 = 1 << 3;
const MTU_OFFSET: usize = 10;
const USUAL_MTU: usize = 1500;

type Driver = VirtIONetRaw<KernelHal, SomeTransport<'static>, QUEUE>;

pub struct Nic {
    driver: Driver,
    mtu: usize,
    size: usize,
    /// Buffers by the tokens of the queues that have them.
    receiving: Vec<Option<Box<[u8]>>>,
    sending: Vec<Option<(Box<[u8]>, usize)>>,
    free: Vec<Box<[u8]>>,
}

/// The card that was found, until the stack takes it.
static FOUND: Mutex<Option<Box<Nic>>> = Mutex::new(None);

pub fn attach(mut transport: SomeTransport<'static>, interrupts: &dyn Interrupts, cpu: u32) {
    let mut found = FOUND.lock();
    if found.is_some() {
        return;
    }
    let says_mtu = transport.read_device_features() & MTU_FEATURE != 0;
    let mtu = if says_mtu { transport.read_config_space::<u16>(MTU_OFFSET).ok() } else { None };
    let mtu = mtu.map_or(USUAL_MTU, usize::from).max(1280);
    match Driver::new(transport) {
        Ok(driver) => {
            let mut nic = Box::new(Nic {
                driver,
                mtu,
                size: (mtu + HEADERS).next_multiple_of(64).max(BUFFER),
                receiving: (0..QUEUE).map(|_| None).collect(),
                sending: (0..QUEUE).map(|_| None).collect(),
                free: Vec::new(),
            });
            for _ in 0..QUEUE {
                nic.give(vec![0; nic.size].into_boxed_slice());
            }
            interrupts.connect(RECEIVE_QUEUE, || event::raise(event::NETWORK), cpu);
            *found = Some(nic);
        }
        Err(error) => crate::log!("virtio-net does not start: {error}"),
    }
}

/// Hands the card over, and its address.
pub fn take() -> Option<(Box<Nic>, [u8; 6])> {
    let nic = FOUND.lock().take()?;
    let hardware = nic.driver.mac_address();
    Some((nic, hardware))
}

impl Nic {
    /// Has the device fill a buffer.
    fn give(&mut self, mut buffer: Box<[u8]>) {
        // SAFETY: the buffer is kept in `receiving`, untouched, until the device is done with it.
        if let Ok(token) = unsafe { self.driver.receive_begin(&mut buffer) }
            && let Some(place) = self.receiving.get_mut(usize::from(token))
        {
            *place = Some(buffer);
        }
    }

    /// Takes back what has been sent.
    fn reap(&mut self) {
        while let Some(token) = self.driver.poll_transmit() {
            let Some((buffer, len)) = self.sending.get_mut(usize::from(token)).and_then(Option::take) else { return };
            // SAFETY: the very bytes that `transmit_begin` got for this token.
            if unsafe { self.driver.transmit_complete(token, &buffer[..len]) }.is_ok() {
                self.free.push(buffer);
            }
        }
    }
}

impl Link for Nic {
    fn mtu(&self) -> usize {
        self.mtu
    }

    fn receive(&mut self) -> Option<Frame> {
        let token = self.driver.poll_receive()?;
        let mut buffer = self.receiving.get_mut(usize::from(token)).and_then(Option::take)?;
        // SAFETY: the very buffer that `receive_begin` got for this token.
        match unsafe { self.driver.receive_complete(token, &mut buffer) } {
            Ok((start, len)) if start + len <= buffer.len() => Some(Frame { buffer, start, len }),
            _ => {
                self.give(buffer);
                None
            }
        }
    }

    fn recycle(&mut self, frame: Frame) {
        self.give(frame.buffer);
    }

    fn room(&mut self) -> bool {
        if !self.driver.can_send() || self.free.is_empty() {
            self.reap();
        }
        self.driver.can_send()
    }

    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        if !self.room() {
            return;
        }
        let mut buffer = self.free.pop().unwrap_or_else(|| vec![0; self.size].into_boxed_slice());
        let Ok(header) = self.driver.fill_buffer_header(&mut buffer) else { return };
        let end = header + len;
        let Some(frame) = buffer.get_mut(header..end) else { return };
        fill(frame);
        // SAFETY: the buffer is kept in `sending`, untouched, until the device is done with it.
        match unsafe { self.driver.transmit_begin(&buffer[..end]) } {
            Ok(token) => {
                if let Some(place) = self.sending.get_mut(usize::from(token)) {
                    *place = Some((buffer, end));
                }
            }
            Err(_) => self.free.push(buffer),
        }
    }
}
