//! The real-time clock in CMOS memory (Motorola MC146818 data sheet), which keeps UTC by QEMU's and the clouds' habit.

use crate::arch::port::Port;

// SAFETY: the RTC's ports don't reach memory.
const INDEX: Port = unsafe { Port::new(0x70) };
// SAFETY: as above.
const DATA: Port = unsafe { Port::new(0x71) };

/// Where most firmware keeps the century.
const CENTURY: u8 = 0x32;
const UPDATE_IN_PROGRESS: u8 = 0x80;

fn register(index: u8) -> u8 {
    INDEX.write(index);
    DATA.read()
}

/// The fields of one reading: seconds, minutes, hours, day, month, year, century.
fn fields() -> [u8; 7] {
    [0, 2, 4, 7, 8, 9, CENTURY].map(register)
}

/// Seconds since the Unix epoch; `None` without a clock, or with one that shows no date.
pub fn unix_seconds() -> Option<i64> {
    for _ in 0..1000 {
        if register(0xa) & UPDATE_IN_PROGRESS != 0 {
            core::hint::spin_loop();
            continue;
        }
        let first = fields();
        if first == fields() {
            return decode(first, register(0xb));
        }
    }
    None
}

fn decode(fields: [u8; 7], status: u8) -> Option<i64> {
    let (binary, whole_day) = (status & 4 != 0, status & 2 != 0);
    let number = |byte: u8| if binary { i64::from(byte) } else { i64::from(byte >> 4) * 10 + i64::from(byte & 15) };
    let [second, minute, hour, day, month, year, century] = fields;
    let afternoon = !whole_day && hour & 0x80 != 0;
    let mut hour = number(if whole_day { hour } else { hour & 0x7f });
    if !whole_day {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let century = match number(century) {
        c @ 19..=29 => c,
        _ => 20,
    };
    let (year, month, day) = (century * 100 + number(year), number(month), number(day));
    let (second, minute) = (number(second), number(minute));
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that the leap day comes
/// last and the months' lengths follow a line.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
