//! virtio-console, the first one found. Input is taken from the device by the scheduler that reads, since the driver
//! allocates; its interrupt only says that there is some.

use super::input;
use crate::arch::lock::IrqLock;
use crate::event;
use crate::log;
use crate::virtio::{Interrupts, KernelHal};
use alloc::boxed::Box;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use virtio_drivers::device::console::VirtIOConsole;
use virtio_drivers::transport::SomeTransport;

const RECEIVE_QUEUE: u16 = 0;
/// Output is copied into the heap piece by piece: a device can't reach every CPU's stack.
const PIECE: usize = 4096;

struct Device {
    driver: VirtIOConsole<KernelHal, SomeTransport<'static>>,
    buffer: Box<[u8; PIECE]>,
}

static DEVICE: IrqLock<Option<Device>> = IrqLock::new(None);
static PRESENT: AtomicBool = AtomicBool::new(false);

pub fn attach(transport: SomeTransport<'static>, interrupts: &dyn Interrupts, cpu: u32) {
    if PRESENT.load(Relaxed) {
        return;
    }
    match VirtIOConsole::new(transport) {
        Ok(driver) => {
            *DEVICE.lock() = Some(Device { driver, buffer: Box::new([0; PIECE]) });
            interrupts.connect(RECEIVE_QUEUE, || event::raise(event::CONSOLE_INPUT), cpu);
            PRESENT.store(true, Relaxed);
            receive();
        }
        Err(error) => log!("virtio-console does not start: {error}"),
    }
}

/// Writes all bytes; false if there is no such device, or it fails.
pub fn write(bytes: &[u8]) -> bool {
    if !PRESENT.load(Relaxed) {
        return false;
    }
    for piece in bytes.chunks(PIECE) {
        let mut device = DEVICE.lock();
        let Some(Device { driver, buffer }) = device.as_mut() else { return false };
        buffer[..piece.len()].copy_from_slice(piece);
        if driver.send_bytes(&buffer[..piece.len()]).is_err() {
            return false;
        }
    }
    true
}

/// Moves what the device has into the input ring, while that has room.
pub fn receive() {
    if !PRESENT.load(Relaxed) {
        return;
    }
    let mut device = DEVICE.lock();
    let Some(Device { driver, .. }) = device.as_mut() else { return };
    for _ in 0..input::room() {
        match driver.recv(true) {
            Ok(Some(byte)) => input::put(byte),
            _ => break,
        }
    }
}

/// (columns, rows), if the device knows them.
pub fn size() -> Option<(u16, u16)> {
    if !PRESENT.load(Relaxed) {
        return None;
    }
    let device = DEVICE.lock();
    let size = device.as_ref()?.driver.size().ok()??;
    (size.columns != 0 && size.rows != 0).then_some((size.columns, size.rows))
}
