//! The hash behind maps and tables: fast, the same for terms that are `=:=`, and the same in every run (atoms hash by
//! name), so that maps are walked in the same order each time.

use alloc::vec::Vec;

use crate::term::compare::zeros_are_distinct;
use crate::term::{Bits, ExternalKind, FunRef, Tag, Term};

#[inline(always)]
fn mix(h: u64, x: u64) -> u64 {
    let p = u128::from(h ^ x) * 0x9e37_79b9_7f4a_7c15_u128;
    ((p as u64) ^ (p >> 64) as u64).rotate_left(23)
}

fn bytes(mut h: u64, bits: &Bits) -> u64 {
    h = mix(h, bits.len as u64);
    let Some(all) = bits.as_bytes() else {
        for i in 0..bits.len.div_ceil(64) {
            let word = (0..8).fold(0, |w, j| w | u64::from(bits.byte(i * 8 + j)) << (8 * j));
            h = mix(h, word).wrapping_add(0x1234_5678_9abc_def1);
        }
        return h;
    };
    let mut chunks = all.chunks_exact(8);
    let mut step = |word| h = mix(h, word).wrapping_add(0x1234_5678_9abc_def1);
    for c in chunks.by_ref() {
        step(u64::from_le_bytes(c.try_into().unwrap_or_default()));
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        step(rest.iter().enumerate().fold(0, |w, (j, b)| w | u64::from(*b) << (8 * j)));
    }
    h
}

/// A hash of the term. Different salts give hashes that have nothing to do with one another.
#[inline]
#[must_use]
pub fn internal(t: Term, salt: u32) -> u64 {
    let seed = mix(0x243f_6a88_85a3_08d3, u64::from(salt));
    if t.is_immediate() { immediate(seed, t, salt) } else { compound(seed, t, salt) }
}

#[inline]
fn immediate(h: u64, t: Term, salt: u32) -> u64 {
    match t.as_atom() {
        None => mix(h, t.raw()),
        Some(atom) if salt == 0 => mix(h, atom.name_hash()),
        // Names whose hashes are the same part under another salt.
        Some(atom) => atom.text().bytes().fold(h, |h, b| mix(h, u64::from(b) + 1).wrapping_add(0x1357_9bdf_0246_8ace)),
    }
}

/// Hashes what is made of terms, in the order of an explicit stack.
fn compound(mut h: u64, t: Term, salt: u32) -> u64 {
    let mut todo: Vec<&'static [Term]> = Vec::new();
    let mut now = t;
    loop {
        // A list's cells are a loop, not a stack.
        while now.is_cons() {
            let [head, tail] = now.cell();
            h = mix(h, 0xc0_5ce1).wrapping_add(7);
            if head.is_immediate() {
                h = immediate(h, *head, salt);
                now = *tail;
                continue;
            }
            todo.push(core::slice::from_ref(tail));
            now = *head;
        }
        h = if now.is_immediate() { immediate(h, now, salt) } else { boxed(h, now, &mut todo) };
        loop {
            let Some(top) = todo.last_mut() else { return h };
            match top {
                [] => {
                    todo.pop();
                }
                [first, rest @ ..] => {
                    now = *first;
                    *top = rest;
                    if top.is_empty() {
                        todo.pop();
                    }
                    break;
                }
            }
        }
    }
}

fn boxed(h: u64, t: Term, todo: &mut Vec<&'static [Term]>) -> u64 {
    let Some(header) = t.header() else { return h };
    // A bitstring is the same wherever its bits are.
    let tag = if header.is(Tag::SubBits) { Tag::HeapBits } else { header.tag() };
    let h = mix(h, 0xb0 + tag as u64).wrapping_add(11);
    match header.tag() {
        Tag::Tuple | Tag::FlatMap | Tag::HashMap | Tag::HamtNode => {
            todo.push(t.term_words());
            mix(h, header.arity() as u64)
        }
        Tag::Record => t.as_record().map_or(h, |r| {
            todo.push(r.values);
            mix(h, u64::from(r.definition_hash()))
        }),
        Tag::Float => {
            let bits = t.words()[0];
            mix(h, if bits == 1 << 63 && !zeros_are_distinct() { 0 } else { bits })
        }
        Tag::PosBig | Tag::NegBig => t.words().iter().fold(h, |h, limb| mix(h, *limb).wrapping_add(13)),
        Tag::HeapBits | Tag::SubBits => t.as_bits().map_or(h, |bits| bytes(h, &bits)),
        Tag::Ref => t.as_reference().map_or(h, |r| {
            let [w0, w1] = r.to_words();
            mix(mix(h, w0), w1)
        }),
        Tag::External => t.as_external().map_or(h, |e| {
            let h = mix(mix(h, e.node.name_hash()), u64::from(e.creation) | (e.kind as u64) << 32);
            if e.kind != ExternalKind::Reference {
                return mix(h, e.data[0]);
            }
            // Trailing zeros do not tell references apart.
            let n = (0..e.count).rposition(|i| e.number(i) != 0).map_or(0, |i| i + 1);
            (0..n).fold(h, |h, i| mix(h, u64::from(e.number(i))).wrapping_add(17))
        }),
        Tag::Fun | Tag::Export => t.as_fun().map_or(h, |f| match f.code {
            FunRef::Local(e) => {
                todo.push(f.env);
                let id = u64::from(e.index) << 32 | u64::from(e.old_uniq);
                mix(mix(mix(h, e.module.name_hash()), id), f.env.len() as u64)
            }
            FunRef::External(e) => {
                mix(mix(mix(h, e.mfa.module.name_hash()), e.mfa.function.name_hash()), u64::from(e.mfa.arity))
            }
        }),
        Tag::MatchContext | Tag::BinRef => h,
    }
}
