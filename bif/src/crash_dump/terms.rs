//! Terms as a dump has them: an immediate in place, anything else as `H` and its address, with a line of its own for
//! what is there (`dump_element` and `heap_dump` in `erl_process_dump.c`).

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{Result, Write};

use joist_vm::etf::{self, EncodeOptions};
use joist_vm::map::MapIter;
use joist_vm::term::{FunRef, Term};
use joist_vm::{atom::Atom, code};

const fn address(t: Term) -> u64 {
    t.raw() & !7
}

/// A term in its place.
pub(super) fn element(t: Term) -> String {
    match t.as_atom() {
        Some(a) => format!("A{:X}:{}", a.text().len(), a.text()),
        None if t.is_nil() => "N".into(),
        None if !t.is_immediate() => format!("H{:X}", address(t)),
        None if t.is_pid() => format!("P{t}"),
        None if t.is_port() => format!("{t}").replace("#Port", "p"),
        None => format!("I{t}"),
    }
}

fn elements(out: &mut dyn Write, terms: &[Term]) -> Result {
    terms.iter().enumerate().try_for_each(|(i, t)| write!(out, "{}{}", if i == 0 { "" } else { "," }, element(*t)))
}

/// What one process's terms consist of.
#[derive(Default)]
pub(super) struct Heap {
    /// Terms whose parts are to be written.
    pub(super) roots: Vec<Term>,
    written: BTreeSet<u64>,
    /// Tuples that are no terms of the process: those of its dictionary.
    pairs: Vec<(u64, Term, Term)>,
    made: u64,
}

/// A bitstring of more bytes has a section of its own.
const SMALL: usize = 64;

impl Heap {
    /// An address that no term has, as those are multiples of 8.
    fn made_address(&mut self) -> u64 {
        self.made += 1;
        self.made * 8 + 1
    }

    /// A pair to be written as a tuple; answers its address.
    pub(super) fn pair(&mut self, key: Term, value: Term) -> u64 {
        let at = self.made_address();
        self.pairs.push((at, key, value));
        self.roots.extend([key, value]);
        at
    }

    /// Writes a line for each part of the roots.
    pub(super) fn dump(mut self, out: &mut dyn Write) -> Result {
        for (at, key, value) in core::mem::take(&mut self.pairs) {
            writeln!(out, "{at:X}:t2:{},{}", element(key), element(value))?;
        }
        let mut large = Vec::new();
        while let Some(t) = self.roots.pop() {
            if t.is_immediate() || !self.written.insert(address(t)) {
                continue;
            }
            if t.as_bits().is_some_and(|b| b.len > SMALL * 8) {
                large.push(t);
            }
            self.part(out, t)?;
        }
        // Sections of their own come behind the heap's.
        for t in large {
            let bytes = bytes(t);
            writeln!(out, "=binary:{:X}\n{:X}:{}", address(t) + 1, bytes.len(), base64(&bytes))?;
        }
        Ok(())
    }

    fn part(&mut self, out: &mut dyn Write, t: Term) -> Result {
        let at = address(t);
        if let Some((head, tail)) = t.as_cons() {
            self.roots.extend([head, tail]);
            return writeln!(out, "{at:X}:l{}|{}", element(head), element(tail));
        }
        if t.is_map() {
            let (keys, values): (Vec<Term>, Vec<Term>) = MapIter::new(t).unzip();
            let place = self.made_address();
            write!(out, "{place:X}:t{:X}:", keys.len())?;
            elements(out, &keys)?;
            write!(out, "\n{at:X}:Mf{:X}:H{place:X}:", values.len())?;
            elements(out, &values)?;
            self.roots.extend(keys.into_iter().chain(values));
            return writeln!(out);
        }
        write!(out, "{at:X}:")?;
        if let Some(tuple) = t.as_tuple() {
            write!(out, "t{:X}:", tuple.len())?;
            elements(out, tuple)?;
            self.roots.extend_from_slice(tuple);
        } else if let Some(f) = t.as_float() {
            let text = format!("{f:.20e}");
            write!(out, "F{:X}:{text}", text.len())?;
        } else if t.is_integer() {
            write!(out, "B{t}")?;
        } else if let Some(bits) = t.as_bits() {
            let size = bits.len.div_ceil(8);
            if size > SMALL {
                // The section's address is its own, one behind the term's.
                write!(out, "Yc{:X}:0:{size:X}", at + 1)?;
            } else {
                write!(out, "Yh{size:X}:{}", base64(&bytes(t)))?;
            }
        } else if let Some(external) = external(t) {
            write!(out, "E{:X}:{}", external.len(), base64(&external))?;
        } else {
            // A match context, whose bits are those of a binary that is there too.
            write!(out, "t0:")?;
        }
        writeln!(out)
    }
}

/// In the external format: references, what belongs to other nodes, native records; funs without what they hold, as stock does it.
fn external(t: Term) -> Option<Vec<u8>> {
    let Some(fun) = t.as_fun() else {
        let is = t.is_pid() || t.is_port() || t.is_reference() || t.as_record().is_some();
        return is.then(|| etf::encode(t, &EncodeOptions::default()));
    };
    let mfa = match fun.code {
        FunRef::External(export) => export.mfa,
        FunRef::Local(entry) => code::locate(entry.address())?.mfa,
    };
    let atom = |a: Atom| -> Vec<u8> {
        let text = a.text().as_bytes();
        let length = (text.len() as u16).to_be_bytes();
        [&[ATOM_UTF8], &length[..], text].concat()
    };
    Some([&[MAGIC, EXPORT], &atom(mfa.module)[..], &atom(mfa.function), &[SMALL_INTEGER, fun.arity() as u8]].concat())
}

/// Tags of the external format.
const MAGIC: u8 = 131;
const EXPORT: u8 = 113;
const ATOM_UTF8: u8 = 118;
const SMALL_INTEGER: u8 = 97;

/// A bitstring's bytes, the last one filled with zeros.
fn bytes(t: Term) -> Vec<u8> {
    t.as_bits().map_or_else(Vec::new, |b| b.to_vec())
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let group = part.iter().fold(0_u32, |g, b| g << 8 | u32::from(*b)) << (8 * (3 - part.len()));
        for i in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= part.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(super::base64(bytes.as_bytes()), text);
        }
    }
}
