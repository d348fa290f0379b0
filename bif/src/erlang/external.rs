//! The external term format (`external.c`).

use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::etf::tags::COMPRESSED;
use joist_vm::etf::{
    CodeLinker, Compressor, DecodeError, DecodeOptions, Decoder, EncodeOptions, Encoder, Inflater, Progress, VERSION,
};
use joist_vm::node;
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Bits, Term, build};

use crate::limits::budget;
use crate::slices;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("term_to_binary", 1, |p, a| encode(p, a[0], Term::NIL, |_, b| b)),
    ("term_to_binary", 2, |p, a| encode(p, a[0], a[1], |_, b| b)),
    ("term_to_iovec", 1, |p, a| encode(p, a[0], Term::NIL, |p, b| build::cons(p, b, Term::NIL))),
    ("term_to_iovec", 2, |p, a| encode(p, a[0], a[1], |p, b| build::cons(p, b, Term::NIL))),
    ("binary_to_term", 1, |p, a| decode(p, a[0], Term::NIL)),
    ("binary_to_term", 2, |p, a| decode(p, a[0], a[1])),
    ("external_size", 1, |p, a| size(p, a[0], Term::NIL)),
    ("external_size", 2, |p, a| size(p, a[0], a[1])),
];

fn encode_options(p: &mut Process, list: Term) -> Result<EncodeOptions, Bail> {
    let mut o = EncodeOptions { node: node::this(), ..EncodeOptions::default() };
    for option in term_args::list(p, list)? {
        if option.is(atom::COMPRESSED) {
            o.compression = 6;
        } else if option.is(atom::DETERMINISTIC) {
            o.deterministic = true;
        } else if option.is(atom::LOCAL) {
            // Only a hint on which identifiers come back: ours do in any case.
        } else {
            match option.as_tuple_of::<2>() {
                Some([k, n]) if k.is(atom::COMPRESSED) => {
                    o.compression = n.as_byte().filter(|n| *n <= 9).ok_or_else(|| p.badarg())?;
                }
                Some([k, n]) if k.is(atom::MINOR_VERSION) => {
                    let n = n.as_byte().filter(|n| *n <= 2).ok_or_else(|| p.badarg())?;
                    o = o.minor_version(u32::from(n));
                }
                _ => return Err(p.badarg()),
            }
        }
    }
    Ok(o)
}

/// Terms encoded or decoded for one reduction.
const RATE: usize = 4;

fn encode(p: &mut Process, t: Term, options: Term, answer: fn(&mut Process, Term) -> Term) -> NativeResult {
    let o = encode_options(p, options)?;
    let mut encoder = Some(Encoder::new(t, &o));
    let mut compressor: Option<Compressor> = None;
    p.run_job(move |p: &mut Process| {
        if let Some(compressor) = &mut compressor {
            return compressed(p, compressor).map(|bytes| slices::binary(p, bytes, answer));
        }
        let mut left = budget(p, RATE);
        let before = left;
        let progress = encoder.as_mut()?.run(&mut left);
        p.charge((before - left) / RATE);
        if progress == Progress::Paused {
            return None;
        }
        let bytes = encoder.take()?.uncompressed();
        if o.compression > 0 {
            compressor = Compressor::new(&bytes, o.compression);
            if let Some(compressor) = &mut compressor {
                return compressed(p, compressor).map(|bytes| slices::binary(p, bytes, answer));
            }
        }
        Some(slices::binary(p, bytes, answer))
    })
}

/// Bytes compressed or unpacked for one reduction, and at once.
const COMPRESSED_RATE: usize = 16;
const COMPRESSED_PIECE: usize = 32 * 1024;

/// One piece more.
fn compressed(p: &mut Process, compressor: &mut Compressor) -> Option<Vec<u8>> {
    let done = compressor.step(COMPRESSED_PIECE);
    p.charge(COMPRESSED_PIECE / COMPRESSED_RATE);
    done
}

fn size(p: &mut Process, t: Term, options: Term) -> NativeResult {
    let o = encode_options(p, options)?;
    let mut counter = Encoder::counter(t, &o);
    p.run_job(move |p: &mut Process| {
        let mut left = budget(p, RATE);
        let before = left;
        let progress = counter.run(&mut left);
        p.charge((before - left) / RATE);
        (progress == Progress::Done).then(|| Ok(Term::small(counter.count() as i64)))
    })
}

fn decode(p: &mut Process, t: Term, options: Term) -> NativeResult {
    let (mut safe, mut used) = (false, false);
    for option in term_args::list(p, options)? {
        match option.as_atom() {
            Some(atom::SAFE) => safe = true,
            Some(atom::USED) => used = true,
            _ => return Err(p.badarg()),
        }
    }
    let Some(bits) = t.as_bits().filter(Bits::is_binary) else { return Err(p.badarg()) };
    let bytes = match bits.as_bytes() {
        Some(bytes) => bytes,
        None => bytes_of(p, &bits.to_vec()),
    };
    match bytes {
        [VERSION, COMPRESSED, packed @ ..] => {
            let mut inflater = Inflater::new(packed).map_err(|e| failed(p, e))?;
            p.run_job(move |p: &mut Process| {
                let step = inflater.step(COMPRESSED_PIECE);
                p.charge(COMPRESSED_PIECE / COMPRESSED_RATE);
                Some(match step {
                    Ok(None) => return None,
                    Ok(Some((body, read))) => {
                        let body = bytes_of(p, &body);
                        decode_body(p, body, Some(2 + read), safe, used)
                    }
                    Err(e) => Err(failed(p, e)),
                })
            })
        }
        [VERSION, body @ ..] => decode_body(p, body, None, safe, used),
        _ => Err(p.badarg()),
    }
}

/// `packed`: how many bytes there were, if they were compressed; then nothing may follow the term.
fn decode_body(p: &mut Process, body: &'static [u8], packed: Option<usize>, safe: bool, used: bool) -> NativeResult {
    let o = DecodeOptions { linker: &CodeLinker, node: node::this(), safe };
    let mut decoder = Decoder::new(body);
    p.run_job(move |p: &mut Process| {
        let mut left = budget(p, RATE);
        let before = left;
        let progress = decoder.run(p, &o, &mut left);
        p.charge((before - left) / RATE);
        Some(match progress {
            Ok(Progress::Paused) => return None,
            Err(e) => Err(failed(p, e)),
            Ok(Progress::Done) if packed.is_some() && decoder.used() != body.len() => Err(p.badarg()),
            Ok(Progress::Done) if used => {
                let n = packed.unwrap_or(1 + decoder.used());
                Ok(build::tuple(p, &[decoder.term(), Term::small(n as i64)]))
            }
            Ok(Progress::Done) => Ok(decoder.term()),
        })
    })
}

fn failed(p: &mut Process, e: DecodeError) -> Bail {
    match e {
        DecodeError::SystemLimit => p.system_limit(),
        DecodeError::Badarg => p.badarg(),
    }
}

/// A copy of some bytes that lives as long as nothing of the process's moves.
fn bytes_of(p: &mut Process, bytes: &[u8]) -> &'static [u8] {
    build::binary(p, bytes).as_bits().and_then(|bits| bits.as_bytes()).unwrap_or_default()
}
