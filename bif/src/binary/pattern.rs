//! What is searched for: one string (a two-way search with vector instructions) or several (Aho-Corasick; the
//! leftmost occurrence, and of those that begin there the longest). Both searches can stop after any number of bytes.

use alloc::sync::Arc;
use alloc::vec::Vec;

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Input, MatchKind};
use joist_vm::term::{Magic, Term};
use memchr::memmem;

/// A compiled pattern; it lives in a magic reference.
#[allow(clippy::large_enum_variant)] // one for each compiled pattern, behind a reference anyway
pub(super) enum Pattern {
    One(memmem::Finder<'static>),
    Many { automaton: NFA, longest: usize },
}

/// Bytes searched for one reduction.
const ONE_RATE: usize = 1024;
const MANY_RATE: usize = 128;

impl Pattern {
    /// Compiles a binary, or a list of at least one; none of them may be empty.
    pub(super) fn new(t: Term) -> Option<Pattern> {
        if let Some(bytes) = t.as_binary() {
            return (!bytes.is_empty()).then(|| Pattern::One(memmem::Finder::new(&bytes[..]).into_owned()));
        }
        let items = t.list_to_vec()?;
        let strings: Option<Vec<_>> = items.iter().map(|t| t.as_binary().filter(|b| !b.is_empty())).collect();
        let strings = strings.filter(|s| !s.is_empty())?;
        if let [one] = &strings[..] {
            return Some(Pattern::One(memmem::Finder::new(&one[..]).into_owned()));
        }
        let longest = strings.iter().map(|s| s.len()).max().unwrap_or(0);
        let automaton = NFA::builder().match_kind(MatchKind::LeftmostLongest).build(&strings).ok()?;
        Some(Pattern::Many { automaton, longest })
    }

    /// The pattern in `{bm | ac, Reference}`, or a pattern made for once.
    pub(super) fn of(t: Term) -> Option<Arc<Pattern>> {
        let Some([tag, reference]) = t.as_tuple_of::<2>() else { return Pattern::new(t).map(Arc::new) };
        let magic: &'static Magic = reference.as_magic()?;
        let pattern = Arc::clone(magic).downcast::<Pattern>().ok()?;
        (tag.as_atom()?.text() == pattern.tag()).then_some(pattern)
    }

    /// The tag of a compiled pattern's tuple.
    pub(super) const fn tag(&self) -> &'static str {
        match self {
            Pattern::One(_) => "bm",
            Pattern::Many { .. } => "ac",
        }
    }

    /// Finds the first occurrence in `bytes[from..to]`, looking at about as much as the budget (reductions) pays for.
    pub(super) fn find(&self, bytes: &[u8], from: usize, to: usize, budget: &mut usize) -> Found {
        match self {
            Pattern::One(finder) => {
                let len = finder.needle().len();
                // Starting points before this are decided now; a window reaches far enough to decide the last one.
                let (starts, end) = window(from, to, len, *budget, ONE_RATE);
                match finder.find(&bytes[from..end]) {
                    Some(i) => {
                        *budget = budget.saturating_sub(1 + i / ONE_RATE);
                        Found::At(from + i, len)
                    }
                    None => rest(starts, from, end == to, ONE_RATE, budget),
                }
            }
            Pattern::Many { automaton, longest } => {
                let (starts, end) = window(from, to, *longest, *budget, MANY_RATE);
                match automaton.try_find(&Input::new(&bytes[..end]).range(from..end)) {
                    Ok(Some(m)) if m.start() < starts || end == to => {
                        *budget = budget.saturating_sub(1 + (m.end() - from) / MANY_RATE);
                        Found::At(m.start(), m.len())
                    }
                    _ => rest(starts, from, end == to, MANY_RATE, budget),
                }
            }
        }
    }
}

/// What a search came to.
pub(super) enum Found {
    /// Position and length.
    At(usize, usize),
    Nothing,
    /// To be taken up again at this position.
    Paused(usize),
}

/// (The first starting point that is not decided by a search, where the search ends.)
fn window(from: usize, to: usize, longest: usize, budget: usize, rate: usize) -> (usize, usize) {
    // A window shorter than the pattern would look at every byte many times.
    let n = budget.max(1).saturating_mul(rate).max(longest).max(4096);
    let starts = from.saturating_add(n).min(to);
    (starts, starts.saturating_add(longest - 1).min(to))
}

fn rest(starts: usize, from: usize, all: bool, rate: usize, budget: &mut usize) -> Found {
    *budget = budget.saturating_sub(1 + (starts - from) / rate);
    if all { Found::Nothing } else { Found::Paused(starts) }
}
