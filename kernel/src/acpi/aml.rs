//! Picks the few facts that the kernel needs out of a DSDT without interpreting its byte code: each is a constant that
//! firmware writes in one shape (ACPI specification 6.5, chapters 20 and 6.4). What isn't found so is taken as absent.

use super::MmioDevice;
use crate::arch::ioapic::Mode;
use alloc::vec::Vec;

/// How far behind a device's `_HID` its resources are looked for.
const DEVICE_SPAN: usize = 256;

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let mut from = 0;
    loop {
        // Byte by byte to the first: comparing whole needles everywhere takes a tenth of the boot.
        let at = from + haystack.get(from..)?.iter().position(|&b| b == first)?;
        if haystack[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The bytes behind each occurrence of a hardware id.
fn devices<'a>(dsdt: &'a [u8], id: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = dsdt;
    core::iter::from_fn(move || {
        let at = find(rest, id)?;
        rest = &rest[at + id.len()..];
        // Up to the next device with the same id, so that one without resources doesn't borrow its neighbour's.
        let end = find(rest, id).unwrap_or(rest.len()).min(DEVICE_SPAN);
        Some(&rest[..end])
    })
}

/// An extended interrupt descriptor's first line.
fn interrupt(resources: &[u8]) -> Option<(u32, Mode)> {
    let at = find(resources, &[0x89, 0x06, 0x00])?;
    let flags = *resources.get(at + 3)?;
    let line = u32_at(resources, at + 5)?;
    Some((line, Mode { level: flags & 2 == 0, active_low: flags & 4 != 0 }))
}

/// A 32-bit fixed memory descriptor.
fn memory(resources: &[u8]) -> Option<(u64, usize)> {
    let at = find(resources, &[0x86, 0x09, 0x00])?;
    Some((u64::from(u32_at(resources, at + 4)?), u32_at(resources, at + 8)? as usize))
}

/// The virtio devices in memory.
pub fn virtio_devices(dsdt: &[u8]) -> Vec<MmioDevice> {
    devices(dsdt, b"LNRO0005\0")
        .filter_map(|device| {
            let (base, length) = memory(device)?;
            let (line, mode) = interrupt(device)?;
            Some(MmioDevice { base, length, line, mode })
        })
        .collect()
}

/// The generic event device: the address of its event register, its line.
pub fn event_device(dsdt: &[u8]) -> Option<(u64, u32, Mode)> {
    let device = devices(dsdt, b"ACPI0013\0").next()?;
    let (line, mode) = interrupt(device)?;
    // OperationRegion (EREG, SystemMemory, address, …)
    let region = find(device, b"\x5b\x80EREG\x00")? + 7;
    Some((integer(device.get(region..)?)?.0, line, mode))
}

/// A constant: its value and length.
fn integer(code: &[u8]) -> Option<(u64, usize)> {
    let bytes = match code.first()? {
        small @ (0 | 1) => return Some((u64::from(*small), 1)),
        0x0a => 1,
        0x0b => 2,
        0x0c => 4,
        0x0e => 8,
        _ => return None,
    };
    let value = code.get(1..=bytes)?.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
    Some((value, 1 + bytes))
}

/// The sleep types of `_S5_`, soft off: for PM1a and PM1b.
pub fn soft_off(dsdt: &[u8]) -> Option<(u16, u16)> {
    let at = find(dsdt, b"_S5_\x12")? + 5;
    let code = dsdt.get(at..)?;
    // A package's length takes one byte and those that its two top bits say, then comes the number of elements.
    let header = 1 + usize::from(code.first()? >> 6) + 1;
    let (first, length) = integer(code.get(header..)?)?;
    let second = integer(code.get(header + length..)?).map_or(first, |(value, _)| value);
    Some((first as u16, second as u16))
}
