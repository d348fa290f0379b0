//! virtio on the PCI bus, reached by configuration mechanism 1 (ports 0xcf8 and 0xcfc), which every PC has.

use super::msix::Msix;
use super::{KernelHal, attach};
use crate::arch::port::Port;
use virtio_drivers::transport::SomeTransport;
use virtio_drivers::transport::pci::bus::{BarInfo, Command, ConfigurationAccess, DeviceFunction, PciRoot};
use virtio_drivers::transport::pci::{PciTransport, virtio_device_type};

// SAFETY: configuration space is reached through them; what is written there is `Config`'s callers' business.
const ADDRESS: Port = unsafe { Port::new(0xcf8) };
// SAFETY: as above.
const DATA: Port = unsafe { Port::new(0xcfc) };
const ENABLE: u32 = 1 << 31;

/// Where BARs go that the firmware left unassigned (qboot does): below the I/O APIC, above any RAM under 4 GiB.
const BARS: u64 = 0xe000_0000;
const BARS_END: u64 = 0xfec0_0000;

/// Configuration space. Only the first CPU uses it, at boot.
#[derive(Debug, Clone, Copy)]
pub struct Config;

impl Config {
    fn select(device: DeviceFunction, offset: u8) {
        let DeviceFunction { bus, device, function } = device;
        let place = u32::from(bus) << 16 | u32::from(device) << 11 | u32::from(function) << 8;
        ADDRESS.write32(ENABLE | place | u32::from(offset & 0xfc));
    }
}

impl ConfigurationAccess for Config {
    fn read_word(&self, device: DeviceFunction, offset: u8) -> u32 {
        Config::select(device, offset);
        DATA.read32()
    }

    fn write_word(&mut self, device: DeviceFunction, offset: u8, data: u32) {
        Config::select(device, offset);
        DATA.write32(data);
    }

    unsafe fn unsafe_clone(&self) -> Self {
        Config
    }
}

/// Does mechanism 1 answer? A machine without PCI (microvm) reads as all ones.
fn present() -> bool {
    ADDRESS.write32(ENABLE);
    ADDRESS.read32() == ENABLE && DATA.read32() != u32::MAX
}

/// Starts the virtio devices of bus 0.
pub fn probe(cpu: u32) {
    if !present() {
        return;
    }
    let mut root = PciRoot::new(Config);
    let mut next = BARS;
    for (device, info) in root.enumerate_bus(0) {
        if virtio_device_type(&info).is_none() {
            continue;
        }
        if !assign(&mut root, device, &mut next) {
            continue;
        }
        let (_, command) = root.get_status_command(device);
        root.set_command(device, command | Command::MEMORY_SPACE | Command::BUS_MASTER);
        let interrupts = Msix::find(&mut root, device);
        let Ok(transport) = PciTransport::new::<KernelHal, _>(&mut root, device) else { continue };
        attach(SomeTransport::from(transport), &interrupts, cpu);
    }
}

/// Gives a device's memory BARs addresses where they have none. False if there is no room.
fn assign(root: &mut PciRoot<Config>, device: DeviceFunction, next: &mut u64) -> bool {
    let Ok(bars) = root.bars(device) else { return false };
    for (index, bar) in bars.into_iter().enumerate() {
        let Some(BarInfo::Memory { address, size, .. }) = bar else { continue };
        if address != 0 || size == 0 {
            continue;
        }
        let at = next.next_multiple_of(size);
        *next = at + size;
        if *next > BARS_END {
            return false;
        }
        if bar.is_some_and(|b| b.takes_two_entries()) {
            root.set_bar_64(device, index as u8, at);
        } else {
            root.set_bar_32(device, index as u8, at as u32);
        }
    }
    true
}
