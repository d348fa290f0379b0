//! Where calls are looked at: breakpoints at functions' entries, and exports that lead through a trampoline. Changed
//! only while the world stands still (`beam_bp.c`; there a generic breakpoint instruction stands in the code, too).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use hashbrown::HashMap;

use super::account::Account;
use super::session::{Pattern, Session};
use super::tracer::Tracer;
use crate::atom::Atom;
use crate::code::{self, Export, Mfa, Module};
use crate::engine::{self, first};
use crate::sync::{Mutex, RwLock};

/// A meta trace: who gets it until he is gone.
#[derive(Debug)]
pub struct Meta {
    pub pattern: Pattern,
    pub tracer: Mutex<Option<Tracer>>,
}

/// A counter of calls, or a paused one.
#[derive(Debug)]
pub struct Counter<T> {
    pub counts: Arc<T>,
    pub active: bool,
}

impl<T> Clone for Counter<T> {
    fn clone(&self) -> Self {
        Counter { counts: self.counts.clone(), active: self.active }
    }
}

/// What one session wants at a function.
#[derive(Debug, Clone)]
pub struct Watch {
    pub session: Arc<Session>,
    /// A trace of calls: of those through the export, or of all.
    pub calls: Option<Pattern>,
    pub meta: Option<Arc<Meta>>,
    pub count: Option<Counter<AtomicU64>>,
    pub time: Option<Counter<Account>>,
    pub memory: Option<Counter<Account>>,
}

impl Watch {
    fn new(session: &Arc<Session>) -> Watch {
        Watch { session: session.clone(), calls: None, meta: None, count: None, time: None, memory: None }
    }

    fn is_empty(&self) -> bool {
        self.calls.is_none()
            && self.meta.is_none()
            && self.count.is_none()
            && self.time.is_none()
            && self.memory.is_none()
    }
}

/// A function or export that is looked at.
#[derive(Debug)]
pub struct Point {
    pub mfa: Mfa,
    /// The first word of the function's own first instruction.
    pub(crate) original: u64,
    pub watches: Vec<Watch>,
    /// `erts_debug:breakpoint/2`: the call goes to the error handler's `breakpoint/3`.
    pub debug: bool,
}

/// A function that a pattern means.
#[derive(Debug, Clone)]
pub struct Target {
    pub mfa: Mfa,
    /// Its entry; of a native's export, its trampoline or stub.
    module: Option<Arc<Module>>,
    entry: u32,
    export: Option<&'static Export>,
}

type Points = HashMap<usize, Arc<Point>, ahash::RandomState>;

static FUNCTIONS: RwLock<Option<Points>> = RwLock::new(None);
static EXPORTS: RwLock<Option<Points>> = RwLock::new(None);
/// Is there any point at all?
static ANY: AtomicBool = AtomicBool::new(false);

/// Which functions a pattern means: `'_'` is none of a part.
#[derive(Debug, Clone, Copy)]
pub struct Which {
    pub module: Option<Atom>,
    pub function: Option<Atom>,
    pub arity: Option<i64>,
}

impl Which {
    /// All functions of a module.
    #[must_use]
    pub const fn module(name: Atom) -> Which {
        Which { module: Some(name), function: None, arity: None }
    }

    fn fits(&self, mfa: Mfa) -> bool {
        self.module.is_none_or(|m| m == mfa.module)
            && self.function.is_none_or(|f| f == mfa.function)
            && self.arity.is_none_or(|a| a == i64::from(mfa.arity))
    }
}

/// The functions of loaded modules that are meant.
#[must_use]
pub fn functions(which: &Which) -> Vec<Target> {
    let modules = match which.module {
        Some(name) => code::current(name).into_iter().collect(),
        None => code::loaded().into_iter().filter_map(code::current).collect::<Vec<_>>(),
    };
    let mut targets = Vec::new();
    for module in modules {
        for f in &module.functions {
            let mfa = Mfa { module: module.name, function: f.name, arity: f.arity };
            if which.fits(mfa) {
                // A native is called through its export's stub as well.
                let export = code::find_export(mfa).filter(|e| e.native.is_some());
                targets.push(Target { mfa, module: Some(module.clone()), entry: f.entry, export });
            }
        }
    }
    targets
}

/// The exports that are meant.
#[must_use]
pub fn exports(which: &Which) -> Vec<Target> {
    let fits = code::all_exports(|e| which.fits(e.mfa) && e.is_defined());
    fits.into_iter().map(|e| Target { mfa: e.mfa, module: None, entry: 0, export: Some(e) }).collect()
}

impl Target {
    fn is_export(&self) -> bool {
        self.module.is_none()
    }

    fn table(&self) -> &'static RwLock<Option<Points>> {
        if self.is_export() { &EXPORTS } else { &FUNCTIONS }
    }

    fn key(&self) -> usize {
        match (&self.module, self.export) {
            (Some(m), _) => m.at(self.entry) as usize,
            (None, Some(e)) => core::ptr::from_ref(e) as usize,
            (None, None) => 0,
        }
    }

    /// What is looked at there now.
    pub fn point(&self) -> Option<Arc<Point>> {
        self.table().read().as_ref()?.get(&self.key()).cloned()
    }

    /// What a session wants there.
    pub fn watch(&self, session: &Session) -> Option<Watch> {
        self.point()?.watches.iter().find(|w| w.session.id == session.id).cloned()
    }

    /// Changes what a session wants there. The world must stand still.
    pub fn change(&self, session: &Arc<Session>, change: impl FnOnce(&mut Watch)) {
        self.edit(|watches, _| {
            let at = watches.iter().position(|w| w.session.id == session.id).unwrap_or_else(|| {
                watches.push(Watch::new(session));
                watches.len() - 1
            });
            change(&mut watches[at]);
        });
    }

    /// Sets or takes out the debugger's breakpoint. The world must stand still.
    pub fn set_debug(&self, on: bool) {
        self.edit(|_, debug| *debug = on);
    }

    fn edit(&self, change: impl FnOnce(&mut Vec<Watch>, &mut bool)) {
        let old = self.point();
        let (mut watches, mut debug) = old.as_ref().map_or((Vec::new(), false), |p| (p.watches.clone(), p.debug));
        change(&mut watches, &mut debug);
        watches.retain(|w| !w.is_empty() && w.session.is_alive());
        let mut table = self.table().write();
        let points = table.get_or_insert_with(|| HashMap::with_hasher(ahash::RandomState::with_seeds(3, 1, 4, 1)));
        if watches.is_empty() && !debug {
            if let Some(old) = old {
                points.remove(&self.key());
                self.restore(points, &old);
            }
        } else {
            let original = old.as_ref().map_or_else(|| self.install(), |p| p.original);
            let point = Arc::new(Point { mfa: self.mfa, original, watches, debug });
            if let (false, Some(export)) = (self.is_export(), self.export) {
                points.insert(export.stub_address() as usize, point.clone());
            }
            points.insert(self.key(), point);
            ANY.store(true, Ordering::Release);
        }
        drop(table);
        if let Some(export) = self.export {
            let looked_at = |t: &RwLock<Option<Points>>, key: usize| {
                t.read().as_ref().is_some_and(|points| points.contains_key(&key))
            };
            let of_export = super::saved::is_armed() || looked_at(&EXPORTS, core::ptr::from_ref(export) as usize);
            export.look_at(of_export, looked_at(&FUNCTIONS, export.stub_address() as usize));
        }
    }

    /// Puts the breakpoint into the code; answers what stood there.
    fn install(&self) -> u64 {
        let breakpoint = engine::instruction(first::BREAKPOINT);
        if let (Some(_), Some(export)) = (&self.module, self.export) {
            export.replace_stub(breakpoint);
        }
        self.module.as_ref().map_or(0, |m| m.replace(self.entry, breakpoint))
    }

    fn restore(&self, points: &mut Points, old: &Point) {
        if let Some(m) = &self.module {
            m.replace(self.entry, old.original);
            if let Some(export) = self.export {
                points.remove(&(export.stub_address() as usize));
                export.replace_stub(old.original);
            }
        }
    }
}

/// The breakpoint at an address.
pub(crate) fn at(address: *const u64) -> Option<Arc<Point>> {
    FUNCTIONS.read().as_ref()?.get(&(address as usize)).cloned()
}

/// What is looked at when calls go through an export.
pub(crate) fn at_export(export: &Export) -> Option<Arc<Point>> {
    EXPORTS.read().as_ref()?.get(&(core::ptr::from_ref(export) as usize)).cloned()
}

/// Is anything looked at in this module?
fn concerns(module: Atom) -> bool {
    let of = |t: &RwLock<Option<Points>>| {
        t.read().as_ref().is_some_and(|points| points.values().any(|p| p.mfa.module == module))
    };
    ANY.load(Ordering::Acquire) && (of(&FUNCTIONS) || of(&EXPORTS))
}

/// A module's current version goes: what was looked at there is not any more.
pub(crate) fn forget_module(name: Atom) {
    if !concerns(name) {
        return;
    }
    let which = Which::module(name);
    crate::sched::stop_the_world(|| {
        for target in functions(&which).into_iter().chain(exports(&which)) {
            target.edit(|watches, debug| {
                watches.clear();
                *debug = false;
            });
        }
    });
}

/// The code of a module is about to be freed.
pub(crate) fn forget_code(module: &Module) {
    if !ANY.load(Ordering::Acquire) {
        return;
    }
    let (start, end) = module.range();
    if let Some(points) = FUNCTIONS.write().as_mut() {
        points.retain(|at, _| !(start..end).contains(at));
    }
}

/// Takes out what sessions that have ended wanted. The world must stand still.
pub(super) fn sweep() {
    let everything = Which { module: None, function: None, arity: None };
    for target in functions(&everything).into_iter().chain(exports(&everything)) {
        if target.point().is_some_and(|p| p.watches.iter().any(|w| !w.session.is_alive())) {
            target.edit(|_, _| ());
        }
    }
}
