//! How fast the TSC and the LAPIC timer count: as the CPU or the hypervisor says, else measured against the PIT while
//! the rest of the boot goes on.

use super::{kvmclock, pit};
use crate::arch::{apic, cpuid, tsc};

/// The window must not be shorter, or reading the PIT takes too large a part of it.
const WINDOW_TICKS: u16 = (pit::HZ * 4 / 1000) as u16;

/// A measurement under way.
pub struct Calibration {
    known_tsc: Option<u64>,
    known_apic: Option<u64>,
    start: Option<Sample>,
}

#[derive(Clone, Copy)]
struct Sample {
    tsc: u64,
    apic: u32,
    pit: u16,
}

/// What came out: cycles per second.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    pub tsc: u64,
    /// Only asked for where the timer has no TSC-deadline mode.
    pub apic: u64,
}

/// Starts the measurement, if one is needed. The APIC must be enabled.
pub fn start() -> Calibration {
    let (known_tsc, known_apic) = told();
    let apic_matters = !cpuid::tsc_deadline();
    if !apic_matters {
        apic::timer_deadline_mode();
    } else {
        apic::timer_one_shot_mode();
        x86_64::instructions::interrupts::without_interrupts(|| apic::timer_count(u32::MAX));
    }
    let known_apic = known_apic.or((!apic_matters).then_some(0));
    let needed = known_tsc.is_none() || known_apic.is_none();
    let start = needed.then(|| {
        pit::start();
        sample()
    });
    Calibration { known_tsc, known_apic, start }
}

/// What CPUID or the hypervisor says of (TSC, LAPIC timer).
fn told() -> (Option<u64>, Option<u64>) {
    let ratio = cpuid::leaf(0x15, 0);
    let crystal = u64::from(ratio.ecx);
    if ratio.eax != 0 && ratio.ebx != 0 && crystal != 0 {
        return (Some(crystal * u64::from(ratio.ebx) / u64::from(ratio.eax)), Some(crystal));
    }
    if cpuid::hypervisor() {
        let rates = cpuid::leaf(0x4000_0010, 0);
        if cpuid::leaf(0x4000_0000, 0).eax >= 0x4000_0010 && rates.eax != 0 {
            let apic = (rates.ebx != 0).then_some(u64::from(rates.ebx) * 1000);
            return (Some(u64::from(rates.eax) * 1000), apic);
        }
    }
    (kvmclock::tsc_hz(), None)
}

/// One reading of all three; of several the quickest, which was disturbed least.
fn sample() -> Sample {
    let mut best = (u64::MAX, Sample { tsc: 0, apic: 0, pit: 0 });
    for _ in 0..5 {
        let before = tsc::read();
        let pit = pit::count();
        let after = tsc::read();
        let apic = apic::timer_left();
        if after - before < best.0 {
            best = (after - before, Sample { tsc: before + (after - before) / 2, apic, pit });
        }
    }
    best.1
}

impl Calibration {
    /// Ends the measurement.
    /// # Errors
    /// Neither told nor to be measured.
    pub fn finish(self) -> Result<Rates, &'static str> {
        let Some(start) = self.start else {
            return Ok(Rates { tsc: self.known_tsc.unwrap_or(0), apic: self.known_apic.unwrap_or(0) });
        };
        let mut tries = 10_000_000;
        let (end, ticks) = loop {
            let end = sample();
            // The PIT counts down, through zero.
            let ticks = start.pit.wrapping_sub(end.pit);
            if ticks >= WINDOW_TICKS {
                break (end, ticks);
            }
            tries -= 1;
            if tries == 0 || (end.tsc - start.tsc > 20_000_000_000) {
                let base = u64::from(cpuid::leaf(0x16, 0).eax) * 1_000_000;
                let tsc = self.known_tsc.or((base != 0).then_some(base)).ok_or("no clock to measure the TSC by")?;
                return Ok(Rates { tsc, apic: self.known_apic.unwrap_or(1_000_000_000) });
            }
        };
        let per_second = |count: u64| (u128::from(count) * u128::from(pit::HZ) / u128::from(ticks)) as u64;
        let rates = Rates {
            tsc: self.known_tsc.unwrap_or_else(|| per_second(end.tsc - start.tsc)),
            apic: self.known_apic.unwrap_or_else(|| per_second(u64::from(start.apic - end.apic))),
        };
        apic::timer_count(0);
        Ok(rates)
    }
}
