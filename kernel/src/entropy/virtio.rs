//! virtio-rng, the first one found.

use crate::arch::lock::IrqLock;
use crate::log;
use crate::virtio::KernelHal;
use alloc::boxed::Box;
use virtio_drivers::device::rng::VirtIORng;
use virtio_drivers::transport::SomeTransport;

struct Device {
    driver: VirtIORng<KernelHal, SomeTransport<'static>>,
    buffer: Box<[u8; 32]>,
}

static DEVICE: IrqLock<Option<Device>> = IrqLock::new(None);

pub fn attach(transport: SomeTransport<'static>) {
    match VirtIORng::new(transport) {
        Ok(driver) => *DEVICE.lock() = Some(Device { driver, buffer: Box::new([0; 32]) }),
        Err(error) => log!("virtio-rng does not start: {error}"),
    }
}

/// 32 bytes, if there is a device and it gives that many.
pub fn seed() -> Option<[u8; 32]> {
    let mut device = DEVICE.lock();
    let Device { driver, buffer } = device.as_mut()?;
    let mut have = 0;
    let mut seed = [0; 32];
    while have < seed.len() {
        let count = driver.request_entropy(&mut buffer[..]).ok()?;
        let count = count.min(seed.len() - have);
        if count == 0 {
            return None;
        }
        seed[have..have + count].copy_from_slice(&buffer[..count]);
        have += count;
    }
    Some(seed)
}
