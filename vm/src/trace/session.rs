//! Trace sessions: each has its own traced processes, functions and patterns. The first one is that of
//! `erlang:trace/3`; others are made by the `trace` module of OTP 27 (`ErtsTraceSession` in `erl_trace.h`).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::flags::Flags;
use super::patterns::Kinds;
use super::tracer::Tracer;
use crate::atom::{self, Atom};
use crate::heap::OwnedTerm;
use crate::match_spec::Program;
use crate::sync::{Mutex, RwLock};

/// A match specification of a trace, and the term it was made from.
#[derive(Debug)]
pub struct Spec {
    pub program: Program,
    pub source: OwnedTerm,
}

/// A pattern's match specification; none lets everything pass.
pub type Pattern = Option<Arc<Spec>>;

/// Which messages are told of (`trace_pattern(send | 'receive', …)`).
#[derive(Debug, Clone)]
pub enum Messages {
    All,
    None,
    Matching(Arc<Spec>),
}

/// What functions of modules loaded later get (`trace_pattern(on_load, …)`).
#[derive(Debug, Clone, Default)]
pub struct OnLoad {
    pub on: bool,
    pub kinds: Kinds,
    pub pattern: Pattern,
    pub meta_pattern: Pattern,
}

/// What a session says beside its traced processes and functions.
#[derive(Debug)]
pub struct Settings {
    pub send: Messages,
    pub receive: Messages,
    pub on_load: OnLoad,
    /// Flags and tracer of processes made later.
    pub new_processes: (Flags, Option<Tracer>),
    /// The same for ports.
    pub new_ports: (Flags, Option<Tracer>),
}

/// A session.
#[derive(Debug)]
pub struct Session {
    /// 0 for the first one.
    pub id: u64,
    pub name: Atom,
    /// Who gets its messages; none for the first one, where it is said for each process.
    pub tracer: Option<Tracer>,
    ended: AtomicBool,
    pub settings: Mutex<Settings>,
}

impl Session {
    fn new(id: u64, name: Atom, tracer: Option<Tracer>) -> Arc<Session> {
        let settings = Settings {
            send: Messages::All,
            receive: Messages::All,
            on_load: OnLoad::default(),
            new_processes: (0, None),
            new_ports: (0, None),
        };
        Arc::new(Session { id, name, tracer, ended: AtomicBool::new(false), settings: Mutex::new(settings) })
    }

    /// Is it the one of `erlang:trace/3`?
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.id == 0
    }

    /// Does it still trace?
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.ended.load(Ordering::Acquire)
    }

    /// It traces no more; false if that was so before. What is left of it goes with the next change of a trace.
    pub fn end(&self) -> bool {
        !self.ended.swap(true, Ordering::AcqRel)
    }
}

/// A strong handle: the session ends when the last one is gone.
#[derive(Debug)]
pub struct Handle(pub Arc<Session>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.end();
    }
}

static SESSIONS: RwLock<Vec<Arc<Session>>> = RwLock::new(Vec::new());
/// Does a session want new processes or ports traced?
static NEW: AtomicBool = AtomicBool::new(false);

/// The session of `erlang:trace/3`.
pub fn first() -> Arc<Session> {
    if let Some(s) = SESSIONS.read().first() {
        return s.clone();
    }
    let mut all = SESSIONS.write();
    if all.is_empty() {
        all.push(Session::new(0, atom::UNDEFINED, None));
    }
    all[0].clone()
}

/// Makes a session.
pub fn create(name: Atom, tracer: Tracer) -> Arc<Session> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    first();
    let session = Session::new(NEXT.fetch_add(1, Ordering::Relaxed), name, Some(tracer));
    SESSIONS.write().push(session.clone());
    session
}

/// The session with this number, while it traces.
#[must_use]
pub fn find(id: u64) -> Option<Arc<Session>> {
    if id == 0 {
        return Some(first());
    }
    SESSIONS.read().iter().find(|s| s.id == id && s.is_alive()).cloned()
}

/// All sessions that trace, newest first.
#[must_use]
pub fn all() -> Vec<Arc<Session>> {
    first();
    SESSIONS.read().iter().rev().filter(|s| s.is_alive()).cloned().collect()
}

/// Are there sessions that have ended, and left something perhaps?
pub(super) fn any_ended() -> bool {
    SESSIONS.read().iter().any(|s| !s.is_alive())
}

/// Takes ended sessions out; answers whether there were any.
pub(super) fn forget_ended() -> bool {
    let mut all = SESSIONS.write();
    let before = all.len();
    all.retain(|s| s.is_alive());
    all.len() != before
}

/// Notes whether any session wants what is made later traced.
pub(super) fn note_new() {
    let wants = |s: &Arc<Session>| {
        let settings = s.settings.lock();
        settings.new_processes.0 | settings.new_ports.0 != 0
    };
    NEW.store(SESSIONS.read().iter().any(wants), Ordering::Release);
}

/// May new processes or ports have to be traced?
pub(super) fn traces_new() -> bool {
    NEW.load(Ordering::Relaxed)
}
