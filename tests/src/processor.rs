//! What processes cost. (The kernel's own tests use this file, too.)

use std::time::Duration;

/// Processor time that a process has used, as Linux counts it.
/// # Panics
/// When there is no such process.
#[must_use]
pub fn time_of(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a live process");
    // The second field is the name in parentheses, and may hold anything.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().filter_map(|f| f.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
