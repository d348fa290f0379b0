//! Code: loading, module info, on_load, NIF libraries (`beam_bif_load.c`, `erl_nif.c`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::code::{self, Mfa, Prepared};
use joist_vm::etf::{self, CodeLinker, DecodeOptions};
use joist_vm::load;
use joist_vm::node;
use joist_vm::process::{self, NativeResult, Process};
use joist_vm::sync::Mutex;
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("has_prepared_code_on_load", 1, |p, a| match prepared(a[0]) {
        Some(m) => Ok(Term::bool(m.lock().as_ref().is_some_and(|m| m.has_on_load()))),
        None => Err(p.badarg()),
    }),
    ("finish_loading", 1, finish_loading),
    ("loaded", 0, |p, _| {
        let all: Vec<Term> = code::loaded().into_iter().map(Term::atom).collect();
        Ok(build::list(p, &all))
    }),
    ("module_loaded", 1, |p, a| {
        let name = term_args::atom(p, a[0])?;
        Ok(Term::bool(code::is_loaded(name)))
    }),
    ("pre_loaded", 0, |p, _| {
        let all: Vec<Term> = crate::boot::preloaded().into_iter().map(Term::atom).collect();
        Ok(build::list(p, &all))
    }),
    ("delete_module", 1, |p, a| {
        let name = term_args::atom(p, a[0])?;
        match code::delete(name) {
            Some(true) => Ok(Term::bool(true)),
            Some(false) => {
                let text = "Module ~w must be purged before deleting\n";
                joist_vm::report::log(p, atom::ERROR, text, &[a[0]]);
                Err(p.badarg())
            }
            None => Ok(Term::atom(atom::UNDEFINED)),
        }
    }),
    ("check_old_code", 1, |p, a| {
        let name = term_args::atom(p, a[0])?;
        Ok(Term::bool(code::old(name).is_some()))
    }),
    ("function_exported", 3, |p, a| {
        let (m, f) = (term_args::atom(p, a[0])?, term_args::atom(p, a[1])?);
        let arity = a[2].as_small().filter(|n| *n >= 0).ok_or_else(|| p.badarg())?;
        let mfa = Mfa::new(m, f, u32::try_from(arity).unwrap_or(u32::MAX));
        let native = code::natives::find(mfa).is_some_and(|d| d.kind != code::Kind::Nif);
        Ok(Term::bool(
            native
                || code::find_export(mfa).is_some_and(|e| e.native.is_none() && e.is_defined())
                || code::current(m)
                    .is_some_and(|c| c.functions.iter().any(|x| x.exported && x.name == f && x.arity == mfa.arity)),
        ))
    }),
    ("is_builtin", 3, |p, a| {
        let (m, f) = (term_args::atom(p, a[0])?, term_args::atom(p, a[1])?);
        if !a[2].is_small() {
            return Err(p.badarg());
        }
        let mfa = a[2].as_u64().and_then(|n| u32::try_from(n).ok()).map(|n| Mfa::new(m, f, n));
        let native = mfa.and_then(code::natives::find);
        Ok(Term::bool(native.is_some_and(|d| d.kind != code::Kind::Nif)))
    }),
    ("get_module_info", 1, |p, a| module_info(p, a[0], None)),
    ("get_module_info", 2, |p, a| module_info(p, a[0], Some(a[1]))),
    ("call_on_load_function", 1, call_on_load),
    ("finish_after_on_load", 2, |p, a| {
        let (name, ok) = (term_args::atom(p, a[0])?, term_args::boolean(p, a[1])?);
        if code::set_on_load_done(name, ok) { Ok(Term::bool(true)) } else { Err(p.badarg()) }
    }),
    ("load_nif", 2, load_nif),
    ("make_fun", 3, |p, a| {
        let (m, f) = (term_args::atom(p, a[0])?, term_args::atom(p, a[1])?);
        let arity = a[2].as_byte().ok_or_else(|| p.badarg())?;
        let export = code::export(Mfa::new(m, f, u32::from(arity)));
        Ok(build::export_fun(p, export))
    }),
    ("fun_info", 2, fun_info),
    ("fun_info_mfa", 1, |p, a| match fun_mfa(a[0]) {
        Some((m, f, n)) => Ok(build::tuple(p, &[m, f, n])),
        None => Err(p.badarg()),
    }),
];

/// A module that `prepare_loading` made, until it is taken.
type Slot = Mutex<Option<Prepared>>;

/// A magic reference to a prepared module, or the reason why it can't be.
pub(crate) fn prepare(p: &mut Process, module: Term, bytes: &[u8]) -> NativeResult {
    let name = term_args::atom(p, module)?;
    p.charge(bytes.len() / 20);
    let unpacked;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        match crate::gunzip(bytes) {
            Some(b) => {
                unpacked = b;
                &unpacked[..]
            }
            None => return bad_file(p),
        }
    } else {
        bytes
    };
    match load::prepare(bytes) {
        Ok(m) if m.name == name => {
            let slot: Arc<dyn core::any::Any + Send + Sync> = Arc::new(Slot::new(Some(m)));
            let r = process::make_reference();
            Ok(build::magic_reference(p, r, slot))
        }
        Ok(m) => {
            let (wanted, found) = (Term::atom(name), Term::atom(m.name));
            let text = "Loading of ~s failed: module name in object code is ~w\n";
            joist_vm::report::log(p, atom::ERROR, text, &[wanted, found]);
            bad_file(p)
        }
        Err(e) => {
            let why = build::string(p, alloc::format!("{e}").as_bytes());
            joist_vm::report::log(p, atom::ERROR, "Loading of ~w failed: ~s\n", &[module, why]);
            bad_file(p)
        }
    }
}

fn bad_file(p: &mut Process) -> NativeResult {
    Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(atom::BADFILE)]))
}

fn prepared(t: Term) -> Option<&'static Slot> {
    t.as_magic()?.downcast_ref::<Slot>()
}

fn finish_loading(p: &mut Process, a: &[Term]) -> NativeResult {
    let list = term_args::list(p, a[0])?;
    let slots: Option<Vec<&Slot>> = list.iter().map(|t| prepared(*t)).collect();
    let Some(slots) = slots else { return Err(p.badarg()) };
    if slots.iter().any(|s| s.lock().is_none()) {
        return Err(p.badarg());
    }
    let on_load: Vec<Term> = slots
        .iter()
        .filter_map(|s| s.lock().as_ref().filter(|m| m.has_on_load()).map(|m| Term::atom(m.name)))
        .collect();
    // Only a module alone can have such a function: were it to fail, the others would have been loaded already.
    if slots.len() > 1 && !on_load.is_empty() {
        return Err(p.system_limit());
    }
    let repeated: Vec<Term> = (1..slots.len())
        .filter(|i| name(slots[*i]).is_some() && slots[..*i].iter().any(|s| name(s) == name(slots[*i])))
        .filter_map(|i| name(slots[i]).map(Term::atom))
        .collect();
    if !repeated.is_empty() {
        return not_ready(p, Atom::new("duplicated"), &repeated);
    }
    let modules: Vec<Prepared> = slots.iter().filter_map(|s| s.lock().take()).collect();
    match code::finish_loading(modules) {
        Ok(()) if on_load.is_empty() => Ok(Term::atom(atom::OK)),
        Ok(()) => not_ready(p, atom::ON_LOAD, &on_load),
        Err((old, modules)) => {
            for (slot, module) in slots.iter().zip(modules) {
                *slot.lock() = Some(module);
            }
            let old: Vec<Term> = old.into_iter().map(Term::atom).collect();
            not_ready(p, Atom::new("not_purged"), &old)
        }
    }
}

/// The name of a prepared module; none when it was loaded already.
fn name(slot: &Slot) -> Option<Atom> {
    slot.lock().as_ref().map(|m| m.name)
}

fn not_ready(p: &mut Process, tag: Atom, modules: &[Term]) -> NativeResult {
    let list = build::list(p, modules);
    Ok(build::tuple(p, &[Term::atom(tag), list]))
}

fn call_on_load(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = term_args::atom(p, a[0])?;
    match code::on_load_entry(name) {
        Some(entry) => Err(p.trap_to_code(entry)),
        None => Err(p.badarg()),
    }
}

/// `load_nif(Path, Info)`: binds the built-in natives of a module that has them.
fn load_nif(p: &mut Process, a: &[Term]) -> NativeResult {
    if term_args::text(a[0]).is_none() {
        return Err(p.badarg());
    }
    let module = p.caller_module();
    let natives = module.map(code::natives::of_module).unwrap_or_default();
    let ours = natives.iter().any(|d| d.kind == code::Kind::Nif && d.native.is_some());
    // The emulator's own modules are started in any case: a native of theirs that isn't there says so when called.
    // That of stdlib would else end each embedded boot of OTP 28 and later.
    let stock = module.is_some_and(|m| crate::boot::preloaded().contains(&m) || m.text() == "zstd");
    if ours || stock {
        return Ok(Term::atom(atom::OK));
    }
    let name = module.map_or("?", |m| m.text());
    let text = alloc::format!("Failed to load NIF library of module {name}: Joist runs no native libraries");
    let text = build::string(p, text.as_bytes());
    let reason = build::tuple(p, &[Term::atom(Atom::new("load_failed")), text]);
    Ok(build::tuple(p, &[Term::atom(atom::ERROR), reason]))
}

/// An external term of a chunk; [] if it is none.
fn chunk_term(p: &mut Process, bytes: &[u8]) -> Term {
    let o = DecodeOptions { linker: &CodeLinker, node: node::this(), safe: false };
    etf::decode(p, bytes, &o).map_or(Term::NIL, |d| d.term)
}

fn module_info(p: &mut Process, name: Term, item: Option<Term>) -> NativeResult {
    let name = term_args::atom(p, name)?;
    let Some(m) = code::current(name) else { return Err(p.badarg()) };
    let Some(item) = item else {
        let mut items = Vec::new();
        for k in ["module", "exports", "attributes", "compile", "md5"] {
            let k = Term::atom(Atom::new(k));
            let v = module_info(p, Term::atom(name), Some(k))?;
            items.push(build::tuple(p, &[k, v]));
        }
        return Ok(build::list(p, &items));
    };
    let functions = |p: &mut Process, exported: bool| {
        let mut items = Vec::new();
        for f in m.functions.iter().filter(|f| f.exported || !exported) {
            items.push(build::tuple(p, &[Term::atom(f.name), Term::small(i64::from(f.arity))]));
        }
        build::list(p, &items)
    };
    Ok(match item.as_atom().map(|a| a.text()) {
        Some("module") => Term::atom(name),
        Some("exports") => functions(p, true),
        Some("functions") => functions(p, false),
        Some("attributes") => chunk_term(p, &m.attributes),
        Some("compile") => chunk_term(p, &m.compile_info),
        Some("md5") => build::binary(p, &m.md5),
        Some("native") => Term::bool(false),
        Some("nifs" | "native_addresses") => {
            let mut items = Vec::new();
            for d in code::natives::of_module(name).iter().filter(|d| d.kind == code::Kind::Nif && d.native.is_some()) {
                items.push(build::tuple(p, &[Term::atom(Atom::new(d.function)), Term::small(i64::from(d.arity))]));
            }
            build::list(p, &items)
        }
        _ => return Err(p.badarg()),
    })
}

/// Module, name and arity of a fun's function.
fn fun_mfa(t: Term) -> Option<(Term, Term, Term)> {
    let f = t.as_fun()?;
    let arity = Term::small(i64::from(f.arity()));
    Some(match f.code {
        joist_vm::term::FunRef::External(e) => (Term::atom(e.mfa.module), Term::atom(e.mfa.function), arity),
        joist_vm::term::FunRef::Local(e) => {
            // Code that is not there has no names.
            let name = code::locate(e.address()).map_or(Term::NIL, |l| Term::atom(l.mfa.function));
            (Term::atom(e.module), name, arity)
        }
    })
}

fn fun_info(p: &mut Process, a: &[Term]) -> NativeResult {
    use joist_vm::term::FunRef;
    let (Some(f), Some(item)) = (a[0].as_fun(), a[1].as_atom()) else { return Err(p.badarg()) };
    let (module, name, arity) = fun_mfa(a[0]).ok_or_else(|| p.badarg())?;
    let undefined = Term::atom(atom::UNDEFINED);
    let value = match (item.text(), f.code) {
        ("module", _) => module,
        ("name", _) => name,
        ("arity", _) => arity,
        ("type", FunRef::Local(_)) => Term::atom(atom::LOCAL),
        ("type", FunRef::External(_)) => Term::atom(Atom::new("external")),
        ("env", _) => build::list(p, f.env),
        ("pid", FunRef::Local(_)) => f.creator,
        ("index", FunRef::Local(e)) => Term::small(i64::from(e.index)),
        ("uniq", FunRef::Local(e)) => Term::small(i64::from(e.old_uniq)),
        ("new_index", FunRef::Local(e)) => Term::small(i64::from(e.index)),
        ("new_uniq", FunRef::Local(e)) => build::binary(p, &e.uniq),
        ("pid" | "index" | "uniq" | "new_index" | "new_uniq", FunRef::External(_)) => undefined,
        _ => return Err(p.badarg()),
    };
    Ok(build::tuple(p, &[a[1], value]))
}
