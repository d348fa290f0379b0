//! `ordered_set`: a balanced tree by Erlang's term order, under one lock; 1 and 1.0 are one key. Read beside it:
//! `erl_db_tree.c`.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::ops::Bound;

use super::Verdict;
use super::object::Object;
use super::prefix::{self, Prefix};
use crate::sync::RwLock;
use crate::term::Term;
use crate::term::compare::compare;

/// A key, ordered as terms are.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Key(Term);

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Key) -> Ordering {
        order(self.0, other.0)
    }
}

/// As `compare`, quicker for the tuples that keys often are.
#[inline]
fn order(a: Term, b: Term) -> Ordering {
    match (a.as_tuple(), b.as_tuple()) {
        (Some(x), Some(y)) if x.len() == y.len() => {
            x.iter().zip(y).map(|(x, y)| compare(*x, *y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
        }
        _ => compare(a, b),
    }
}
impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Key {}

/// An object and its key, which lies in the object.
struct Node {
    key: Key,
    object: Object,
}

impl Borrow<Key> for Node {
    fn borrow(&self) -> &Key {
        &self.key
    }
}
impl Ord for Node {
    fn cmp(&self, other: &Node) -> Ordering {
        self.key.cmp(&other.key)
    }
}
impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Node) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.key == other.key
    }
}
impl Eq for Node {}

/// A place between keys: what a range begins or ends with.
trait Place {
    fn mark(&self) -> Mark<'_>;
}

enum Mark<'a> {
    Key(Term),
    Before(&'a Prefix),
    After(&'a Prefix),
}

impl Place for Node {
    fn mark(&self) -> Mark<'_> {
        Mark::Key(self.key.0)
    }
}
impl Place for Mark<'_> {
    fn mark(&self) -> Mark<'_> {
        match self {
            Mark::Key(k) => Mark::Key(*k),
            Mark::Before(p) => Mark::Before(p),
            Mark::After(p) => Mark::After(p),
        }
    }
}

impl Ord for dyn Place + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.mark(), other.mark()) {
            (Mark::Key(a), Mark::Key(b)) => compare(a, b),
            (Mark::Before(p), Mark::Key(k)) => prefix::compare(p, k).then(Ordering::Less),
            (Mark::After(p), Mark::Key(k)) => prefix::compare(p, k).then(Ordering::Greater),
            (Mark::Key(k), Mark::Before(p)) => prefix::compare(p, k).then(Ordering::Less).reverse(),
            (Mark::Key(k), Mark::After(p)) => prefix::compare(p, k).then(Ordering::Greater).reverse(),
            (Mark::Before(_), Mark::After(_)) => Ordering::Less,
            (Mark::After(_), Mark::Before(_)) => Ordering::Greater,
            _ => Ordering::Equal,
        }
    }
}
impl PartialOrd for dyn Place + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for dyn Place + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for dyn Place + '_ {}
impl<'a> Borrow<dyn Place + 'a> for Node {
    fn borrow(&self) -> &(dyn Place + 'a) {
        self
    }
}

/// The keys of a walk: all behind `after` (before it, in a walk backwards) that begin with a prefix.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range<'a> {
    pub after: Option<Term>,
    pub prefix: Option<&'a Prefix>,
    pub backwards: bool,
}

#[derive(Default)]
pub(super) struct Inner {
    nodes: BTreeSet<Node>,
    words: usize,
}

impl Inner {
    fn insert(&mut self, object: Object, keypos: usize) {
        let words = object.memory();
        let old = self.nodes.replace(Node { key: Key(object.key(keypos)), object });
        self.words = self.words + words - old.map_or(0, |n| n.object.memory());
    }

    fn remove(&mut self, key: Term) -> bool {
        match self.nodes.take(&Key(key)) {
            Some(n) => {
                self.words -= n.object.memory();
                true
            }
            None => false,
        }
    }

    /// The objects of a range, in its direction.
    fn walk<'a>(&'a self, range: Range<'a>, f: &mut dyn FnMut(&'a Object) -> bool) -> bool {
        if range.prefix.is_none() {
            let after = range.after.map(Key);
            let bound = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
            return if range.backwards {
                self.nodes.range::<Key, _>((Bound::Unbounded, bound)).rev().all(|n| f(&n.object))
            } else {
                self.nodes.range::<Key, _>((bound, Bound::Unbounded)).all(|n| f(&n.object))
            };
        }
        let low = range.prefix.map(Mark::Before);
        let high = range.prefix.map(Mark::After);
        let after = range.after.map(Mark::Key);
        // A key inside the prefix's range is the nearer bound; one outside of it does not occur.
        let (low, high) = if range.backwards { (low, after.or(high)) } else { (after.or(low), high) };
        let bounds = (exclude(low.as_ref()), exclude(high.as_ref()));
        if let (Some(l), Some(h)) = (&low, &high)
            && (l as &dyn Place).cmp(h as &dyn Place).is_ge()
        {
            return true;
        }
        let mut nodes = self.nodes.range::<dyn Place + '_, _>(bounds);
        if range.backwards { nodes.rev().all(|n| f(&n.object)) } else { nodes.all(|n| f(&n.object)) }
    }
}

fn exclude<'a>(mark: Option<&'a Mark<'a>>) -> Bound<&'a (dyn Place + 'a)> {
    mark.map_or(Bound::Unbounded, |m| Bound::Excluded(m as &dyn Place))
}

pub(super) struct Tree {
    inner: RwLock<Inner>,
    keypos: usize,
    /// How often the table is fixed: of no effect here, but told by `info`.
    pub(super) fixed: core::sync::atomic::AtomicUsize,
}

impl Tree {
    pub(super) fn new(keypos: usize) -> Tree {
        Tree { inner: RwLock::new(Inner::default()), keypos, fixed: core::sync::atomic::AtomicUsize::new(0) }
    }

    pub(super) fn len(&self) -> usize {
        self.inner.read().nodes.len()
    }

    pub(super) fn memory(&self) -> usize {
        let inner = self.inner.read();
        inner.words + inner.nodes.len() * 3
    }

    pub(super) fn with(&self, key: Term, f: &mut dyn FnMut(&Object)) {
        if let Some(n) = self.inner.read().nodes.get(&Key(key)) {
            f(&n.object);
        }
    }

    pub(super) fn insert(&self, object: Object) {
        self.inner.write().insert(object, self.keypos);
    }

    pub(super) fn insert_all(&self, objects: Vec<Object>, new: bool) -> bool {
        let mut inner = self.inner.write();
        if new && objects.iter().any(|o| inner.nodes.contains(&Key(o.key(self.keypos)))) {
            return false;
        }
        objects.into_iter().for_each(|o| inner.insert(o, self.keypos));
        true
    }

    pub(super) fn remove(&self, key: Term, which: &mut dyn FnMut(&Object) -> bool) -> usize {
        let mut inner = self.inner.write();
        if !inner.nodes.get(&Key(key)).is_some_and(|n| which(&n.object)) {
            return 0;
        }
        usize::from(inner.remove(key))
    }

    /// As [`super::hash::Hash::update`].
    pub(super) fn update<R>(
        &self,
        key: Term,
        default: impl FnOnce() -> Option<Object>,
        f: impl FnOnce(&mut Object) -> (R, bool),
    ) -> Option<R> {
        let mut inner = self.inner.write();
        let old = inner.nodes.take(&Key(key));
        let found = old.is_some();
        let mut object = match old {
            Some(n) => {
                inner.words -= n.object.memory();
                n.object
            }
            None => default()?,
        };
        let (result, keep) = f(&mut object);
        if found || keep {
            inner.insert(object, self.keypos);
        }
        Some(result)
    }

    /// Shows the objects of a range until `f` has enough; true when it has seen all.
    pub(super) fn scan(&self, range: Range<'_>, f: &mut dyn FnMut(&Object) -> bool) -> bool {
        self.inner.read().walk(range, &mut |o| f(o))
    }

    /// Does with each object of a range what `f` says, until `budget` is used up; answers the key to go on behind,
    /// through `last`, or none at the end.
    pub(super) fn judge(
        &self,
        range: Range<'_>,
        budget: &mut usize,
        done: &mut usize,
        f: &mut dyn FnMut(Term) -> Verdict,
        last: &mut dyn FnMut(Term),
    ) -> bool {
        let mut inner = self.inner.write();
        let (mut gone, mut new): (Vec<Term>, Vec<Object>) = (Vec::new(), Vec::new());
        let ended = inner.walk(range, &mut |o| {
            *budget = budget.saturating_sub(1);
            match f(o.term()) {
                Verdict::Keep => {}
                Verdict::Delete => gone.push(o.key(self.keypos)),
                Verdict::Replace(o) => new.push(o),
            }
            if *budget == 0 {
                last(o.key(self.keypos));
            }
            *budget > 0
        });
        *done += gone.len() + new.len();
        // A key lies in its object, which goes with it; the others stay where they are.
        gone.into_iter().for_each(|k| {
            inner.remove(k);
        });
        new.into_iter().for_each(|o| inner.insert(o, self.keypos));
        ended
    }

    /// As [`Tree::judge`], for one key.
    pub(super) fn judge_key(&self, key: Term, done: &mut usize, f: &mut dyn FnMut(Term) -> Verdict) {
        let mut inner = self.inner.write();
        let Some(verdict) = inner.nodes.get(&Key(key)).map(|n| f(n.object.term())) else { return };
        match verdict {
            Verdict::Keep => return,
            Verdict::Delete => {
                inner.remove(key);
            }
            Verdict::Replace(o) => inner.insert(o, self.keypos),
        }
        *done += 1;
    }

    /// The `n`th object in order (`ets:slot/2`).
    pub(super) fn nth(&self, n: usize, f: &mut dyn FnMut(&Object)) -> bool {
        self.inner.read().nodes.iter().nth(n).map(|n| f(&n.object)).is_some()
    }

    pub(super) fn take_all(&self) -> Inner {
        core::mem::take(&mut *self.inner.write())
    }
}

impl Inner {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Frees up to `n` objects; true when none is left.
    pub(super) fn free_some(&mut self, n: &mut usize) -> bool {
        while *n > 0 {
            if self.nodes.pop_last().is_none() {
                return true;
            }
            *n -= 1;
        }
        self.nodes.is_empty()
    }
}

impl core::fmt::Debug for Tree {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Tree({} objects)", self.len())
    }
}
