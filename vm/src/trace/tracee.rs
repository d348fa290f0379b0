//! What is traced about a process or port, by which sessions. It lies where everybody may touch it: with the process's
//! slot, or the port (`ErtsTracee` in `erl_ptab.h`).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use smallvec::SmallVec;

use super::flags::{self, Flags};
use super::message::{self, Body};
use super::session::{self, Session};
use super::tracer::Tracer;
use crate::atom::Atom;
use crate::sync::Mutex;
use crate::term::Term;

/// One session's trace of something.
#[derive(Debug, Clone)]
pub struct Trace {
    pub session: Arc<Session>,
    pub flags: Flags,
    pub tracer: Tracer,
}

/// It is being traced by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyTraced;

/// All that is traced about a process or port.
#[derive(Debug, Default)]
pub struct Traced {
    /// Flags that are set in any session; none while the process is sensitive.
    flags: AtomicU32,
    sensitive: AtomicBool,
    traces: Mutex<Vec<Trace>>,
}

/// The traces that an event concerns.
pub type Traces = SmallVec<[Trace; 1]>;

impl Traced {
    pub(crate) const fn new() -> Traced {
        Traced { flags: AtomicU32::new(0), sensitive: AtomicBool::new(false), traces: Mutex::new(Vec::new()) }
    }

    /// Is one of these flags set?
    #[inline(always)]
    #[must_use]
    pub fn has(&self, mask: Flags) -> bool {
        self.flags.load(Ordering::Relaxed) & mask != 0
    }

    fn change<R>(&self, work: impl FnOnce(&mut Vec<Trace>) -> R) -> R {
        let mut traces = self.traces.lock();
        let result = work(&mut traces);
        traces.retain(|t| t.flags != 0 && t.session.is_alive() && t.tracer.is_alive());
        let all = traces.iter().fold(0, |all, t| all | t.flags);
        let sensitive = self.sensitive.load(Ordering::Relaxed);
        self.flags.store(if sensitive { 0 } else { all }, Ordering::Release);
        result
    }

    /// A session's trace of it. One whose tracer has gone goes, too.
    pub fn of(&self, session: &Session) -> Option<Trace> {
        self.change(|_| ());
        self.traces.lock().iter().find(|t| t.session.id == session.id).cloned()
    }

    /// As [`Traced::of`], with this flag set, for a process that is not sensitive.
    pub fn of_with(&self, session: &Session, mask: Flags) -> Option<Trace> {
        self.with(mask).into_iter().find(|t| t.session.id == session.id)
    }

    /// The traces with one of these flags.
    pub fn with(&self, mask: Flags) -> Traces {
        let mut lost = false;
        let mut found = Traces::new();
        if self.has(mask) {
            for t in self.traces.lock().iter().filter(|t| t.flags & mask != 0) {
                if t.tracer.is_alive() && t.session.is_alive() {
                    found.push(t.clone());
                } else {
                    lost = true;
                }
            }
        }
        if lost {
            self.change(|_| ());
        }
        found
    }

    /// Switches flags on or off. `tracer` takes over what nobody else traces.
    /// # Errors
    /// [`AlreadyTraced`] by another tracer of the session.
    pub fn set(
        &self,
        session: &Arc<Session>,
        on: bool,
        mask: Flags,
        tracer: Option<Tracer>,
    ) -> Result<(), AlreadyTraced> {
        self.change(|traces| {
            let known = traces.iter_mut().find(|t| t.session.id == session.id);
            match (known, tracer) {
                (Some(t), Some(new)) if t.tracer != new && t.tracer.is_alive() => return Err(AlreadyTraced),
                (Some(t), new) => {
                    t.tracer = new.unwrap_or(t.tracer);
                    t.flags = if on { t.flags | mask } else { t.flags & !mask };
                }
                (None, Some(tracer)) if on => {
                    traces.push(Trace { session: session.clone(), flags: mask, tracer });
                }
                (None, _) => {}
            }
            Ok(())
        })
    }

    /// Changes flags as a match specification says, and takes that tracer; did that change anything?
    pub fn adjust(&self, session: &Arc<Session>, tracer: Option<Tracer>, off: Flags, on: Flags) -> bool {
        self.change(|traces| {
            let known = traces.iter_mut().find(|t| t.session.id == session.id);
            match (known, tracer.filter(|t| t.is_alive())) {
                (Some(t), Some(new)) => {
                    let flags = (t.flags & !off) | on;
                    let changed = flags != t.flags || t.tracer != new;
                    (t.flags, t.tracer) = (flags, new);
                    changed
                }
                (None, Some(tracer)) if on != 0 => {
                    traces.push(Trace { session: session.clone(), flags: on, tracer });
                    true
                }
                (Some(t), None) => core::mem::replace(&mut t.flags, 0) != 0,
                (None, _) => false,
            }
        })
    }

    /// Nothing is traced any more.
    pub(crate) fn clear(&self) {
        self.sensitive.store(false, Ordering::Relaxed);
        if !self.traces.lock().is_empty() {
            self.change(Vec::clear);
        }
        self.flags.store(0, Ordering::Release);
    }

    /// What ended sessions have left.
    pub(super) fn sweep(&self) {
        if !self.traces.lock().is_empty() {
            self.change(|_| ());
        }
    }

    /// While it is sensitive nothing is told about a process.
    pub fn set_sensitive(&self, sensitive: bool) {
        self.sensitive.store(sensitive, Ordering::Relaxed);
        self.change(|_| ());
    }

    /// Is it sensitive?
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.sensitive.load(Ordering::Relaxed)
    }

    /// Sessions that trace it.
    pub fn sessions(&self) -> Vec<Arc<Session>> {
        self.change(|traces| traces.iter().map(|t| t.session.clone()).collect())
    }

    /// Takes over another's traces by this flag (or, for the first child only, the flag `once`).
    pub(super) fn inherit(&self, from: &Traced, always: Flags, once: Flags) {
        for t in from.with(always | once) {
            let first_only = t.flags & once != 0;
            let mask = if first_only { t.flags & !(always | once) } else { t.flags };
            self.adjust(&t.session, Some(t.tracer), 0, mask);
            if first_only {
                from.adjust(&t.session, Some(t.tracer), always | once, 0);
            }
        }
    }

    /// Traces that sessions want for what is new.
    pub(super) fn begin(&self, ports: bool) {
        if !session::traces_new() {
            return;
        }
        for s in session::all() {
            let settings = s.settings.lock();
            let (flags, tracer) = if ports { settings.new_ports } else { settings.new_processes };
            drop(settings);
            if flags != 0 {
                self.adjust(&s, s.tracer.or(tracer), 0, flags);
            }
        }
    }

    /// Tells those that trace this kind of event; nobody is told of himself.
    pub fn tell(&self, me: Term, mask: Flags, tag: Atom, body: Body) {
        for t in self.with(mask) {
            if t.tracer.term() != me {
                message::send(t.tracer, t.flags, me, tag, body);
            }
        }
    }
}

/// The flags that processes of a node's life inherit by.
pub(super) const CHILDREN: (Flags, Flags) = (flags::SET_ON_SPAWN, flags::SET_ON_FIRST_SPAWN);
pub(super) const LINKED: (Flags, Flags) = (flags::SET_ON_LINK, flags::SET_ON_FIRST_LINK);
