//! Compiled patterns as terms. Up to OTP 27 they are binaries that may be stored and come back: ours hold the options
//! and the source, and what they compile to is kept here. From 28 on they are references.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;

use hashbrown::HashMap;
use joist_vm::atom::Atom;
use joist_vm::process::{NativeResult, Process, make_reference};
use joist_vm::release;
use joist_vm::sync::RwLock;
use joist_vm::term::{Term, build};

use super::error::PatternError;
use super::options::{self as o, Newline, Options};
use super::program::Program;

/// What our binaries begin with; then flags (4 bytes), newline (1 byte), source.
const MAGIC: &[u8; 4] = b"JRE\x01";

type Cache = HashMap<Vec<u8>, Arc<Program>, ahash::RandomState>;

/// Programs by their binaries, and how many instructions they have in all.
static PROGRAMS: RwLock<Option<(Cache, usize)>> = RwLock::new(None);

/// Limits of the cache; it is emptied when it would grow over one.
const MAX_PROGRAMS: usize = 1024;
const MAX_INSTRUCTIONS: usize = 1 << 20;

/// A program and the binary it can be made from again.
pub(super) struct Compiled {
    pub program: Arc<Program>,
    key: Vec<u8>,
}

fn key(source: &[u8], options: Options) -> Vec<u8> {
    let mut key = Vec::with_capacity(9 + source.len());
    key.extend_from_slice(MAGIC);
    key.extend_from_slice(&options.flags.to_le_bytes());
    key.push(options.newline as u8);
    key.extend_from_slice(source);
    key
}

fn options_of(flags: [u8; 4], newline: u8) -> Option<Options> {
    let newline = [Newline::Lf, Newline::Cr, Newline::Crlf, Newline::AnyCrlf, Newline::Any].get(newline as usize)?;
    Some(Options { flags: u32::from_le_bytes(flags), newline: *newline, ..Options::default() })
}

/// Compiles a pattern, or finds what it was compiled to before.
pub(super) fn compile(source: &[u8], options: Options) -> Result<Compiled, PatternError> {
    let key = key(source, options);
    if let Some(program) = find(&key) {
        return Ok(Compiled { program, key });
    }
    let program = Arc::new(super::compile::compile(source, options)?);
    let size = program.insts.len() + 64;
    let mut cache = PROGRAMS.write();
    let (programs, total) = cache.get_or_insert_with(|| (HashMap::with_hasher(hasher()), 0));
    if programs.len() >= MAX_PROGRAMS || *total + size > MAX_INSTRUCTIONS {
        programs.clear();
        *total = 0;
    }
    *total += size;
    programs.insert(key.clone(), Arc::clone(&program));
    drop(cache);
    Ok(Compiled { program, key })
}

fn hasher() -> ahash::RandomState {
    ahash::RandomState::with_seeds(5, 6, 7, 8)
}

fn find(key: &[u8]) -> Option<Arc<Program>> {
    PROGRAMS.read().as_ref()?.0.get(key).cloned()
}

/// The program of a binary of ours.
fn from_binary(bytes: &[u8]) -> Option<Arc<Program>> {
    if let Some(program) = find(bytes) {
        return Some(program);
    }
    let rest = bytes.strip_prefix(MAGIC)?;
    let (flags, rest) = rest.split_first_chunk::<4>()?;
    let (newline, source) = rest.split_first()?;
    compile(source, options_of(*flags, *newline)?).ok().map(|c| c.program)
}

impl Compiled {
    /// The program of a `{re_pattern, Groups, Unicode, Crlf, Binary | Reference}`.
    pub(super) fn from_term(t: Term) -> Option<Arc<Program>> {
        let [tag, groups, unicode, crlf, code] = t.as_tuple_of::<5>()?;
        let numbers = [groups, unicode, crlf].iter().all(|n| n.is_small());
        if !numbers || tag.as_atom()?.text() != "re_pattern" {
            return None;
        }
        if let Some(magic) = code.as_magic() {
            return Arc::clone(magic).downcast::<Program>().ok();
        }
        from_binary(&code.as_binary()?)
    }

    /// The term.
    pub(super) fn to_term(&self, p: &mut Process) -> Term {
        let options = &self.program.options;
        let crlf = matches!(options.newline, Newline::Crlf | Newline::AnyCrlf | Newline::Any);
        // A `(*UTF)` in the pattern itself does not count.
        let unicode = self.key.get(4..8).and_then(|f| f.try_into().ok()).map_or(0, u32::from_le_bytes) & o::UTF != 0;
        let code = if release::at_least(28) {
            let magic: Arc<dyn Any + Send + Sync> = self.program.clone();
            build::magic_reference(p, make_reference(), magic)
        } else {
            build::binary(p, &self.key)
        };
        let number = |n: u32| Term::small(i64::from(n));
        let tag = Term::atom(Atom::new("re_pattern"));
        let groups = number(self.program.groups);
        build::tuple(p, &[tag, groups, number(u32::from(unicode)), number(u32::from(crlf)), code])
    }
}

/// The same pattern with another newline.
pub(super) fn with_newline(program: &Arc<Program>, newline: Newline) -> Option<Arc<Program>> {
    let source = &program.source;
    let mut options = program.given;
    options.newline = newline;
    compile(source, options).ok().map(|c| c.program)
}

/// `{re_exported_pattern, Header, Source, Options, Code}` (28 on), where `Code` is our binary.
pub(super) fn exported(p: &mut Process, source: &[u8], options: Term, compiled: &Compiled) -> Term {
    let tag = Term::atom(Atom::new("re_exported_pattern"));
    let (header, source) = (build::binary(p, MAGIC), build::binary(p, source));
    let code = build::binary(p, &compiled.key);
    build::tuple(p, &[tag, header, source, options, code])
}

/// `re:import/1`: the pattern of an exported one, from its code if that is ours, else from its source.
pub(super) fn import(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some([tag, header, source, options, code]) = a[0].as_tuple_of::<5>() else { return Err(p.badarg()) };
    let ours = header.as_binary().is_some_and(|h| h[..] == MAGIC[..]);
    if tag.as_atom().is_none_or(|t| t.text() != "re_exported_pattern") {
        return Err(p.badarg());
    }
    if ours && let Some(program) = code.as_binary().and_then(|c| from_binary(&c)) {
        let key = key(&program.source, program.given);
        return Ok(Compiled { program, key }.to_term(p));
    }
    let (Some(source), Some(options)) = (source.as_binary(), super::args::read(*options)) else {
        return Err(p.badarg());
    };
    match compile(&source, options.pattern) {
        Ok(compiled) => Ok(compiled.to_term(p)),
        Err(_) => Err(p.badarg()),
    }
}
