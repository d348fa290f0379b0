//! From a checked file to a prepared module: tables, literals, code.

use alloc::vec::Vec;
use core::sync::atomic::AtomicU64;

use super::transform::Transform;
use super::{BeamFile, Emitter, LoadError, chunks, decode, operand::Pools, records};
use crate::atom::Atom;
use crate::code::{self, Catch, Export, Literals, Mfa, Module, Prepared};
use crate::heap::Fragments;
use crate::term::{Term, build};

/// What the code refers to.
pub(super) struct Tables {
    pub name: Atom,
    pub imports: Vec<&'static Export>,
    pub lambdas: Vec<chunks::Lambda>,
    pub strings: alloc::boxed::Box<[u8]>,
    pub md5: [u8; 16],
}

pub(super) fn prepare(bytes: &[u8]) -> Result<Prepared, LoadError> {
    let file = BeamFile::new_checked(bytes)?;
    let atoms = chunks::atoms(&file)?;
    let atom = |n| chunks::atom(&atoms, n);
    let imports = chunks::triples(Some(file.required(b"ImpT")?), "import")?
        .into_iter()
        .map(|[m, f, arity]| match arity {
            0..=255 => Ok(code::export(Mfa { module: atom(m)?, function: atom(f)?, arity })),
            _ => Err(LoadError::new("bad import arity")),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let exports = chunks::triples(Some(file.required(b"ExpT")?), "export")?;
    let code_chunk = file.required(b"Code")?;
    let mut heap = Fragments::new();
    let literals = chunks::literals(file.chunk(b"LitT"), |external| {
        crate::etf::decode_literal(&mut heap, external).ok_or_else(|| LoadError::new("bad literal"))
    })?;
    let tables = Tables {
        name: atoms[0],
        imports,
        lambdas: chunks::lambdas(file.chunk(b"FunT"), &atoms)?,
        strings: file.chunk(b"StrT").unwrap_or_default().into(),
        md5: md5(&file),
    };
    let pools = Pools { atoms: &atoms, literals: &literals, types: chunks::types(file.chunk(b"Type")) };
    let records = records::read(file.chunk(b"Recs"), tables.name, &pools)?;
    let mut big = |b: &[u8]| signed_big(&mut heap, b);
    let decoded = decode::decode(code_chunk, &pools, &mut big)?;
    let lines = chunks::lines(file.chunk(b"Line"))?;
    let source = alloc::format!("{}.erl", tables.name.text());
    let files = core::iter::once(&source).chain(&lines.files).map(|f| string(&mut heap, f)).collect();

    let mut labels = alloc::vec![None; decoded.labels as usize];
    let mut t = Transform::new(&tables, &records, &mut heap, Emitter::new(&mut labels));
    t.run(&decoded.ops())?;
    let parts = t.finish()?;
    if parts.functions.len() != decoded.functions as usize {
        return Err(LoadError::new("number of functions doesn't match"));
    }
    let mut code: alloc::boxed::Box<[AtomicU64]> = parts.code.into_iter().map(AtomicU64::new).collect();
    Emitter::resolve(&mut code, &parts.fixups, &labels)?;
    let entry = |label: u32| {
        labels.get(label as usize).copied().flatten().ok_or_else(|| LoadError::new(alloc::format!("no label {label}")))
    };
    for (catch, label) in &parts.catches {
        catch.set(code[entry(*label)? as usize].as_ptr());
    }
    let mut functions = parts.functions;
    for [f, arity, label] in exports {
        let at = entry(label)?;
        let name = atom(f)?;
        // They come in the order of their entries.
        let i = functions.partition_point(|x| x.entry < at);
        match functions.get_mut(i).filter(|x| x.entry == at && x.name == name && x.arity == arity) {
            Some(f) => f.exported = true,
            None => return Err(LoadError::new("export of no function")),
        }
    }
    let funs = tables
        .lambdas
        .iter()
        .map(|l| {
            let e = code::fun_entry(tables.name, l.old_uniq, l.index, tables.md5, l.arity - l.free);
            Ok((e, entry(l.label)?))
        })
        .collect::<Result<Vec<_>, LoadError>>()?;
    Ok(Module {
        name: tables.name,
        code,
        functions,
        lines: parts.lines,
        line_items: lines.items,
        records,
        files,
        literals: Literals::new(heap),
        strings: tables.strings,
        catches: parts.catches.into_iter().map(|(c, _)| c).collect::<Vec<Catch>>(),
        funs,
        on_load: parts.on_load,
        attributes: term_chunk(&file, *b"Attr")?,
        compile_info: term_chunk(&file, *b"CInf")?,
        md5: tables.md5,
    })
}

/// A chunk that holds an external term, or nothing; the term is made when somebody asks for it.
fn term_chunk(file: &BeamFile<'_>, name: [u8; 4]) -> Result<Vec<u8>, LoadError> {
    let bytes = file.chunk(&name).unwrap_or_default();
    if !bytes.is_empty() && crate::etf::decode_literal(&mut Fragments::new(), bytes).is_none() {
        return Err(LoadError::new(alloc::format!("chunk {} is no term", name.escape_ascii())));
    }
    Ok(bytes.to_vec())
}

/// A string as the list of its characters.
fn string(heap: &mut Fragments, text: &str) -> Term {
    let characters: Vec<u32> = text.chars().map(u32::from).collect();
    build::list_of_ints(heap, characters.into_iter(), Term::NIL)
}

/// An integer from big-endian two's-complement bytes.
fn signed_big(heap: &mut Fragments, bytes: &[u8]) -> Term {
    let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
    let mut limbs: Vec<u64> = bytes
        .rchunks(8)
        .map(|c| c.iter().fold(if negative { u64::MAX } else { 0 }, |v, b| v << 8 | u64::from(*b)))
        .collect();
    if negative {
        let mut carry = true;
        for l in &mut limbs {
            (*l, carry) = (!*l).overflowing_add(u64::from(carry));
        }
    }
    build::big(heap, negative, &limbs)
}

/// The MD5 of the chunks that make up a module's identity, as `beam_file.c` computes it.
fn md5(file: &BeamFile<'_>) -> [u8; 16] {
    use md5::Digest;
    let mut d = md5::Md5::new();
    for name in [b"AtU8", b"Code", b"StrT", b"ImpT", b"ExpT", b"FunT", b"LitT", b"Meta", b"Recs", b"DbgB"] {
        let Some(chunk) = file.chunk(name) else { continue };
        if name == b"FunT" && chunk.len() >= 4 {
            // The old unique numbers, which depend on an older digest themselves, count as zero.
            d.update(&chunk[..4]);
            for entry in chunk[4..].chunks_exact(24) {
                d.update(&entry[..20]);
                d.update([0; 4]);
            }
        } else {
            d.update(chunk);
        }
    }
    d.finalize().into()
}
