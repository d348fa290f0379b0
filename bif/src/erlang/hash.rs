//! Hashes and checksums (`utils.c`, `erl_bif_chksum.c`).

use alloc::vec::Vec;

use joist_vm::process::{NativeResult, Process};
use joist_vm::term::hash::{Hasher, phash};
use joist_vm::term::{Term, build};

use super::iolist::{self, Part};
use crate::limits::budget;
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("phash2", 1, |p, a| phash2(p, a[0], |_, hash| Ok(Term::small(i64::from(hash & 0x7ff_ffff))))),
    ("phash2", 2, |p, a| {
        let range = a[1];
        // A bad range is told before any work.
        ranged(p, range, 0, 0)?;
        phash2(p, a[0], move |p, hash| ranged(p, range, u64::from(hash), 0))
    }),
    ("phash", 2, |p, a| ranged(p, a[1], u64::from(phash(a[0])), 1)),
    ("crc32", 1, |p, a| crc32(p, a[0], 0)),
    ("crc32", 2, |p, a| {
        let seed = word(p, a[0])?;
        crc32(p, a[1], seed)
    }),
    ("crc32_combine", 3, |p, a| {
        let (x, y, n) = (word(p, a[0])?, word(p, a[1])?, a[2].as_u64().ok_or_else(|| p.badarg())?);
        if n == 0 {
            // The second is a checksum of nothing, 0; where it isn't, zlib's sum shows it.
            return Ok(Term::small(i64::from(x ^ y)));
        }
        let mut h = crc32fast::Hasher::new_with_initial_len(x, 0);
        h.combine(&crc32fast::Hasher::new_with_initial_len(y, n));
        Ok(Term::small(i64::from(h.finalize())))
    }),
    ("adler32", 1, |p, a| adler32(p, a[0], 1)),
    ("adler32", 2, |p, a| {
        let seed = word(p, a[0])?;
        adler32(p, a[1], seed)
    }),
    ("adler32_combine", 3, |p, a| {
        let (x, y, n) = (word(p, a[0])?, word(p, a[1])?, a[2].as_u64().ok_or_else(|| p.badarg())?);
        Ok(Term::small(i64::from(if n == 0 { x } else { adler_combine(x, y, n) })))
    }),
    ("md5", 1, |p, a| digest(p, a[0], md5::Md5::default(), md5_bytes, md5_end)),
    ("md5_init", 0, |p, _| md5_state::term(p, &md5::Md5::default())),
    ("md5_update", 2, |p, a| {
        let state = md5_state::read(p, a[0])?;
        digest(p, a[1], state, md5_bytes, |p, h| md5_state::term(p, &h))
    }),
    ("md5_final", 1, |p, a| {
        let state = md5_state::read(p, a[0])?;
        md5_end(p, state)
    }),
];

fn md5_bytes(h: &mut md5::Md5, bytes: &[u8]) {
    md5::Digest::update(h, bytes);
}

fn md5_end(p: &mut Process, h: md5::Md5) -> NativeResult {
    Ok(build::binary(p, &md5::Digest::finalize(h)))
}

fn word(p: &mut Process, t: Term) -> Result<u32, joist_vm::process::Bail> {
    t.as_u64().and_then(|v| u32::try_from(v).ok()).ok_or_else(|| p.badarg())
}

/// Feeds an io list to a digest, in slices.
fn digest<H: 'static>(
    p: &mut Process,
    t: Term,
    state: H,
    update: fn(&mut H, &[u8]),
    finish: fn(&mut Process, H) -> NativeResult,
) -> NativeResult {
    let visit = |s: &mut Digest<H>, part| {
        match part {
            Part::Byte(b) => s.pending.push(b),
            Part::Bits(bits) => {
                let Some(bytes) = bits.bytes() else { return false };
                s.flush();
                (s.update)(&mut s.state, &bytes);
            }
        }
        if s.pending.len() >= 4096 {
            s.flush();
        }
        true
    };
    iolist::fold(p, t, Digest { state, update, pending: Vec::new() }, visit, move |p, mut s| {
        s.flush();
        finish(p, s.state)
    })
}

/// A digest in progress, with bytes that it has not seen yet.
struct Digest<H> {
    state: H,
    update: fn(&mut H, &[u8]),
    pending: Vec<u8>,
}

impl<H> Digest<H> {
    fn flush(&mut self) {
        (self.update)(&mut self.state, &self.pending);
        self.pending.clear();
    }
}

fn crc32(p: &mut Process, t: Term, seed: u32) -> NativeResult {
    let h = crc32fast::Hasher::new_with_initial(seed);
    digest(p, t, h, crc32fast::Hasher::update, |_, h| Ok(Term::small(i64::from(h.finalize()))))
}

fn adler32(p: &mut Process, t: Term, seed: u32) -> NativeResult {
    let h = adler2::Adler32::from_checksum(seed);
    digest(p, t, h, adler2::Adler32::write_slice, |_, h| Ok(Term::small(i64::from(h.checksum()))))
}

/// What `answer` makes of a term's hash.
fn phash2(p: &mut Process, t: Term, answer: impl Fn(&mut Process, u32) -> NativeResult + 'static) -> NativeResult {
    // Terms hashed for one reduction.
    const RATE: usize = 4;
    let mut hasher = Hasher::new(t);
    p.run_job(move |p: &mut Process| {
        let mut left = budget(p, RATE);
        let before = left;
        let hash = hasher.run(&mut left);
        p.charge((before - left) / RATE);
        hash.map(|hash| answer(p, hash))
    })
}

/// A hash in a range of 1 to 2^32 values.
fn ranged(p: &mut Process, range: Term, hash: u64, from: u64) -> NativeResult {
    match range.as_u64() {
        Some(n) if (1..=1 << 32).contains(&n) => Ok(Term::small((hash % n + from) as i64)),
        _ => Err(p.badarg()),
    }
}

/// The checksum of two pieces from theirs and the second's length.
fn adler_combine(x: u32, y: u32, n: u64) -> u32 {
    const BASE: u64 = 65521;
    let rem = n % BASE;
    let (x1, x2) = (u64::from(x & 0xffff), u64::from(x >> 16));
    let (y1, y2) = (u64::from(y & 0xffff), u64::from(y >> 16));
    let low = (x1 + y1 + BASE - 1) % BASE;
    let high = (x2 + y2 + rem * (x1 + BASE - 1)) % BASE;
    (high << 16 | low) as u32
}

/// An MD5 in progress as a binary of as many bytes as stock's.
mod md5_state {
    use super::{Process, Term, build};
    use joist_vm::process::{Bail, NativeResult};
    use md5::Md5;
    use md5::digest::common::hazmat::{SerializableState, SerializedState};

    pub(super) fn term(p: &mut Process, h: &Md5) -> NativeResult {
        Ok(build::binary(p, &h.serialize()))
    }

    pub(super) fn read(p: &mut Process, t: Term) -> Result<Md5, Bail> {
        let state = t.as_binary().and_then(|b| SerializedState::<Md5>::try_from(&b[..]).ok());
        state.and_then(|s| Md5::deserialize(&s).ok()).ok_or_else(|| p.badarg())
    }
}
