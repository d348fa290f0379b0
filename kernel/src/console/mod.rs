//! The console: a virtio-console where the machine has one, else the first serial port. Reports of the kernel itself
//! go to the serial port in any case.

pub mod input;
pub mod uart;
pub mod virtio;

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Columns and rows that the loader's command line gave, packed; 0: not given.
static GIVEN_SIZE: AtomicU32 = AtomicU32::new(0);
const DEFAULT_SIZE: (u16, u16) = (80, 24);

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

/// (columns, rows): as the device says, as the command line says, else a terminal's classic size.
pub fn size() -> (u16, u16) {
    let given = GIVEN_SIZE.load(Relaxed);
    let given = (given != 0).then_some(((given >> 16) as u16, given as u16));
    virtio::size().or(given).unwrap_or(DEFAULT_SIZE)
}

/// What the command line says of the terminal's size.
pub fn set_size(columns: u16, rows: u16) {
    GIVEN_SIZE.store(u32::from(columns) << 16 | u32::from(rows), Relaxed);
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
