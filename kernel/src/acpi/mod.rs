//! What the machine is, from the firmware's ACPI tables: CPUs, interrupt controllers, virtio-mmio devices, power.
//! Tables are parsed by the `acpi` crate; of the byte code in the DSDT only what [`aml`] can pick out is read.

mod aml;
mod madt;
pub mod power;

use crate::arch::ioapic::Mode;
use crate::log;
use crate::mm::firmware;
use acpi::fadt::Fadt;
use acpi::{AcpiHandler, AcpiTables, PhysicalMapping};
use alloc::vec::Vec;

/// A virtio device in memory.
#[derive(Debug, Clone, Copy)]
pub struct MmioDevice {
    pub base: u64,
    pub length: usize,
    pub line: u32,
    pub mode: Mode,
}

/// A legacy interrupt that is wired elsewhere than to the line of its number.
#[derive(Debug, Clone, Copy)]
pub struct Override {
    pub irq: u8,
    pub line: u32,
    pub mode: Mode,
}

/// The machine's description.
#[derive(Debug, Default)]
pub struct Machine {
    pub apic: u64,
    /// The APIC ids of the CPUs that may be used.
    pub cpus: Vec<u32>,
    /// Address and first line of each.
    pub io_apics: Vec<(u64, u32)>,
    pub overrides: Vec<Override>,
    pub mmio_devices: Vec<MmioDevice>,
    pub power: Option<power::Power>,
}

/// Where every APIC is unless a table says otherwise.
const DEFAULT_APIC: u64 = 0xfee0_0000;
/// And the I/O APIC of a machine without tables.
const DEFAULT_IO_APIC: u64 = 0xfec0_0000;

#[derive(Clone)]
struct Handler;

impl AcpiHandler for Handler {
    unsafe fn map_physical_region<T>(&self, address: usize, size: usize) -> PhysicalMapping<Self, T> {
        let start = firmware::map(address as u64, size).cast();
        // SAFETY: mapped for good, read-only; the crate reads tables only.
        unsafe { PhysicalMapping::new(address, start, size, size, Handler) }
    }

    fn unmap_physical_region<T>(_: &PhysicalMapping<Self, T>) {}
}

impl Machine {
    /// Reads the tables. A machine without any is taken for a PC with one CPU.
    pub fn discover(rsdp: u64) -> Self {
        let mut machine = Machine { apic: DEFAULT_APIC, ..Machine::default() };
        if let Err(error) = machine.read(rsdp) {
            log!("no usable ACPI tables ({error:?}): one CPU, no power button");
            machine.io_apics.push((DEFAULT_IO_APIC, 0));
        }
        machine
    }

    fn read(&mut self, rsdp: u64) -> Result<(), acpi::AcpiError> {
        // SAFETY: the address is the loader's, or the search keeps to where the BIOS puts the structure.
        let tables = unsafe {
            match rsdp {
                0 => AcpiTables::search_for_rsdp_bios(Handler)?,
                address => AcpiTables::from_rsdp(Handler, address as usize)?,
            }
        };
        madt::read(&tables, self)?;
        let fadt = tables.find_table::<Fadt>()?;
        let table = tables.dsdt()?;
        // SAFETY: the DSDT is a finished table of the firmware.
        let dsdt = unsafe { firmware::bytes(table.address as u64, table.length as usize) };
        self.mmio_devices = aml::virtio_devices(dsdt);
        self.power = power::Power::find(fadt.get().get_ref(), dsdt);
        Ok(())
    }

    /// The line and mode of a legacy interrupt.
    pub fn legacy(&self, irq: u8) -> (u32, Mode) {
        self.overrides.iter().find(|o| o.irq == irq).map_or((u32::from(irq), Mode::default()), |o| (o.line, o.mode))
    }
}
