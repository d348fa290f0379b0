//! How fast the TSC and the LAPIC timer count: as the CPU or the hypervisor says, else measured against the PIT while
//! the rest of the boot goes on.

use super::{kvmclock, pit};
use crate::arch::{apic, cpuid, tsc};

/// The window must not be shorter, or reading the PIT takes too large a part of it.
const WINDOW_TICKS: u16 = (pit::HZ * 4 / 1000) as u16;
/// Cycles after which a PIT that does not count is given up: seconds, whatever the CPU.
const PATIENCE: u64 = 20_000_000_000;

/// A measurement under way.
pub struct Calibration {
    told: Told,
    /// TSC and PIT when the measurement began, if the TSC's rate must be measured.
    pit: Option<(u64, u16)>,
    /// TSC and LAPIC timer, if the latter's rate must be measured.
    apic: Option<(u64, u32)>,
}

/// What the CPU or the hypervisor says: cycles per second.
#[derive(Clone, Copy, Default)]
struct Told {
    tsc: Option<u64>,
    apic: Option<u64>,
}

/// What came out: cycles per second.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    pub tsc: u64,
    /// Only asked for where the timer has no TSC-deadline mode.
    pub apic: u64,
}

fn told() -> Told {
    let ratio = cpuid::leaf(0x15, 0);
    let crystal = u64::from(ratio.ecx);
    if ratio.eax != 0 && ratio.ebx != 0 && crystal != 0 {
        let tsc = crystal * u64::from(ratio.ebx) / u64::from(ratio.eax);
        return Told { tsc: Some(tsc), apic: Some(crystal) };
    }
    if cpuid::hypervisor() {
        let rates = cpuid::leaf(0x4000_0010, 0);
        if cpuid::leaf(0x4000_0000, 0).eax >= 0x4000_0010 && rates.eax != 0 {
            let apic = (rates.ebx != 0).then_some(u64::from(rates.ebx) * 1000);
            return Told { tsc: Some(u64::from(rates.eax) * 1000), apic };
        }
    }
    Told { tsc: kvmclock::tsc_hz(), apic: None }
}

/// TSC and PIT at one time: of several readings the quickest, which was disturbed least.
fn sample() -> (u64, u16) {
    let mut best = (u64::MAX, (0, 0));
    for _ in 0..5 {
        let before = tsc::read();
        let pit = pit::count();
        let after = tsc::read();
        if after - before < best.0 {
            best = (after - before, (before + (after - before) / 2, pit));
        }
    }
    best.1
}

/// Starts measuring, if that is needed: as early as can be, since the rest of the boot fills the window.
pub fn start() -> Calibration {
    let told = told();
    let pit = told.tsc.is_none().then(|| {
        pit::start();
        sample()
    });
    Calibration { told, pit, apic: None }
}

impl Calibration {
    /// Goes on with the LAPIC timer, now that it is enabled.
    pub fn start_apic(&mut self) {
        if cpuid::tsc_deadline() {
            apic::timer_deadline_mode();
            return;
        }
        apic::timer_one_shot_mode();
        if self.told.apic.is_none() {
            apic::timer_count(u32::MAX);
            self.apic = Some((tsc::read(), apic::timer_left()));
        }
    }

    /// Ends the measurement.
    /// # Errors
    /// Neither told nor to be measured.
    pub fn finish(self) -> Result<Rates, &'static str> {
        let tsc = match (self.told.tsc, self.pit) {
            (Some(told), _) => Some(told),
            (None, Some(start)) => measured(start),
            (None, None) => None,
        };
        // The base frequency is a rounded figure, but better than nothing.
        let base = u64::from(cpuid::leaf(0x16, 0).eax) * 1_000_000;
        let tsc = tsc.or((base != 0).then_some(base)).ok_or("no clock to measure the TSC by")?;
        let apic = self.apic.map(|(start, count)| {
            let (now, left) = (tsc::read(), apic::timer_left());
            apic::timer_count(0);
            scale(u64::from(count - left), tsc, now - start)
        });
        Ok(Rates { tsc, apic: apic.or(self.told.apic).unwrap_or(0) })
    }
}

/// `value * numerator / denominator`
fn scale(value: u64, numerator: u64, denominator: u64) -> u64 {
    (u128::from(value) * u128::from(numerator) / u128::from(denominator)) as u64
}

/// The TSC's rate by the PIT; `None` if that does not count.
fn measured(mut start: (u64, u16)) -> Option<u64> {
    let begin = start.0;
    loop {
        let (now, left) = sample();
        if pit::expired() && now - begin <= PATIENCE {
            // The boot took longer than the PIT counts: once more, and wait.
            pit::start();
            start = sample();
            continue;
        }
        let ticks = start.1.wrapping_sub(left);
        if ticks >= WINDOW_TICKS {
            return Some(scale(now - start.0, pit::HZ, u64::from(ticks)));
        }
        if now - begin > PATIENCE {
            return None;
        }
    }
}
