//! Keys of patterns that begin with known terms: an `ordered_set` is walked only where such keys can be.

use core::cmp::Ordering;

use crate::heap::OwnedTerm;
use crate::match_spec::is_variable;
use crate::term::Term;
use crate::term::compare;

/// A pattern for keys, with variables in it.
#[derive(Debug)]
pub struct Prefix(OwnedTerm);

impl Prefix {
    /// The part of a pattern that the key is matched with.
    #[must_use]
    pub fn new(pattern: Term) -> Prefix {
        Prefix(OwnedTerm::new(pattern))
    }
}

/// How all keys that the pattern may match compare with a key; equal when the key may be among them.
pub(super) fn compare(pattern: &Prefix, key: Term) -> Ordering {
    walk(pattern.0.get(), key).unwrap_or(Ordering::Equal)
}

/// None: a variable has been met, what follows decides nothing. Recurses as deep as the pattern, which the compiler of
/// match specifications bounds.
fn walk(pattern: Term, key: Term) -> Option<Ordering> {
    if pattern.is_map() || is_variable(pattern) {
        return None;
    }
    if let (Some(p), Some(k)) = (pattern.as_tuple(), key.as_tuple())
        && p.len() == k.len()
    {
        return all(p.iter().copied().zip(k.iter().copied()));
    }
    let (mut p, mut k) = (pattern, key);
    while let (Some((ph, pt)), Some((kh, kt))) = (p.as_cons(), k.as_cons()) {
        match walk(ph, kh)? {
            Ordering::Equal => (p, k) = (pt, kt),
            order => return Some(order),
        }
    }
    if p != pattern {
        return walk(p, k);
    }
    if pattern.is_cons() && key.is_cons() { None } else { Some(compare::compare(pattern, key)) }
}

fn all(pairs: impl Iterator<Item = (Term, Term)>) -> Option<Ordering> {
    for (p, k) in pairs {
        match walk(p, k)? {
            Ordering::Equal => {}
            order => return Some(order),
        }
    }
    Some(Ordering::Equal)
}
