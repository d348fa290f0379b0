//! The MADT: CPUs and interrupt controllers (ACPI specification 6.5, 5.2.12).

use super::{Handler, Machine, Override};
use crate::arch::ioapic::Mode;
use acpi::AcpiTables;
use acpi::madt::{Madt, MadtEntry};

const USABLE: u32 = 1;

pub fn read(tables: &AcpiTables<Handler>, machine: &mut Machine) -> Result<(), acpi::AcpiError> {
    let table = tables.find_table::<Madt>()?;
    let madt = table.get();
    machine.apic = u64::from(madt.local_apic_address);
    for entry in madt.entries() {
        match entry {
            MadtEntry::LocalApic(cpu) if cpu.flags & USABLE != 0 => machine.cpus.push(u32::from(cpu.apic_id)),
            MadtEntry::LocalX2Apic(cpu) if cpu.flags & USABLE != 0 && cpu.x2apic_id < 255 => {
                machine.cpus.push(cpu.x2apic_id);
            }
            MadtEntry::IoApic(apic) => {
                machine.io_apics.push((u64::from(apic.io_apic_address), apic.global_system_interrupt_base));
            }
            MadtEntry::InterruptSourceOverride(o) => machine.overrides.push(Override {
                irq: o.irq,
                line: o.global_system_interrupt,
                mode: Mode { active_low: o.flags & 3 == 3, level: o.flags >> 2 & 3 == 3 },
            }),
            MadtEntry::LocalApicAddressOverride(o) => machine.apic = o.local_apic_address,
            _ => {}
        }
    }
    Ok(())
}
