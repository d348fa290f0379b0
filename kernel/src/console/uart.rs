//! The first serial port, a 16550 (National Semiconductor PC16550D data sheet). Output goes straight to the port while
//! it takes bytes, and waits in a ring, drained by interrupts, while it doesn't. Input comes by interrupt.

use super::input;
use crate::arch::lock::IrqLock;
use crate::arch::port::Port;
use crate::arch::{ioapic, irq};

// SAFETY: a serial port's registers don't reach memory.
const COM1: Port = unsafe { Port::new(0x3f8) };
/// COM1's line on every PC; the ACPI tables may redirect it.
pub const LINE: u32 = 4;

mod reg {
    pub const DATA: u16 = 0;
    pub const INTERRUPT_ENABLE: u16 = 1;
    pub const FIFO: u16 = 2;
    pub const IDENTIFICATION: u16 = 2;
    pub const LINE_CONTROL: u16 = 3;
    pub const MODEM_CONTROL: u16 = 4;
    pub const LINE_STATUS: u16 = 5;
}

const DATA_READY: u8 = 1;
const HOLDING_EMPTY: u8 = 1 << 5;
const ALL_SENT: u8 = 1 << 6;
const ON_RECEIVED: u8 = 1;
const ON_HOLDING_EMPTY: u8 = 2;
const FIFO_SIZE: usize = 16;
const RING: usize = 16 * 1024;

struct Uart {
    present: bool,
    /// Interrupts are connected: output may stay in the ring.
    interrupts: bool,
    enabled: u8,
    fifo: bool,
    ring: [u8; RING],
    head: usize,
    length: usize,
}

static UART: IrqLock<Uart> = IrqLock::new(Uart {
    present: false,
    interrupts: false,
    enabled: 0,
    fifo: false,
    ring: [0; RING],
    head: 0,
    length: 0,
});

fn register(offset: u16) -> Port {
    // SAFETY: the offsets above stay inside the port's eight registers.
    unsafe { COM1.at(offset) }
}

impl Uart {
    fn enable(&mut self, interrupts: u8) {
        if self.enabled != interrupts {
            self.enabled = interrupts;
            register(reg::INTERRUPT_ENABLE).write(interrupts);
        }
    }

    /// Moves bytes from the ring to the port while it takes them.
    fn send(&mut self) {
        while self.length > 0 && register(reg::LINE_STATUS).read() & HOLDING_EMPTY != 0 {
            for _ in 0..self.length.min(if self.fifo { FIFO_SIZE } else { 1 }) {
                register(reg::DATA).write(self.ring[self.head]);
                self.head = (self.head + 1) % RING;
                self.length -= 1;
            }
        }
    }

    /// Turns the FIFOs on, unless there is input already: that empties them, and more may come at any moment. A port
    /// that is fed from a pipe goes on without.
    fn enable_fifo(&mut self) {
        if register(reg::LINE_STATUS).read() & DATA_READY == 0 {
            register(reg::FIFO).write(1);
            self.fifo = true;
        }
    }

    /// Moves bytes from the port to the input ring while that has room.
    fn receive(&mut self) {
        let mut room = input::room();
        while room > 0 && register(reg::LINE_STATUS).read() & DATA_READY != 0 {
            input::put(register(reg::DATA).read());
            room -= 1;
        }
        let receive = if room > 0 { ON_RECEIVED } else { 0 };
        let send = if self.length > 0 { ON_HOLDING_EMPTY } else { 0 };
        if self.interrupts {
            self.enable(receive | send);
        }
    }
}

/// Sets the port up for polled output; the first thing a boot does.
pub fn init() {
    let mut uart = UART.lock();
    if register(reg::LINE_STATUS).read() == 0xff {
        return;
    }
    uart.present = true;
    register(reg::INTERRUPT_ENABLE).write(0);
    register(reg::LINE_CONTROL).write(0x80);
    register(reg::DATA).write(1); // divisor 1: 115200 baud
    register(reg::INTERRUPT_ENABLE).write(0);
    register(reg::LINE_CONTROL).write(3); // 8 data bits, no parity, 1 stop bit
    register(reg::MODEM_CONTROL).write(0xb); // DTR, RTS, OUT2 (which lets interrupts through)
    register(reg::FIFO).write(0);
}

/// Connects the port's interrupts to a CPU.
pub fn connect(line: u32, mode: ioapic::Mode, cpu: u32) {
    if !UART.lock().present || !ioapic::route(line, irq::allocate(interrupt), cpu, mode) {
        return;
    }
    let mut uart = UART.lock();
    uart.enable_fifo();
    uart.interrupts = true;
    uart.receive();
}

fn interrupt() {
    let mut uart = UART.lock();
    // Reading it acknowledges the empty holding register.
    let _ = register(reg::IDENTIFICATION).read();
    uart.send();
    uart.receive();
}

/// Takes up input again after it was held back, and without interrupts looks for some.
pub fn resume() {
    let mut uart = UART.lock();
    if uart.present && uart.enabled & ON_RECEIVED == 0 {
        uart.receive();
    }
}

/// Writes all bytes, each line feed as it is (the other end's terminal driver deals with it).
pub fn write(bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut uart = UART.lock();
        if !uart.present {
            return;
        }
        let count = rest.len().min(RING - uart.length);
        for &byte in &rest[..count] {
            let at = (uart.head + uart.length) % RING;
            uart.ring[at] = byte;
            uart.length += 1;
        }
        rest = &rest[count..];
        uart.send();
        if uart.interrupts && uart.length > 0 {
            let enabled = uart.enabled | ON_HOLDING_EMPTY;
            uart.enable(enabled);
        }
    }
    if !UART.lock().interrupts {
        flush();
    }
}

/// Waits until the last byte has left.
pub fn flush() {
    let mut uart = UART.lock();
    while uart.present && (uart.length > 0 || register(reg::LINE_STATUS).read() & ALL_SENT == 0) {
        uart.send();
        core::hint::spin_loop();
    }
}

/// Writes whatever state the port's owner was in, for a panic's report.
pub fn force(bytes: &[u8]) {
    if let Some(mut uart) = UART.try_lock(1_000_000) {
        if !uart.present {
            return;
        }
        while uart.length > 0 {
            uart.send();
        }
    }
    for &byte in bytes {
        let mut tries = 10_000_000;
        while register(reg::LINE_STATUS).read() & HOLDING_EMPTY == 0 && tries > 0 {
            tries -= 1;
        }
        register(reg::DATA).write(byte);
    }
}

/// Waits, for a bounded time and without the lock, until the last byte has left the port.
pub fn drain() {
    for _ in 0..10_000_000 {
        if register(reg::LINE_STATUS).read() & ALL_SENT != 0 {
            return;
        }
    }
}
