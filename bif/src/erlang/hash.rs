//! Hashes and checksums (`utils.c`, `erl_bif_chksum.c`).

use alloc::vec::Vec;

use joist_vm::process::{NativeResult, Process};
use joist_vm::term::hash::{phash, phash2};
use joist_vm::term::{Term, build};

use super::iolist::to_bytes;
use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("phash2", 1, |_, a| Ok(Term::small(i64::from(phash2(a[0]) & 0x7ff_ffff)))),
    ("phash2", 2, |p, a| ranged(p, a[1], u64::from(phash2(a[0])), 0)),
    ("phash", 2, |p, a| ranged(p, a[1], u64::from(phash(a[0])), 1)),
    ("crc32", 1, |p, a| with(p, a[0], crc32fast::hash)),
    ("crc32", 2, |p, a| {
        let seed = word(p, a[0])?;
        with(p, a[1], |b| {
            let mut h = crc32fast::Hasher::new_with_initial(seed);
            h.update(b);
            h.finalize()
        })
    }),
    ("crc32_combine", 3, |p, a| {
        let (x, y, n) = (word(p, a[0])?, word(p, a[1])?, a[2].as_u64().ok_or_else(|| p.badarg())?);
        let mut h = crc32fast::Hasher::new_with_initial_len(x, 0);
        h.combine(&crc32fast::Hasher::new_with_initial_len(y, n));
        Ok(Term::small(i64::from(h.finalize())))
    }),
    ("adler32", 1, |p, a| with(p, a[0], |b| adler(1, b))),
    ("adler32", 2, |p, a| {
        let seed = word(p, a[0])?;
        with(p, a[1], |b| adler(seed, b))
    }),
    ("adler32_combine", 3, |p, a| {
        let (x, y, n) = (word(p, a[0])?, word(p, a[1])?, a[2].as_u64().ok_or_else(|| p.badarg())?);
        Ok(Term::small(i64::from(adler_combine(x, y, n))))
    }),
    ("md5", 1, |p, a| {
        use md5::Digest;
        let Some(bytes) = to_bytes(a[0]) else { return Err(p.badarg()) };
        p.charge(bytes.len() / 100);
        let digest: [u8; 16] = md5::Md5::digest(&bytes).into();
        Ok(build::binary(p, &digest))
    }),
    ("md5_init", 0, |p, _| Ok(build::binary(p, &md5_state::init()))),
    ("md5_update", 2, |p, a| {
        let (Some(state), Some(bytes)) = (a[0].as_binary(), to_bytes(a[1])) else { return Err(p.badarg()) };
        match md5_state::update(&state, &bytes) {
            Some(new) => Ok(build::binary(p, &new)),
            None => Err(p.badarg()),
        }
    }),
    ("md5_final", 1, |p, a| match a[0].as_binary().and_then(|s| md5_state::finish(&s)) {
        Some(digest) => Ok(build::binary(p, &digest)),
        None => Err(p.badarg()),
    }),
];

fn word(p: &mut Process, t: Term) -> Result<u32, joist_vm::process::Bail> {
    t.as_u64().and_then(|v| u32::try_from(v).ok()).ok_or_else(|| p.badarg())
}

fn with(p: &mut Process, t: Term, f: impl FnOnce(&[u8]) -> u32) -> NativeResult {
    let Some(bytes) = to_bytes(t) else { return Err(p.badarg()) };
    p.charge(bytes.len() / 1000);
    Ok(Term::small(i64::from(f(&bytes))))
}

/// A hash in a range of 1 to 2^32 values.
fn ranged(p: &mut Process, range: Term, hash: u64, from: u64) -> NativeResult {
    match range.as_u64() {
        Some(n) if (1..=1 << 32).contains(&n) => Ok(Term::small((hash % n + from) as i64)),
        _ => Err(p.badarg()),
    }
}

fn adler(seed: u32, bytes: &[u8]) -> u32 {
    let mut h = adler2::Adler32::from_checksum(seed);
    h.write_slice(bytes);
    h.checksum()
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

/// An MD5 in progress as a binary: all bytes so far, behind a mark. Stock keeps the digest's inner state there; nothing
/// outside can look into it.
mod md5_state {
    use super::Vec;
    use md5::Digest;

    const MARK: &[u8; 8] = b"joistmd5";

    pub(super) fn init() -> Vec<u8> {
        MARK.to_vec()
    }

    pub(super) fn update(state: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
        state.starts_with(MARK).then(|| [state, bytes].concat())
    }

    pub(super) fn finish(state: &[u8]) -> Option<[u8; 16]> {
        Some(md5::Md5::digest(state.strip_prefix(MARK)?).into())
    }
}
