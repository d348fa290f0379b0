//! `zstd` (OTP 28; `zstd_nif.c`, `zstd.erl`), compression of our own, decompression over `ruzstd`. What is
//! compressed differs from stock's bytes, but either reads what the other has made.

mod block;
mod compress;
mod decompress;
mod dictionary;
mod frame;
mod output;
mod parameters;
pub mod probe;
mod search;
mod stream;
#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;

use joist_vm::atom::{self, Atom};
use joist_vm::map;
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term, build};

use crate::erlang::iolist;
use crate::table::Binding;
use compress::Compressor;
use decompress::Decompressor;
use dictionary::Dictionary;
use frame::Failure;
use parameters::{Kind, Parameter, STRATEGIES};

pub(crate) const BINDINGS: &[Binding] = &[
    ("init_compress_nif", 0, |p, _| Ok(new(p, Compressor::new()))),
    ("init_decompress_nif", 0, |p, _| Ok(new(p, Decompressor::new()))),
    ("compress_stream_nif", 3, stream::run::<Compressor>),
    ("decompress_stream_nif", 3, stream::run::<Decompressor>),
    ("compress_reset_nif", 1, |p, a| reset(p, a, Compressor::reset)),
    ("decompress_reset_nif", 1, |p, a| reset(p, a, Decompressor::reset)),
    ("compress_close_nif", 1, close::<Compressor>),
    ("decompress_close_nif", 1, close::<Decompressor>),
    ("set_compress_parameter_nif", 3, set_parameter),
    ("get_compress_parameter_nif", 2, get_parameter),
    ("set_decompress_parameter_nif", 3, |p, a| {
        owned::<Decompressor>(p, a[0])?;
        let value = integer(a[2]).ok_or_else(|| p.badarg())?;
        window_log_key(p, a[1])?;
        unit(p, a, |d: &mut Decompressor| d.set_window_log(value))
    }),
    ("get_decompress_parameter_nif", 2, |p, a| {
        let d = owned::<Decompressor>(p, a[0])?;
        window_log_key(p, a[1])?;
        let log = with(p, d, |d: &mut Decompressor| d.window_log())?;
        Ok(Term::small(log.into()))
    }),
    ("set_pledged_src_size_nif", 2, |p, a| {
        owned::<Compressor>(p, a[0])?;
        let size = a[1].as_u64().ok_or_else(|| p.badarg())?;
        unit(p, a, |c: &mut Compressor| c.pledge(size))
    }),
    ("load_compress_dictionary_nif", 2, |p, a| {
        owned::<Compressor>(p, a[0])?;
        let dictionary = load(p, a[1])?;
        unit(p, a, |c: &mut Compressor| c.set_dictionary(dictionary?, None))
    }),
    ("load_decompress_dictionary_nif", 2, |p, a| {
        owned::<Decompressor>(p, a[0])?;
        let dictionary = load(p, a[1])?;
        unit(p, a, |d: &mut Decompressor| d.set_dictionary(dictionary?))
    }),
    ("ref_compress_dictionary_nif", 2, |p, a| {
        owned::<Compressor>(p, a[0])?;
        let ForCompression(dictionary, level) = object(p, a[1])?;
        unit(p, a, |c: &mut Compressor| c.set_dictionary(dictionary.clone(), Some(*level)))
    }),
    ("ref_decompress_dictionary_nif", 2, |p, a| {
        owned::<Decompressor>(p, a[0])?;
        let dictionary = object::<ForDecompression>(p, a[1])?.0.clone();
        unit(p, a, |d: &mut Decompressor| d.set_dictionary(dictionary))
    }),
    ("create_cdict_nif", 2, |p, a| {
        let level = integer(a[1]).map(parameters::level).ok_or_else(|| p.badarg())?;
        create(p, a[0], "invalid_compress_dict", |d| ForCompression(d, level))
    }),
    ("create_ddict_nif", 1, |p, a| create(p, a[0], "invalid_decompress_dict", ForDecompression)),
    ("getDictId_fromCDict_nif", 1, |p, a| object::<ForCompression>(p, a[0]).map(|d| id_of(&d.0))),
    ("getDictId_fromDDict_nif", 1, |p, a| object::<ForDecompression>(p, a[0]).map(|d| id_of(&d.0))),
    ("getDictId_fromDict_nif", 1, |p, a| {
        let bytes = bytes(p, a[0])?;
        Ok(Term::small(dictionary::id(&bytes).into()))
    }),
    ("getDictId_fromFrame_nif", 1, |p, a| {
        let bytes = bytes(p, a[0])?;
        Ok(Term::small(frame::read(&bytes).ok().flatten().map_or(0, |h| h.dictionary.into())))
    }),
    ("get_frame_header_nif", 1, frame_header),
];

/// A context: its owner, and the codec until it is closed.
struct Context<C> {
    owner: Pid,
    codec: Mutex<Option<C>>,
}

/// With its level.
struct ForCompression(Option<Arc<Dictionary>>, i32);
struct ForDecompression(Option<Arc<Dictionary>>);

fn new<C: Send + 'static>(p: &mut Process, codec: C) -> Term {
    let context: Arc<dyn Any + Send + Sync> = Arc::new(Context { owner: p.pid(), codec: Mutex::new(Some(codec)) });
    build::magic_reference(p, make_reference(), context)
}

fn object<T: 'static>(p: &mut Process, t: Term) -> Result<&'static T, Bail> {
    t.as_magic().and_then(|m| m.downcast_ref::<T>()).ok_or_else(|| p.badarg())
}

/// The context, if it is open and the caller may use it.
fn owned<C: Send + 'static>(p: &mut Process, t: Term) -> Result<&'static Context<C>, Bail> {
    let context = object::<Context<C>>(p, t)?;
    if context.codec.lock().is_none() {
        return Err(p.badarg());
    }
    if context.owner == p.pid() { Ok(context) } else { Err(p.error_atom(Atom::new("not_on_controlling_process"))) }
}

fn with<C, R>(p: &mut Process, context: &Context<C>, f: impl FnOnce(&mut C) -> R) -> Result<R, Bail> {
    context.codec.lock().as_mut().map(f).ok_or_else(|| p.badarg())
}

fn unit<C: Send + 'static>(p: &mut Process, a: &[Term], f: impl FnOnce(&mut C) -> Result<(), Failure>) -> NativeResult {
    let context = owned(p, a[0])?;
    match with(p, context, f)? {
        Ok(()) => Ok(Term::atom(atom::OK)),
        Err(failure) => Err(fail(p, failure)),
    }
}

fn reset<C: Send + 'static>(p: &mut Process, a: &[Term], f: fn(&mut C)) -> NativeResult {
    unit(p, a, |c| {
        f(c);
        Ok(())
    })
}

fn close<C: Send + 'static>(p: &mut Process, a: &[Term]) -> NativeResult {
    let codec = owned::<C>(p, a[0])?.codec.lock().take();
    drop(codec);
    Ok(Term::atom(atom::OK))
}

fn fail(p: &mut Process, failure: Failure) -> Bail {
    let text = build::binary(p, failure.text().as_bytes());
    p.error_pair(Atom::new("zstd_error"), text)
}

fn integer(t: Term) -> Option<i32> {
    t.as_small().and_then(|n| i32::try_from(n).ok())
}

fn bytes(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    iolist::to_bytes(t).ok_or_else(|| p.badarg())
}

fn load(p: &mut Process, t: Term) -> Result<Result<Option<Arc<Dictionary>>, Failure>, Bail> {
    Ok(Dictionary::new(bytes(p, t)?).map(|d| d.map(Arc::new)))
}

fn create<T: Any + Send + Sync>(
    p: &mut Process,
    t: Term,
    invalid: &str,
    make: impl FnOnce(Option<Arc<Dictionary>>) -> T,
) -> NativeResult {
    if !t.is_binary() {
        return Err(p.badarg());
    }
    match load(p, t)? {
        Ok(dictionary) => Ok(build::magic_reference(p, make_reference(), Arc::new(make(dictionary)))),
        Err(_) => Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(Atom::new(invalid))])),
    }
}

fn id_of(dictionary: &Option<Arc<Dictionary>>) -> Term {
    Term::small(dictionary.as_ref().map_or(0, |d| d.id).into())
}

/// `error:{badarg, {What, Term}}`.
fn invalid(p: &mut Process, what: &str, t: Term) -> Bail {
    let what = build::tuple(p, &[Term::atom(Atom::new(what)), t]);
    p.error_pair(atom::BADARG, what)
}

fn key(p: &mut Process, t: Term) -> Result<(usize, &'static Parameter), Bail> {
    t.as_atom().and_then(|a| parameters::by_name(a.text())).ok_or_else(|| invalid(p, "invalid_key", t))
}

fn window_log_key(p: &mut Process, t: Term) -> Result<(), Bail> {
    if t.as_atom().is_some_and(|a| a.text() == "windowLogMax") { Ok(()) } else { Err(invalid(p, "invalid_key", t)) }
}

fn set_parameter(p: &mut Process, a: &[Term]) -> NativeResult {
    owned::<Compressor>(p, a[0])?;
    let (index, parameter) = key(p, a[1])?;
    let value = match parameter.kind {
        Kind::Number => integer(a[2]),
        Kind::Flag => a[2].as_bool().map(i32::from),
        Kind::Strategy => a[2].as_atom().and_then(|s| STRATEGIES.iter().position(|n| *n == s.text())).map(|n| n as i32),
    };
    let Some(value) = value else { return Err(invalid(p, "invalid_value", a[2])) };
    unit(
        p,
        a,
        |c: &mut Compressor| {
            if c.is_idle() || parameter.any_time { c.parameters.set(index, value) } else { Err(Failure::Stage) }
        },
    )
}

fn get_parameter(p: &mut Process, a: &[Term]) -> NativeResult {
    let context = owned::<Compressor>(p, a[0])?;
    let (index, parameter) = key(p, a[1])?;
    let value = with(p, context, |c| c.parameters.get(index))?;
    Ok(match parameter.kind {
        Kind::Number => Term::small(value.into()),
        // Stock answers so whatever the flag is: it looks at the library's return code.
        Kind::Flag => Term::bool(false),
        Kind::Strategy => Term::atom(Atom::new(STRATEGIES[value as usize])),
    })
}

fn frame_header(p: &mut Process, a: &[Term]) -> NativeResult {
    let bytes = bytes(p, a[0])?;
    let header = match frame::read(&bytes) {
        Ok(Some(header)) => header,
        Ok(None) => return Err(fail(p, Failure::SourceSize)),
        Err(failure) => return Err(fail(p, failure)),
    };
    let content = header.content.map_or(Term::atom(atom::UNDEFINED), |n| build::unsigned(p, n));
    let window = build::unsigned(p, header.window);
    let kind = if header.skippable { "ZSTD_skippableFrame" } else { "ZSTD_frame" };
    let pairs = [
        ("frameContentSize", content),
        ("windowSize", window),
        ("blockSizeMax", Term::small(header.window.min(frame::BLOCK as u64) as i64)),
        ("frameType", Term::atom(Atom::new(kind))),
        ("headerSize", Term::small(header.size as i64)),
        ("dictID", Term::small(header.dictionary.into())),
        ("checksumFlag", Term::bool(header.checksum)),
    ];
    let pairs = pairs.map(|(k, v)| (Term::atom(Atom::new(k)), v));
    let header = map::from_pairs(p, &pairs);
    Ok(build::tuple(p, &[Term::atom(atom::OK), header]))
}
