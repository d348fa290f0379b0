//! `zlib`: compression as a stream (`zlib_nif.c`, `zlib.erl`). What is packed is what stock packs, byte for byte.

pub mod probe;
mod stream;

use alloc::sync::Arc;

use joist_vm::atom::{self, Atom};
use joist_vm::heap::{self, OwnedTerm};
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term, build};

use crate::erlang::iolist;
use crate::table::Binding;
use crate::term_args;
use stream::{AtEnd, Failure, Outcome, Stream};

pub(crate) const BINDINGS: &[Binding] = &[
    ("open_nif", 0, |p, _| {
        let state = Mutex::new(State { stream: Stream::new(), owner: p.pid(), stash: None, buffer_size: 4000 });
        let z: Arc<dyn core::any::Any + Send + Sync> = Arc::new(Z(state));
        Ok(build::magic_reference(p, make_reference(), z))
    }),
    ("close_nif", 1, |p, a| {
        let z = owned(p, a[0])?;
        let mut z = z.0.lock();
        let open = z.stream.close();
        z.stash = None;
        drop(z);
        if open { done() } else { Err(p.error_atom(Atom::new("not_initialized"))) }
    }),
    ("set_controller_nif", 2, |p, a| {
        let z = owned(p, a[0])?;
        let to = term_args::local_pid(p, a[1])?;
        z.0.lock().owner = to;
        done()
    }),
    ("deflateInit_nif", 6, |p, a| {
        let n = integers(p, &a[1..])?;
        unit(p, a, |s| s.start_deflate(n[0], n[1], n[2], n[3], n[4]))
    }),
    ("deflateSetDictionary_nif", 2, |p, a| {
        let bytes = data(p, a[1])?;
        match run(p, a, |s| s.set_deflate_dictionary(&bytes))? {
            Ok(adler) => Ok(Term::small(as_int(adler))),
            Err(f) => fail(p, f),
        }
    }),
    ("deflateReset_nif", 1, |p, a| reset(p, a, Stream::reset_deflate)),
    ("deflateEnd_nif", 1, |p, a| reset(p, a, Stream::end_deflate)),
    ("deflateParams_nif", 3, |p, a| {
        let n = integers(p, &a[1..])?;
        unit(p, a, |s| s.set_params(n[0], n[1]))
    }),
    ("deflate_nif", 4, |p, a| codec(p, a, Stream::deflate)),
    ("inflateInit_nif", 3, |p, a| {
        let n = integers(p, &a[1..])?;
        let at_end = match n[1] {
            0 => AtEnd::Error,
            1 => AtEnd::Reset,
            _ => AtEnd::Cut,
        };
        unit(p, a, |s| s.start_inflate(n[0], at_end))
    }),
    ("inflateSetDictionary_nif", 2, |p, a| {
        let bytes = data(p, a[1])?;
        unit(p, a, |s| s.set_inflate_dictionary(&bytes))
    }),
    ("inflateGetDictionary_nif", 1, |p, a| match run(p, a, |s| s.dictionary().map(<[u8]>::to_vec))? {
        Ok(bytes) => Ok(build::binary(p, &bytes)),
        Err(f) => fail(p, f),
    }),
    ("inflateReset_nif", 1, |p, a| reset(p, a, Stream::reset_inflate)),
    ("inflateEnd_nif", 1, |p, a| reset(p, a, Stream::end_inflate)),
    ("inflate_nif", 4, |p, a| codec(p, a, Stream::inflate)),
    ("crc32_nif", 1, |p, a| match run(p, a, Stream::crc)? {
        Ok(crc) => Ok(Term::small(crc.into())),
        Err(f) => fail(p, f),
    }),
    ("getStash_nif", 1, |p, a| {
        let z = owned(p, a[0])?;
        let z = z.0.lock();
        let Some(stash) = &z.stash else { return Ok(Term::atom(Atom::new("empty"))) };
        let stash = heap::copy(p, stash.get());
        Ok(build::tuple(p, &[Term::atom(atom::OK), stash]))
    }),
    ("clearStash_nif", 1, |p, a| {
        let taken = owned(p, a[0])?.0.lock().stash.take();
        if taken.is_some() { done() } else { Err(p.error_atom(atom::ERROR)) }
    }),
    ("setStash_nif", 2, |p, a| {
        let mut z = owned(p, a[0])?.0.lock();
        if z.stash.is_some() {
            return Err(p.error_atom(atom::ERROR));
        }
        z.stash = Some(OwnedTerm::new(a[1]));
        done()
    }),
    ("getBufSize_nif", 1, |p, a| {
        let size = owned(p, a[0])?.0.lock().buffer_size;
        Ok(Term::small(size))
    }),
    ("setBufSize_nif", 2, |p, a| {
        let z = owned(p, a[0])?;
        let size = integers(p, &a[1..])?[0];
        z.0.lock().buffer_size = size.into();
        done()
    }),
    ("enqueue_nif", 2, |p, a| {
        let list = term_args::list(p, a[1])?;
        if list.iter().any(|t| !t.is_binary()) {
            return Err(p.badarg());
        }
        unit(p, a, |s| s.enqueue(list.iter().filter_map(|t| t.as_binary())))
    }),
];

struct Z(Mutex<State>);

struct State {
    stream: Stream,
    owner: Pid,
    /// A term that `zlib.erl` puts by between calls.
    stash: Option<OwnedTerm>,
    buffer_size: i64,
}

/// The stream, if the caller may use it.
fn owned(p: &mut Process, t: Term) -> Result<&'static Z, Bail> {
    let z = t.as_magic().and_then(|m| m.downcast_ref::<Z>()).ok_or_else(|| p.badarg())?;
    if z.0.lock().owner == p.pid() { Ok(z) } else { Err(p.error_atom(Atom::new("not_on_controlling_process"))) }
}

fn run<R>(p: &mut Process, a: &[Term], f: impl FnOnce(&mut Stream) -> R) -> Result<R, Bail> {
    Ok(f(&mut owned(p, a[0])?.0.lock().stream))
}

fn done() -> NativeResult {
    Ok(Term::atom(atom::OK))
}

fn unit(p: &mut Process, a: &[Term], f: impl FnOnce(&mut Stream) -> Result<(), Failure>) -> NativeResult {
    match run(p, a, f)? {
        Ok(()) => done(),
        Err(f) => fail(p, f),
    }
}

/// As [`unit`], for what throws away the input and with it the stash.
fn reset(p: &mut Process, a: &[Term], f: impl FnOnce(&mut Stream) -> Result<(), Failure>) -> NativeResult {
    let z = owned(p, a[0])?;
    let mut z = z.0.lock();
    let result = f(&mut z.stream);
    if result != Err(Failure::NotInitialized) {
        z.stash = None;
    }
    drop(z);
    match result {
        Ok(()) => done(),
        Err(f) => fail(p, f),
    }
}

/// A want of memory is answered, the others are raised.
fn fail(p: &mut Process, f: Failure) -> NativeResult {
    let name = Atom::new(match f {
        Failure::NotInitialized => "not_initialized",
        Failure::AlreadyInitialized => "already_initialized",
        Failure::Stream => "stream_error",
        Failure::Data => "data_error",
        Failure::Memory => "mem_error",
    });
    match f {
        Failure::Memory => Ok(Term::atom(name)),
        _ => Err(p.error_atom(name)),
    }
}

fn integers(p: &mut Process, terms: &[Term]) -> Result<alloc::vec::Vec<i32>, Bail> {
    let n: Option<_> = terms.iter().map(|t| t.as_small().and_then(|n| i32::try_from(n).ok())).collect();
    n.ok_or_else(|| p.badarg())
}

fn data(p: &mut Process, t: Term) -> Result<alloc::vec::Vec<u8>, Bail> {
    iolist::to_bytes(t).ok_or_else(|| p.badarg())
}

/// Before OTP 27 checksums come out of these natives as C's `int`.
fn as_int(adler: u32) -> i64 {
    if joist_vm::release::at_least(27) { adler.into() } else { i64::from(adler as i32) }
}

/// `deflate_nif(Z, InputSize, OutputSize, Flush)` and its counterpart: a piece of the work.
fn codec(
    p: &mut Process,
    a: &[Term],
    f: impl FnOnce(&mut Stream, usize, usize, i32) -> Result<Outcome, Failure>,
) -> NativeResult {
    let n = integers(p, &a[1..])?;
    let (Ok(input), Ok(output)) = (usize::try_from(n[0]), usize::try_from(n[1])) else { return Err(p.badarg()) };
    let outcome = match run(p, a, |s| f(s, input, output, n[2]))? {
        Ok(outcome) => outcome,
        Err(f) => return fail(p, f),
    };
    p.charge((outcome.consumed + outcome.output.len()) / 50);
    let output = if outcome.output.is_empty() {
        Term::NIL
    } else {
        let bytes = build::binary(p, &outcome.output);
        build::cons(p, bytes, Term::NIL)
    };
    if outcome.finished {
        return Ok(build::tuple(p, &[Term::atom(Atom::new("finished")), output]));
    }
    match outcome.dictionary {
        Some(adler) => {
            let words = [Term::atom(Atom::new("need_dictionary")), Term::small(as_int(adler)), output];
            Ok(build::tuple(p, &words))
        }
        None => Ok(build::tuple(p, &[Term::atom(Atom::new("continue")), output])),
    }
}
