//! Maps against a model: a sorted vector of small integers and such.

use super::*;
use crate::heap::Fragments;
use crate::term::compare::{compare, compare_exact, exact_eq};
use core::cmp::Ordering;
use proptest::prelude::*;
use std::collections::BTreeMap;

extern crate std;

fn key(a: &mut Fragments, n: u32) -> Term {
    match n % 4 {
        0 => Term::small(i64::from(n)),
        1 => terms::tuple(a, &[Term::small(i64::from(n)), Term::NIL]),
        2 => terms::binary(a, &n.to_be_bytes()),
        _ => terms::unsigned(a, u64::from(n) << 40),
    }
}

fn check(map: Term, model: &BTreeMap<u32, u32>, a: &mut Fragments) {
    assert_eq!(size(map), model.len());
    assert_eq!(map.as_flat_map().is_some(), model.len() <= FLAT_LIMIT);
    assert_eq!(MapIter::new(map).count(), model.len());
    for (k, v) in model {
        let k = key(a, *k);
        assert_eq!(get(map, k), Some(Term::small(i64::from(*v))));
    }
    let pairs: Vec<(Term, Term)> = model.iter().map(|(k, v)| (key(a, *k), Term::small(i64::from(*v)))).collect();
    let again = from_pairs(a, &pairs);
    assert!(exact_eq(map, again), "canonical");
    let mut builder = Builder::new(pairs);
    let slowly = core::iter::repeat_with(|| builder.go(a, &mut 7)).find_map(|done| done).expect("a map");
    assert!(exact_eq(map, slowly), "built in steps");
    assert_eq!(compare(map, again), Ordering::Equal);
    // From any place on, the walk goes on as it did.
    let mut it = MapIter::new(map);
    loop {
        let path = it.path();
        let rest = it.clone();
        assert_eq!(path.is_some(), it.next().is_some());
        let Some(path) = path else { break };
        assert!(MapIter::resume(map, &path).eq(rest));
    }
}

/// Large maps that often have all but a few keys in common.
fn some_map() -> impl Strategy<Value = BTreeMap<u32, u32>> {
    (proptest::sample::subsequence((0..42u32).collect::<Vec<_>>(), 39..42), proptest::collection::vec(0u32..20, 42))
        .prop_map(|(keys, values)| keys.into_iter().zip(values).map(|(k, v)| (k, v / 19)).collect())
}

proptest! {
    #[test]
    fn as_a_model(ops in proptest::collection::vec((0u32..120, any::<bool>(), any::<u32>()), 0..300)) {
        crate::atom::init();
        let mut a = Fragments::new();
        let mut map = empty(&mut a);
        let mut model = BTreeMap::new();
        for (k, remove_it, v) in ops {
            let t = key(&mut a, k);
            if remove_it {
                let taken = take(&mut a, map, t);
                assert_eq!(taken.map(|(v, _)| v), model.remove(&k).map(|v| Term::small(i64::from(v))));
                map = taken.map_or(map, |(_, m)| m);
            } else {
                map = put(&mut a, map, t, Term::small(i64::from(v)));
                model.insert(k, v);
            }
        }
        check(map, &model, &mut a);
    }

    #[test]
    fn order_is_that_of_sorted_pairs(
        x in some_map(),
        y in some_map(),
    ) {
        let mut a = Fragments::new();
        let mut make = |m: &BTreeMap<u32, u32>| {
            let pairs: Vec<_> = m.iter().map(|(k, v)| (key(&mut a, *k), Term::small(i64::from(*v)))).collect();
            (from_pairs(&mut a, &pairs), pairs)
        };
        let ((mx, mut px), (my, mut py)) = (make(&x), make(&y));
        px.sort_by(|l, r| compare_exact(l.0, r.0));
        py.sort_by(|l, r| compare_exact(l.0, r.0));
        let expected = px.len().cmp(&py.len())
            .then_with(|| px.iter().zip(&py).map(|(l, r)| compare(l.0, r.0)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal))
            .then_with(|| px.iter().zip(&py).map(|(l, r)| compare(l.1, r.1)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal));
        prop_assert_eq!(compare(mx, my), expected);
        prop_assert_eq!(exact_eq(mx, my), expected == Ordering::Equal);
        let merged = merge(&mut a, mx, my);
        let mut all = x.clone();
        all.extend(y.iter().map(|(k, v)| (*k, *v)));
        check(merged, &all, &mut a);
    }
}
