//! Pids, ports and references in the external term format.

use super::out::Out;
use super::scalars::Cursor;
use super::tags::*;
use super::{DecodeError, DecodeOptions, EncodeOptions, atoms, references};
use crate::atom::Atom;
use crate::node::NodeName;
use crate::term::{Alloc, ExternalKind, Pid, PortId, Term, build};

/// The most 32-bit numbers of a reference.
const MAX_REFERENCE_NUMBERS: usize = 5;
/// The first number of a local reference has so many bits.
const FIRST_NUMBER_BITS: u32 = 18;
/// A local port's number has so many bits.
const PORT_BITS: u32 = 60;

/// Is this the name of the local node? Creation 0 is any of its lives.
fn is_local(node: NodeName, name: Atom, creation: u32) -> bool {
    node.name == name && (creation == node.creation || creation == 0)
}

/// The creation behind an old tag (a byte, 0 to 3) or a new one.
fn creation(c: &mut Cursor<'_>, old: bool) -> Result<u32, DecodeError> {
    if !old {
        return c.u32();
    }
    match c.u8()? {
        tiny @ 0..=3 => Ok(u32::from(tiny)),
        _ => Err(DecodeError::Badarg),
    }
}

/// The identifier behind a tag, or none if the tag is no identifier's.
pub fn read<A: Alloc + ?Sized>(
    a: &mut A,
    tag: u8,
    c: &mut Cursor<'_>,
    o: &DecodeOptions<'_>,
) -> Result<Option<Term>, DecodeError> {
    match tag {
        PID_EXT | NEW_PID_EXT => {
            let name = atoms::expect(c, o.safe)?;
            let (number, serial) = (c.u32()?, c.u32()?);
            let creation = creation(c, tag == PID_EXT)?;
            if is_local(o.node, name, creation) {
                if number >> Pid::NUMBER_BITS != 0 {
                    return Err(DecodeError::Badarg);
                }
                return Ok(Some(Term::pid(Pid::new(number, serial))));
            }
            let data = [u64::from(number) | u64::from(serial) << 32];
            Ok(Some(build::external(a, ExternalKind::Pid, name, creation, &data, 0)))
        }
        PORT_EXT | NEW_PORT_EXT | V4_PORT_EXT => {
            let name = atoms::expect(c, o.safe)?;
            let number = if tag == V4_PORT_EXT { c.u64()? } else { u64::from(c.u32()?) };
            let creation = creation(c, tag == PORT_EXT)?;
            if is_local(o.node, name, creation) {
                if number >> PORT_BITS != 0 {
                    return Err(DecodeError::Badarg);
                }
                return Ok(Some(Term::port(PortId(number))));
            }
            Ok(Some(build::external(a, ExternalKind::Port, name, creation, &[number], 0)))
        }
        REFERENCE_EXT | NEW_REFERENCE_EXT | NEWER_REFERENCE_EXT => reference(a, tag, c, o).map(Some),
        _ => Ok(None),
    }
}

fn reference<A: Alloc + ?Sized>(
    a: &mut A,
    tag: u8,
    c: &mut Cursor<'_>,
    o: &DecodeOptions<'_>,
) -> Result<Term, DecodeError> {
    let count = if tag == REFERENCE_EXT { 1 } else { usize::from(c.u16()?) };
    let name = atoms::expect(c, o.safe)?;
    if count == 0 || count > MAX_REFERENCE_NUMBERS {
        return Err(DecodeError::Badarg);
    }
    let mut numbers = [0u32; MAX_REFERENCE_NUMBERS];
    let creation = if tag == REFERENCE_EXT {
        numbers[0] = c.u32()?;
        creation(c, true)?
    } else {
        let creation = creation(c, tag == NEW_REFERENCE_EXT)?;
        for n in &mut numbers[..count] {
            *n = c.u32()?;
        }
        creation
    };
    let local = is_local(o.node, name, creation);
    if numbers[0] >> FIRST_NUMBER_BITS != 0 && (local || tag != NEWER_REFERENCE_EXT) {
        return Err(DecodeError::Badarg);
    }
    if local {
        if count > 3 {
            return Err(DecodeError::Badarg);
        }
        return Ok(references::read(a, [numbers[0], numbers[1], numbers[2]]));
    }
    let mut data = [0u64; 3];
    for (i, n) in numbers[..count].iter().enumerate() {
        data[i / 2] |= u64::from(*n) << (32 * (i % 2));
    }
    Ok(build::external(a, ExternalKind::Reference, name, creation, &data[..count.div_ceil(2)], count))
}

/// Writes an identifier, if the term is one.
pub fn write(t: Term, o: &EncodeOptions, out: &mut impl Out) -> bool {
    if let Some(pid) = t.as_pid() {
        pid_parts(o.node.name, o.node.creation, pid.number(), pid.serial(), o, out);
        return true;
    }
    if let Some(port) = t.as_port() {
        port_parts(o.node.name, o.node.creation, port.0, o, out);
        return true;
    }
    if let Some(r) = t.as_reference() {
        references::written(t);
        reference_parts(o.node.name, o.node.creation, &r.numbers, o, out);
        return true;
    }
    let Some(e) = t.as_external() else { return false };
    match e.kind {
        ExternalKind::Pid => {
            pid_parts(e.node, e.creation, e.data[0] as u32, (e.data[0] >> 32) as u32, o, out);
        }
        ExternalKind::Port => port_parts(e.node, e.creation, e.data[0], o, out),
        ExternalKind::Reference => {
            let mut numbers = [0; MAX_REFERENCE_NUMBERS];
            for (i, n) in numbers[..e.count].iter_mut().enumerate() {
                *n = e.number(i);
            }
            reference_parts(e.node, e.creation, &numbers[..e.count], o, out);
        }
    }
    true
}

fn pid_parts(node: Atom, creation: u32, number: u32, serial: u32, o: &EncodeOptions, out: &mut impl Out) {
    out.put(&[NEW_PID_EXT]);
    atoms::write(node, o, out);
    for word in [number, serial, creation] {
        out.put(&word.to_be_bytes());
    }
}

fn port_parts(node: Atom, creation: u32, number: u64, o: &EncodeOptions, out: &mut impl Out) {
    // Up to OTP 25, numbers of 28 bits take the older tag.
    let old = number < 1 << 28 && !crate::release::at_least(26);
    out.put(&[if old { NEW_PORT_EXT } else { V4_PORT_EXT }]);
    atoms::write(node, o, out);
    if old {
        out.put(&(number as u32).to_be_bytes());
    } else {
        out.put(&number.to_be_bytes());
    }
    out.put(&creation.to_be_bytes());
}

fn reference_parts(node: Atom, creation: u32, numbers: &[u32], o: &EncodeOptions, out: &mut impl Out) {
    out.put(&[NEWER_REFERENCE_EXT]);
    out.put(&(numbers.len() as u16).to_be_bytes());
    atoms::write(node, o, out);
    out.put(&creation.to_be_bytes());
    for n in numbers {
        out.put(&n.to_be_bytes());
    }
}
