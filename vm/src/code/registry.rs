//! Modules by name, current and old, and by address. Loading and purging follow OTP's protocol: at most one old
//! version; a process may run either (`beam_bif_load.c`).

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{Export, Location, Mfa, Module, Prepared, export};
use crate::atom::Atom;
use crate::sync::RwLock;
use crate::trace::points;

/// Words before a function's entry: the `func_info` instruction, module, function, arity.
pub(crate) const HEADER_WORDS: u32 = 4;

#[derive(Debug, Default)]
struct Versions {
    current: Option<Arc<Module>>,
    old: Option<Arc<Module>>,
    /// One whose `on_load` function has failed, until it is purged.
    failed: Option<Arc<Module>>,
    /// The current version's `on_load` function has not returned: its exports are not in force.
    loading: bool,
}

#[derive(Debug)]
struct Registry {
    modules: HashMap<u32, Versions, ahash::RandomState>,
    /// Code by its first address.
    ranges: BTreeMap<usize, Arc<Module>>,
}

static REGISTRY: RwLock<Option<Registry>> = RwLock::new(None);

fn with<R>(f: impl FnOnce(&mut Registry) -> R) -> R {
    let mut r = REGISTRY.write();
    f(r.get_or_insert_with(|| Registry {
        modules: HashMap::with_hasher(ahash::RandomState::with_seeds(9, 10, 11, 12)),
        ranges: BTreeMap::new(),
    }))
}

fn read<R>(f: impl FnOnce(&Registry) -> Option<R>) -> Option<R> {
    REGISTRY.read().as_ref().and_then(f)
}

/// The current version of a module.
#[must_use]
pub fn current(name: Atom) -> Option<Arc<Module>> {
    read(|r| r.modules.get(&name.0)?.current.clone())
}

/// The old version of a module.
#[must_use]
pub fn old(name: Atom) -> Option<Arc<Module>> {
    read(|r| r.modules.get(&name.0)?.old.clone())
}

/// The version of a module whose `on_load` function has failed.
#[must_use]
pub fn failed(name: Atom) -> Option<Arc<Module>> {
    read(|r| r.modules.get(&name.0)?.failed.clone())
}

/// Is a current version loaded (and past its `on_load`)?
#[must_use]
pub fn is_loaded(name: Atom) -> bool {
    read(|r| r.modules.get(&name.0).map(|v| v.current.is_some() && !v.loading)).unwrap_or(false)
}

/// Bytes of all modules' code and of their literals, old versions included.
#[must_use]
pub fn memory() -> (usize, usize) {
    let add = |(code, literals): (usize, usize), m: &Arc<Module>| {
        (code + m.range().1 - m.range().0, literals + m.literals.words() * 8)
    };
    read(|r| Some(r.ranges.values().fold((0, 0), add))).unwrap_or_default()
}

/// All modules with a current version.
#[must_use]
pub fn loaded() -> Vec<Atom> {
    read(|r| Some(r.modules.iter().filter(|(_, v)| v.current.is_some()).map(|(n, _)| Atom(*n)).collect()))
        .unwrap_or_default()
}

fn install(r: &mut Registry, module: &Arc<Module>) {
    for f in module.functions.iter().filter(|f| f.exported) {
        let mfa = Mfa { module: module.name, function: f.name, arity: f.arity };
        export(mfa).set(Some(module.at(f.entry)));
    }
    for (entry, offset) in &module.funs {
        entry.set(Some(module.at(*offset)));
    }
    r.modules.entry(module.name.0).or_default().loading = false;
}

fn uninstall(module: &Module) {
    let (start, end) = module.range();
    let inside = |e: &&'static Export| (start..end).contains(&(e.code() as usize));
    for e in super::exports_of(module.name).iter().filter(|e| inside(e)) {
        e.set(None);
    }
}

/// Makes prepared modules the current versions; what was current becomes old.
/// # Errors
/// The names of modules that still have an old version, and the prepared modules again.
pub fn finish_loading(prepared: Vec<Prepared>) -> Result<(), (Vec<Atom>, Vec<Prepared>)> {
    let names: Vec<Atom> = prepared.iter().map(|m| m.name).collect();
    names.iter().for_each(|name| points::forget_module(*name));
    replace(prepared)?;
    names.into_iter().for_each(crate::trace::module_loaded);
    Ok(())
}

fn replace(prepared: Vec<Prepared>) -> Result<(), (Vec<Atom>, Vec<Prepared>)> {
    with(|r| {
        let not_purged: Vec<Atom> = prepared
            .iter()
            .filter(|m| r.modules.get(&m.name.0).is_some_and(|v| v.old.is_some() && v.current.is_some()))
            .map(|m| m.name)
            .collect();
        if !not_purged.is_empty() {
            return Err((not_purged, prepared));
        }
        for m in prepared {
            let m = Arc::new(m);
            let v = r.modules.entry(m.name.0).or_default();
            if let Some(was) = v.current.replace(m.clone()) {
                v.old = Some(was);
            }
            let was = v.old.clone();
            v.loading = m.has_on_load();
            if let Some(was) = was.filter(|_| !m.has_on_load()) {
                uninstall(&was);
            }
            r.ranges.insert(m.range().0, m.clone());
            if !m.has_on_load() {
                install(r, &m);
            }
        }
        Ok(())
    })
}

/// The `on_load` function of a module's current version.
#[must_use]
pub fn on_load_entry(name: Atom) -> Option<crate::process::CodeAddress> {
    let m = current(name)?;
    Some(crate::process::CodeAddress(m.at(m.on_load?)))
}

/// The `on_load` function of a module has returned: its exports come into force, or (`ok` false) it goes again.
pub fn set_on_load_done(name: Atom, ok: bool) {
    if !ok {
        points::forget_module(name);
    }
    with(|r| {
        let Some(v) = r.modules.get_mut(&name.0) else { return };
        let Some(m) = v.current.clone() else { return };
        if ok {
            if let Some(was) = &v.old {
                uninstall(was);
            }
            install(r, &m);
        } else {
            v.loading = false;
            v.current = v.old.take();
            v.failed = Some(m);
            let back = v.current.clone();
            if let Some(back) = back {
                install(r, &back);
            }
        }
    });
}

/// Makes the current version old (`erlang:delete_module/1`): none if there is no current one, false if there is an
/// old one already.
pub fn delete(name: Atom) -> Option<bool> {
    if current(name).is_some() && old(name).is_none() {
        points::forget_module(name);
    }
    with(|r| {
        let v = r.modules.get_mut(&name.0)?;
        if v.old.is_some() {
            return v.current.is_some().then_some(false);
        }
        let m = v.current.take()?;
        uninstall(&m);
        v.old = Some(m);
        Some(true)
    })
}

/// Takes a version out, old or failed: no process is in it any more.
pub(super) fn remove(module: &Arc<Module>) {
    points::forget_code(module);
    with(|r| {
        r.ranges.remove(&module.range().0);
        let Some(v) = r.modules.get_mut(&module.name.0) else { return };
        for version in [&mut v.old, &mut v.failed] {
            if version.as_ref().is_some_and(|m| Arc::ptr_eq(m, module)) {
                *version = None;
            }
        }
    });
}

/// The module version whose code an address lies in.
#[must_use]
pub fn module_of_address(address: *const u64) -> Option<Arc<Module>> {
    let a = address as usize;
    read(|r| {
        let (_, m) = r.ranges.range(..=a).next_back()?;
        (a < m.range().1).then(|| m.clone())
    })
}

/// The function and line at an address.
#[must_use]
pub fn locate(address: *const u64) -> Option<Location> {
    let mut found = None;
    locate_each(&[address as u64], |_, l| found = Some(l));
    found
}

/// The function at an address, and how many bytes behind its entry that is.
#[must_use]
pub fn function_and_offset(address: usize) -> Option<(Mfa, usize)> {
    let m = module_of_address(address as *const u64)?;
    let mfa = m.locate(address)?.mfa;
    let f = m.functions.iter().find(|f| f.name == mfa.function && f.arity == mfa.arity)?;
    Some((mfa, address.saturating_sub(m.at(f.entry) as usize)))
}

/// Calls `f` with the function and line at each of the addresses, leaving out what is no code.
pub fn locate_each(addresses: &[u64], mut f: impl FnMut(&u64, Location)) {
    let registry = REGISTRY.read();
    let Some(registry) = registry.as_ref() else { return };
    // Frames next to each other are often of the same module.
    let mut last: Option<&Module> = None;
    for address in addresses {
        let a = *address as usize;
        if !last.is_some_and(|m| (m.range().0..m.range().1).contains(&a)) {
            last = registry.ranges.range(..=a).next_back().map(|(_, m)| &**m).filter(|m| a < m.range().1);
        }
        if let Some(location) = last.and_then(|m| m.locate(a)) {
            f(address, location);
        }
    }
}

/// The function that an address lies in, if the registry can be read without waiting: for reports of failures.
#[must_use]
pub(crate) fn try_function_at(address: *const u64) -> Option<Mfa> {
    let registry = REGISTRY.try_read()?;
    let a = address as usize;
    let (_, m) = registry.as_ref()?.ranges.range(..=a).next_back()?;
    if a < m.range().1 { m.locate(a).map(|l| l.mfa) } else { None }
}
