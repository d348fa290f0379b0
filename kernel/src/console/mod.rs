//! The console: a virtio-console where the machine has one, else the first serial port. Reports of the kernel itself
//! go to the serial port in any case.

pub mod input;
pub mod uart;
pub mod virtio;

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Columns and rows of the terminal at the other end, packed; 0: it is none.
static TERMINAL: AtomicU32 = AtomicU32::new(80 << 16 | 24);

/// Writes all bytes; waits where the other end is slow.
pub fn write(bytes: &[u8]) {
    if !virtio::write(bytes) {
        uart::write(bytes);
    }
}

/// Waits until all that was written has left.
pub fn flush() {
    uart::flush();
}

/// Reads what has come in, at most `buf`; 0 when nothing has.
pub fn read(buf: &mut [u8]) -> usize {
    virtio::receive();
    let count = input::take(buf);
    // There is room again for what the line held back.
    uart::resume();
    count
}

/// (columns, rows) as the device says, or as the command line, or a terminal's classic size; `None` if the command line
/// says that the other end is no terminal.
pub fn size() -> Option<(u16, u16)> {
    let given = TERMINAL.load(Relaxed);
    (given != 0).then(|| virtio::size().unwrap_or(((given >> 16) as u16, given as u16)))
}

/// What is known of the other end: its size, or that it is no terminal.
pub fn set_terminal(size: Option<(u16, u16)>) {
    TERMINAL.store(size.map_or(0, |(columns, rows)| u32::from(columns) << 16 | u32::from(rows)), Relaxed);
}

/// The kernel's own lines, on the serial port.
pub struct Log;

impl fmt::Write for Log {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        uart::write(s.as_bytes());
        Ok(())
    }
}

/// Prints a line of the kernel's own.
#[macro_export]
macro_rules! log {
    ($($arg:tt)*) => {{
        use core::fmt::Write as _;
        let _ = writeln!($crate::console::Log, "joist: {}", format_args!($($arg)*));
    }};
}
