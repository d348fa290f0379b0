//! Tests of the kernel by itself, on the machine: `selftest=NAME` on the command line runs one and ends with its
//! status. `tests/kernel` boots them all and looks at what they print.

mod clocks;
mod console;
mod failures;
mod files;
mod interrupts;
mod memory;
mod network;
mod power;
mod workers;

use crate::platform::Machine;
use crate::{exit, log, time};

/// What a test answers: nothing, or what is wrong.
type Outcome = Result<(), &'static str>;

/// Fails the test with a message unless the condition holds.
macro_rules! check {
    ($condition:expr, $message:expr) => {
        if !$condition {
            return Err($message);
        }
    };
}
pub(crate) use check;

type Test = fn(&'static Machine) -> Outcome;

const TESTS: &[(&str, Test)] = &[
    ("boot", |_| Ok(())),
    ("memory", memory::stress),
    ("memory-bench", memory::bench),
    ("memory-map", memory::map),
    ("interrupts", interrupts::stress),
    ("wakeups", workers::wakeups),
    ("parallel", workers::parallel),
    ("timer", clocks::timer),
    ("clocks", clocks::monotonic),
    ("entropy", clocks::entropy),
    ("files", files::all),
    ("archive", files::archive),
    ("write-archive", failures::write_archive),
    ("echo", console::echo),
    ("flood", console::flood),
    ("network-echo", network::echo),
    ("idle", power::idle),
    ("button", power::button),
    ("poweroff", power::off),
    ("panic", failures::panic),
    ("panic-other", failures::panic_other),
    ("write-text", failures::write_text),
    ("write-rodata", failures::write_rodata),
    ("execute-data", failures::execute_data),
    ("null", failures::null),
    ("stack-overflow", failures::stack_overflow),
    ("stack-overflow-other", failures::stack_overflow_other),
    ("invalid-opcode", failures::invalid_opcode),
    ("out-of-memory", failures::out_of_memory),
];

/// Runs a test; never returns.
pub fn run(name: &str, machine: &'static Machine) -> ! {
    if let Some(status) = name.strip_prefix("exit-").and_then(|n| n.parse().ok()) {
        exit::exit(status);
    }
    let Some((_, test)) = TESTS.iter().find(|(n, _)| *n == name) else {
        log!("no selftest {name}");
        exit::exit(2);
    };
    log!("selftest {name}: up after {} us", time::monotonic_ns() / 1000);
    match test(machine) {
        Ok(()) => {
            log!("selftest {name}: ok");
            exit::exit(0)
        }
        Err(why) => {
            log!("selftest {name}: FAILED: {why}");
            exit::exit(1)
        }
    }
}
