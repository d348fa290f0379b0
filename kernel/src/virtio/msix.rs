//! MSI-X for virtio's PCI devices (PCI 3.0, 6.8.2; virtio 1.2, 4.1.4.3): each queue gets a vector of its own, so that
//! no routing tables of the firmware are needed. `virtio-drivers` leaves this to us.

use super::Interrupts;
use super::pci::Config;
use crate::arch::irq;
use crate::mm::device::Registers;
use virtio_drivers::transport::pci::VIRTIO_PCI_CAP_COMMON_CFG;
use virtio_drivers::transport::pci::bus::{ConfigurationAccess, DeviceFunction, PCI_CAP_ID_VNDR, PciRoot};

const CAPABILITY: u8 = 0x11;
const ENABLE: u32 = 1 << 31;
const ENTRY: usize = 16;

/// virtio's common configuration.
mod common {
    pub const CONFIGURATION_VECTOR: usize = 16;
    pub const QUEUE_SELECT: usize = 22;
    pub const QUEUE_VECTOR: usize = 26;
    pub const LENGTH: usize = 56;
}

/// A device's vector table and the place where its queues' vectors are set; `None` where it has none.
pub struct Msix(Option<Parts>);

struct Parts {
    device: DeviceFunction,
    capability: u8,
    entries: u16,
    table: Registers,
    common: Registers,
}

/// The address that a BAR and an offset in it name.
fn address(root: &mut PciRoot<Config>, device: DeviceFunction, bar: u8, offset: u32) -> Option<u64> {
    let bars = root.bars(device).ok()?;
    let (base, _) = bars.get(usize::from(bar))?.as_ref()?.memory_address_size()?;
    Some(base + u64::from(offset))
}

impl Msix {
    pub fn find(root: &mut PciRoot<Config>, device: DeviceFunction) -> Self {
        Msix(Self::parts(root, device))
    }

    fn parts(root: &mut PciRoot<Config>, device: DeviceFunction) -> Option<Parts> {
        let word = |offset: u8| Config.read_word(device, offset);
        let msix = root.capabilities(device).find(|c| c.id == CAPABILITY)?;
        let entries = (msix.private_header & 0x7ff) + 1;
        let place = word(msix.offset + 4);
        let common = root
            .capabilities(device)
            .find(|c| c.id == PCI_CAP_ID_VNDR && (c.private_header >> 8) as u8 == VIRTIO_PCI_CAP_COMMON_CFG)?;
        let (bar, offset) = (word(common.offset + 4) as u8, word(common.offset + 8));
        let table = address(root, device, (place & 7) as u8, place & !7)?;
        let common = address(root, device, bar, offset)?;
        Some(Parts {
            device,
            capability: msix.offset,
            entries,
            table: Registers::map(table, usize::from(entries) * ENTRY),
            common: Registers::map(common, common::LENGTH),
        })
    }
}

impl Parts {
    /// Sets an entry of the table up.
    fn set(&self, entry: u16, handler: fn(), cpu: u32) {
        let at = usize::from(entry) * ENTRY;
        self.table.write32(at, 0xfee0_0000 | cpu << 12);
        self.table.write32(at + 4, 0);
        self.table.write32(at + 8, u32::from(irq::allocate(handler)));
        self.table.write32(at + 12, 0); // not masked
        let control = Config.read_word(self.device, self.capability);
        { Config }.write_word(self.device, self.capability, control | ENABLE);
    }
}

impl Interrupts for Msix {
    fn connect(&self, queue: u16, handler: fn(), cpu: u32) {
        let Some(parts) = self.0.as_ref().filter(|parts| queue < parts.entries) else { return };
        parts.set(queue, handler, cpu);
        parts.common.write16(common::QUEUE_SELECT, queue);
        parts.common.write16(common::QUEUE_VECTOR, queue);
    }

    /// By the last entry, if no queue of ours can have it.
    fn connect_changes(&self, handler: fn(), cpu: u32) {
        let Some(parts) = self.0.as_ref().filter(|parts| parts.entries > 2) else { return };
        parts.set(parts.entries - 1, handler, cpu);
        parts.common.write16(common::CONFIGURATION_VECTOR, parts.entries - 1);
    }
}
