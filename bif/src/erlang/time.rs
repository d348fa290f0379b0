//! Clocks and calendars (`erl_bif_info.c`, `time.c`).

use alloc::vec::Vec;

use joist_vm::atom;
pub(crate) use joist_vm::clock::{monotonic, monotonic_of, unique};
use joist_vm::clock::{offset, system, timestamp, unique_us};
use joist_vm::number::arith;
use joist_vm::platform::platform;
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("monotonic_time", 0, |p, _| Ok(build::integer(p, monotonic()))),
    ("monotonic_time", 1, |p, a| convert(p, monotonic(), a[0])),
    ("system_time", 0, |p, _| Ok(build::integer(p, system()))),
    ("system_time", 1, |p, a| convert(p, system(), a[0])),
    ("time_offset", 0, |p, _| Ok(build::integer(p, offset()))),
    ("time_offset", 1, |p, a| convert(p, offset(), a[0])),
    ("timestamp", 0, |p, _| Ok(timestamp(p, system() / 1000))),
    ("now", 0, |p, _| {
        let us = unique_us();
        Ok(timestamp(p, us))
    }),
    ("unique_integer", 0, |p, _| Ok(build::integer(p, unique()))),
    ("unique_integer", 1, |p, a| {
        for o in term_args::list(p, a[0])? {
            match o.as_atom() {
                Some(n) if n.text() == "positive" || n.text() == "monotonic" => {}
                _ => return Err(p.badarg()),
            }
        }
        Ok(build::integer(p, unique()))
    }),
    ("date", 0, |p, _| {
        let (date, _) = split(local_now());
        Ok(small_tuple(p, &date))
    }),
    ("time", 0, |p, _| {
        let (_, time) = split(local_now());
        Ok(small_tuple(p, &time))
    }),
    ("localtime", 0, |p, _| Ok(date_time(p, local_now()))),
    ("universaltime", 0, |p, _| Ok(date_time(p, system().div_euclid(1_000_000_000)))),
    ("universaltime_to_localtime", 1, |p, a| {
        let s = seconds(p, a[0], LOCAL_SINCE)?;
        let (east, _) = platform().local_offset(s);
        Ok(date_time(p, s + i64::from(east)))
    }),
    ("localtime_to_universaltime", 2, |p, a| {
        let s = seconds(p, a[0], LOCAL_SINCE)?;
        if !(a[1].is(atom::TRUE) || a[1].is(atom::FALSE) || a[1].is(atom::UNDEFINED)) {
            return Err(p.badarg());
        }
        // The offset depends on the time itself: guess, then look again.
        let (east, _) = platform().local_offset(s);
        let (east, _) = platform().local_offset(s - i64::from(east));
        Ok(date_time(p, s - i64::from(east)))
    }),
    ("posixtime_to_universaltime", 1, |p, a| match a[0].as_i64() {
        Some(s) if (-67_768_100_567_971_200..=67_767_976_233_532_799).contains(&s) => Ok(date_time(p, s)),
        _ => Err(p.badarg()),
    }),
    ("universaltime_to_posixtime", 1, |p, a| {
        let s = seconds(p, a[0], UNIVERSAL_SINCE)?;
        Ok(build::integer(p, s))
    }),
];

/// Nanoseconds of a second.
const NS: i128 = 1_000_000_000;

/// Nanoseconds in another unit: an atom, or parts per second.
pub(crate) fn convert(p: &mut Process, ns: i64, unit: Term) -> NativeResult {
    let per_second = match unit.as_atom().map(|a| a.text()) {
        Some("second" | "seconds") => Some(1),
        Some("millisecond" | "milli_seconds") => Some(1000),
        Some("microsecond" | "micro_seconds") => Some(1_000_000),
        Some("nanosecond" | "nano_seconds" | "native" | "perf_counter") => return Ok(build::integer(p, ns)),
        Some(_) => return Err(p.badarg()),
        None => match unit.as_i64() {
            Some(n) if n > 0 => Some(n),
            None if unit.as_big().is_some_and(|b| !b.0) => None,
            _ => return Err(p.badarg()),
        },
    };
    let scaled = per_second.map(|n| (i128::from(ns) * i128::from(n)).div_euclid(NS));
    if let Some(n) = scaled.and_then(|n| i64::try_from(n).ok()) {
        return Ok(build::integer(p, n));
    }
    // Rounded down, as above.
    let mut work = || {
        let down = Term::small(if ns < 0 { NS as i64 - 1 } else { 0 });
        let ns = build::integer(p, ns);
        let scaled = arith::mul(p, ns, unit)?;
        let scaled = arith::sub(p, scaled, down)?;
        arith::div(p, scaled, Term::small(NS as i64))
    };
    work().map_err(|_| p.badarg())
}

fn local_now() -> i64 {
    let s = system().div_euclid(1_000_000_000);
    s + i64::from(platform().local_offset(s).0)
}

fn small_tuple(p: &mut Process, items: &[i64]) -> Term {
    let items: Vec<Term> = items.iter().map(|n| build::integer(p, *n)).collect();
    build::tuple(p, &items)
}

fn date_time(p: &mut Process, seconds: i64) -> Term {
    let (date, time) = split(seconds);
    let (date, time) = (small_tuple(p, &date), small_tuple(p, &time));
    build::tuple(p, &[date, time])
}

/// POSIX seconds as date and time (Howard Hinnant's `civil_from_days`, in the public domain, as a formula).
pub(crate) fn split(seconds: i64) -> ([i64; 3], [i64; 3]) {
    let (days, s) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    ([year, month, doy - (153 * mp + 2) / 5 + 1], [s / 3600, s / 60 % 60, s % 60])
}

/// The first years that stock knows of.
const LOCAL_SINCE: i64 = 1902;
const UNIVERSAL_SINCE: i64 = 1600;

/// `{{Y, M, D}, {H, Mi, S}}` as POSIX seconds.
fn seconds(p: &mut Process, t: Term, since: i64) -> Result<i64, Bail> {
    let parts = t.as_tuple_of::<2>().and_then(|[date, time]| {
        let three =
            |t: Term| t.as_tuple_of::<3>().and_then(|t| Some([t[0].as_small()?, t[1].as_small()?, t[2].as_small()?]));
        Some((three(*date)?, three(*time)?))
    });
    let Some(([y, m, d], [h, mi, s])) = parts else { return Err(p.badarg()) };
    let leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    let last = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let ok = (1..=12).contains(&m)
        && (since..i64::from(i32::MAX)).contains(&y)
        && (1..=last[(m - 1) as usize]).contains(&d)
        && (0..24).contains(&h)
        && (0..60).contains(&mi)
        && (0..60).contains(&s);
    if !ok {
        return Err(p.badarg());
    }
    let y = if m <= 2 { y - 1 } else { y };
    let (era, yoe) = (y.div_euclid(400), y.rem_euclid(400));
    let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    Ok((era * 146_097 + doe - 719_468) * 86_400 + h * 3600 + mi * 60 + s)
}
