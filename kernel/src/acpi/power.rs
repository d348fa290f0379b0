//! Power off and the power button (ACPI specification 6.5, chapter 4.8, and 5.6.9 for the generic event device).

use super::aml;
use crate::arch::ioapic::{self, Mode};
use crate::arch::irq;
use crate::arch::port::Port;
use crate::event;
use crate::mm::device::Registers;
use acpi::address::{AddressSpace, GenericAddress};
use acpi::fadt::Fadt;
use spin::Once;

/// A register of up to 32 bits, in memory or at a port.
#[derive(Debug)]
enum Register {
    Memory(Registers),
    Port(Port),
}

impl Register {
    fn new(address: &GenericAddress) -> Option<Self> {
        match address.address_space {
            AddressSpace::SystemMemory => Some(Register::Memory(Registers::map(address.address, 4))),
            AddressSpace::SystemIo => {
                // SAFETY: the firmware's tables name it as a power management register.
                Some(Register::Port(unsafe { Port::new(u16::try_from(address.address).ok()?) }))
            }
            _ => None,
        }
    }
}

/// How this machine is switched off and says that it should be.
#[derive(Debug)]
pub struct Power {
    off: Off,
    button: Option<Button>,
}

#[derive(Debug)]
enum Off {
    /// PM1 control registers with their sleep types.
    Fixed { a: (Register, u16), b: Option<(Register, u16)> },
    /// The sleep control register of hardware-reduced ACPI, with its sleep type.
    Reduced(Register, u8),
}

#[derive(Debug)]
enum Button {
    /// PM1a's event registers: status, enable; and the line of the SCI.
    Fixed { status: Port, enable: Port, irq: u8 },
    /// The generic event device's register and line.
    Generic { events: Registers, line: u32, mode: Mode },
}

const SLEEP_ENABLE: u16 = 1 << 13;
const POWER_BUTTON: u16 = 1 << 8;
const SCI_ENABLED: u16 = 1;
const GENERIC_POWER_BUTTON: u32 = 2;

static POWER: Once<Power> = Once::new();

impl Power {
    pub fn find(fadt: &Fadt, dsdt: &[u8]) -> Option<Self> {
        let (type_a, type_b) = aml::soft_off(dsdt)?;
        let flags = fadt.flags;
        if flags.system_is_hw_reduced_acpi() {
            let register = Register::new(&fadt.sleep_control_register().ok()??)?;
            let button = aml::event_device(dsdt).map(|(base, line, mode)| Button::Generic {
                events: Registers::map(base, 4),
                line,
                mode,
            });
            return Some(Power { off: Off::Reduced(register, type_a as u8), button });
        }
        enter_acpi_mode(fadt);
        let a = (Register::new(&fadt.pm1a_control_block().ok()?)?, type_a);
        let b = match fadt.pm1b_control_block() {
            Ok(Some(address)) => Register::new(&address).map(|register| (register, type_b)),
            _ => None,
        };
        let button = fadt.pm1a_event_block().ok().filter(|_| !flags.power_button_is_control_method());
        let button = button.and_then(|block| {
            let Some(Register::Port(status)) = Register::new(&block) else { return None };
            // SAFETY: the block's second half, by the specification, is the enable register.
            let enable = unsafe { status.at(u16::from(block.bit_width / 16)) };
            Some(Button::Fixed { status, enable, irq: fadt.sci_interrupt as u8 })
        });
        Some(Power { off: Off::Fixed { a, b }, button })
    }
}

/// Takes power management over from the firmware, where it still has it.
fn enter_acpi_mode(fadt: &Fadt) {
    let Ok(control) = fadt.pm1a_control_block() else { return };
    let Some(Register::Port(control)) = Register::new(&control) else { return };
    let (command, enable) = (fadt.smi_cmd_port as u16, fadt.acpi_enable);
    if control.read16() & SCI_ENABLED == 0 && command != 0 && enable != 0 {
        // SAFETY: the tables name it as the port for just this.
        unsafe { Port::new(command) }.write(enable);
    }
}

/// Remembers how to switch off, and listens for the power button.
pub fn install(power: Power, legacy: impl Fn(u8) -> (u32, Mode), cpu: u32) {
    let power = POWER.call_once(|| power);
    match &power.button {
        Some(Button::Fixed { status, enable, irq }) => {
            let (line, mode) = legacy(*irq);
            ioapic::route(line, irq::allocate(pressed), cpu, mode);
            status.write16(POWER_BUTTON);
            enable.write16(enable.read16() | POWER_BUTTON);
        }
        Some(Button::Generic { line, mode, .. }) => {
            ioapic::route(*line, irq::allocate(pressed), cpu, *mode);
        }
        None => {}
    }
}

/// The interrupt by which the button (or another event, which is let go) is told.
fn pressed() {
    match POWER.get().and_then(|p| p.button.as_ref()) {
        Some(Button::Fixed { status, .. }) => {
            let events = status.read16();
            status.write16(events);
            if events & POWER_BUTTON != 0 {
                event::raise(event::STOP_REQUESTED);
            }
        }
        // Reading the register takes the events.
        Some(Button::Generic { events, .. }) if events.read32(0) & GENERIC_POWER_BUTTON != 0 => {
            event::raise(event::STOP_REQUESTED);
        }
        _ => {}
    }
}

/// Switches the machine off; returns if it has no such switch.
pub fn off() {
    match POWER.get().map(|p| &p.off) {
        Some(Off::Fixed { a, b }) => {
            for (register, kind) in core::iter::once(a).chain(b) {
                if let Register::Port(port) = register {
                    port.write16(port.read16() & SCI_ENABLED | kind << 10 | SLEEP_ENABLE);
                }
            }
        }
        Some(Off::Reduced(register, kind)) => {
            let value = kind << 2 | 1 << 5;
            match register {
                Register::Memory(memory) => memory.write8(0, value),
                Register::Port(port) => port.write(value),
            }
        }
        None => {}
    }
}
