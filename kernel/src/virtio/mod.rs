//! virtio devices (OASIS virtio 1.2), driven by the `virtio-drivers` crate: found in memory (microvm, Firecracker) or
//! on the PCI bus (q35), and handed to whoever uses their kind.

mod hal;
mod mmio;
mod msix;
mod pci;

pub use hal::KernelHal;

use crate::acpi::Machine;
use crate::console;
use crate::entropy;
use crate::net;
use virtio_drivers::transport::{DeviceType, SomeTransport, Transport};

/// How a device's interrupts are connected, after its driver has set it up.
pub trait Interrupts {
    /// Has queue `queue` call `handler` on CPU `cpu`. The handler runs after the device's line was acknowledged.
    fn connect(&self, queue: u16, handler: fn(), cpu: u32);
    /// Has changes of the device's configuration call `handler`, too; after [`Interrupts::connect`].
    fn connect_changes(&self, handler: fn(), cpu: u32);
}

/// Finds all devices and starts those that the kernel has a use for.
pub fn probe(machine: &Machine, command_line: &[u8], cpu: u32) {
    mmio::probe(machine, command_line, cpu);
    pci::probe(cpu);
}

/// Hands a device over.
fn attach(transport: SomeTransport<'static>, interrupts: &dyn Interrupts, cpu: u32) {
    match transport.device_type() {
        DeviceType::Console => console::virtio::attach(transport, interrupts, cpu),
        DeviceType::EntropySource => entropy::virtio::attach(transport),
        DeviceType::Network => net::virtio::attach(transport, interrupts, cpu),
        // No driver here has a use for another kind: it stays as the firmware left it.
        _ => {}
    }
}
