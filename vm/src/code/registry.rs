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
    /// One whose `on_load` function has not returned, or has failed and is to be purged: it is no version yet.
    loading: Option<Arc<Module>>,
}

impl Versions {
    /// Makes a module the current version; what was current becomes old.
    fn replace(&mut self, m: Arc<Module>) {
        if let Some(was) = self.current.take() {
            uninstall(&was);
            self.old = Some(was);
        }
        install(&m);
        self.current = Some(m);
    }
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

/// Takes the code of a module whose `on_load` function has failed.
pub(super) fn take_failed(name: Atom) -> Option<Arc<Module>> {
    with(|r| r.modules.get_mut(&name.0)?.loading.take())
}

/// Is a current version loaded (and past its `on_load`)?
#[must_use]
pub fn is_loaded(name: Atom) -> bool {
    current(name).is_some()
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

/// Has the exports of a module lead to its code.
fn install(module: &Module) {
    for f in module.functions.iter().filter(|f| f.exported) {
        let mfa = Mfa { module: module.name, function: f.name, arity: f.arity };
        export(mfa).set(Some(module.at(f.entry)));
    }
}

/// Has its funs lead there; they do before its exports, since an `on_load` function may have some.
fn install_funs(module: &Module) {
    for (entry, offset) in &module.funs {
        entry.set(Some(module.at(*offset)));
    }
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
    prepared.iter().for_each(|m| points::forget_module(m.name));
    let in_force: Vec<Atom> = prepared.iter().filter(|m| !m.has_on_load()).map(|m| m.name).collect();
    replace(prepared)?;
    in_force.into_iter().for_each(crate::trace::module_loaded);
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
            r.ranges.insert(m.range().0, m.clone());
            install_funs(&m);
            if m.has_on_load() {
                v.loading = Some(m);
            } else {
                v.replace(m);
            }
        }
        Ok(())
    })
}

/// The `on_load` function of a module that has yet to run it.
#[must_use]
pub fn on_load_entry(name: Atom) -> Option<crate::process::CodeAddress> {
    let m = read(|r| r.modules.get(&name.0)?.loading.clone())?;
    Some(crate::process::CodeAddress(m.at(m.on_load?)))
}

/// The `on_load` function of a module has returned: the module becomes the current version, or (`ok` false) it waits
/// to be purged. False if no such function was to run.
pub fn set_on_load_done(name: Atom, ok: bool) -> bool {
    if ok {
        points::forget_module(name);
    }
    let known = with(|r| {
        let Some(v) = r.modules.get_mut(&name.0) else { return false };
        if !ok {
            // The version that stays may share funs with the one that goes.
            let stays = v.current.clone();
            stays.iter().for_each(|m| install_funs(m));
            return v.loading.is_some();
        }
        v.loading.take().map(|m| v.replace(m)).is_some()
    });
    if known && ok {
        crate::trace::module_loaded(name);
    }
    known
}

/// Makes the current version old, if there is one (`erlang:delete_module/1`): none if no such module was ever loaded,
/// false if there is an old version already.
pub fn delete(name: Atom) -> Option<bool> {
    if current(name).is_some() && old(name).is_none() {
        points::forget_module(name);
    }
    with(|r| {
        let v = r.modules.get_mut(&name.0)?;
        if v.old.is_some() {
            return Some(false);
        }
        v.old = v.current.take();
        v.old.iter().for_each(|m| uninstall(m));
        Some(true)
    })
}

/// Takes a version out, old or failed: no process is in it any more.
pub(super) fn remove(module: &Arc<Module>) {
    points::forget_code(module);
    with(|r| {
        r.ranges.remove(&module.range().0);
        let Some(v) = r.modules.get_mut(&module.name.0) else { return };
        v.old.take_if(|m| Arc::ptr_eq(m, module));
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
