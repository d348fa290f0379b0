//! Tests of the kernel by itself, on the machine: `selftest=NAME` on the command line runs one and ends with its
//! status. `tests/kernel` boots them all.

use crate::exit;
use crate::log;
use crate::time;

/// The test that the command line asks for.
pub fn requested(command_line: &'static [u8]) -> Option<&'static str> {
    let mut words = command_line.split(u8::is_ascii_whitespace);
    words.find_map(|word| core::str::from_utf8(word.strip_prefix(b"selftest=")?).ok())
}

/// Runs a test; never returns.
pub fn run(name: &str) -> ! {
    log!("selftest {name}: up after {} us", time::monotonic_ns() / 1000);
    exit::exit(0)
}
