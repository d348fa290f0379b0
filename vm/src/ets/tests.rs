//! Tables held against a simple model: a vector of objects.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::atom::Atom;
use crate::heap::Fragments;
use crate::term::compare::{compare, eq, exact_eq};
use crate::term::{Pid, build};

/// A key: small integers, and floats equal to some of them.
#[derive(Debug, Clone, Copy)]
struct Key(i8, bool);

#[derive(Debug, Clone)]
enum Step {
    Insert(Key, u8),
    InsertNew(Key, u8),
    Delete(Key),
    DeleteObject(Key, u8),
    Update(Key, u8),
    SweepOut(u8),
    Clear,
    Fix,
    Unfix,
}

fn key() -> impl Strategy<Value = Key> {
    (0..12i8, any::<bool>()).prop_map(|(k, f)| Key(k, f))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (key(), 0..4u8).prop_map(|(k, v)| Step::Insert(k, v)),
        2 => (key(), 0..4u8).prop_map(|(k, v)| Step::InsertNew(k, v)),
        4 => key().prop_map(Step::Delete),
        3 => (key(), 0..4u8).prop_map(|(k, v)| Step::DeleteObject(k, v)),
        2 => (key(), 0..4u8).prop_map(|(k, v)| Step::Update(k, v)),
        1 => (0..4u8).prop_map(Step::SweepOut),
        1 => Just(Step::Clear),
        1 => Just(Step::Fix),
        1 => Just(Step::Unfix),
    ]
}

fn table(kind: Kind, write_concurrency: WriteConcurrency) -> Table {
    crate::atom::init();
    let options = Options {
        kind,
        keypos: 2,
        named: false,
        protection: Protection::Public,
        write_concurrency,
        read_concurrency: false,
        decentralized_counters: false,
        compressed: false,
    };
    Table::new(Pid::new(1, 0), Atom::new("t"), options)
}

fn key_term(h: &mut Fragments, k: Key) -> Term {
    if k.1 { build::float(h, f64::from(k.0)) } else { Term::small(i64::from(k.0)) }
}

fn object(h: &mut Fragments, k: Key, v: u8) -> Term {
    let key = key_term(h, k);
    build::tuple(h, &[Term::atom(Atom::new("o")), key, Term::small(i64::from(v))])
}

/// The model: objects in the order in which they came.
struct Model {
    kind: Kind,
    objects: Vec<Term>,
}

impl Model {
    fn same(&self, a: Term, b: Term) -> bool {
        if self.kind == Kind::OrderedSet { eq(a, b) } else { exact_eq(a, b) }
    }

    fn with(&self, key: Term) -> Vec<Term> {
        self.objects.iter().copied().filter(|o| self.same(o.as_tuple().unwrap()[1], key)).collect()
    }

    fn insert(&mut self, o: Term) {
        let key = o.as_tuple().unwrap()[1];
        match self.kind {
            Kind::Set | Kind::OrderedSet => {
                let kind = self.kind;
                let same = |a, b| if kind == Kind::OrderedSet { eq(a, b) } else { exact_eq(a, b) };
                self.objects.retain(|x| !same(x.as_tuple().unwrap()[1], key));
            }
            Kind::Bag if self.objects.iter().any(|x| exact_eq(*x, o)) => return,
            _ => {}
        }
        self.objects.push(o);
    }
}

fn all_of(t: &Table, h: &mut Fragments) -> Vec<Term> {
    let mut out = Vec::new();
    if t.is_ordered() {
        t.walk(Range::default(), |o| {
            out.push(crate::heap::copy(h, o.term()));
            true
        });
        return out;
    }
    let mut place = Some(0);
    while let Some(p) = place {
        place = t.scan(p, &mut 3, |o| {
            out.push(crate::heap::copy(h, o.term()));
            true
        });
    }
    out
}

fn found(t: &Table, h: &mut Fragments, key: Term) -> Vec<Term> {
    let mut out = Vec::new();
    t.with(key, |o| {
        out.push(crate::heap::copy(h, o.term()));
        true
    });
    out
}

fn sorted(mut v: Vec<Term>) -> Vec<Term> {
    v.sort_by(|a, b| crate::term::compare::compare_exact(*a, *b));
    v
}

fn equal(a: &[Term], b: &[Term]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| exact_eq(*a, *b))
}

fn check(kind: Kind, concurrency: WriteConcurrency, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let t = table(kind, concurrency);
    let mut h = Fragments::new();
    let h = &mut h;
    let mut model = Model { kind, objects: Vec::new() };
    let mut fixed = 0;
    for s in steps {
        match s {
            Step::Insert(k, v) => {
                let o = object(h, k, v);
                t.insert(Object::new(o));
                model.insert(o);
            }
            Step::InsertNew(k, v) => {
                let o = object(h, k, v);
                let new = model.with(o.as_tuple().unwrap()[1]).is_empty();
                prop_assert_eq!(t.insert_new(Object::new(o)), new);
                if new {
                    model.insert(o);
                }
            }
            Step::Delete(k) => {
                let k = key_term(h, k);
                let n = model.with(k).len();
                prop_assert_eq!(t.remove(k, |_| true), n);
                model.objects =
                    model.objects.iter().copied().filter(|o| !model.same(o.as_tuple().unwrap()[1], k)).collect();
            }
            Step::DeleteObject(k, v) => {
                let o = object(h, k, v);
                t.remove(o.as_tuple().unwrap()[1], |x| exact_eq(x.term(), o));
                model.objects.retain(|x| !exact_eq(*x, o));
            }
            Step::Update(k, v) => {
                if !t.is_set() {
                    continue;
                }
                let k = key_term(h, k);
                let done = t.update(
                    k,
                    || None,
                    |o| {
                        o.set_immediate(2, Term::small(i64::from(v)));
                        ((), true)
                    },
                );
                let old = model.with(k);
                prop_assert_eq!(done.is_some(), !old.is_empty());
                if let Some(o) = old.first() {
                    let e = o.as_tuple().unwrap();
                    let new = build::tuple(h, &[e[0], e[1], Term::small(i64::from(v))]);
                    model.insert(new);
                }
            }
            Step::SweepOut(v) => {
                let v = Term::small(i64::from(v));
                let (mut done, mut budget) = (0, usize::MAX);
                let judge = |o: Term| if o.as_tuple().unwrap()[2] == v { Verdict::Delete } else { Verdict::Keep };
                if t.is_ordered() {
                    t.judge_range(Range::default(), &mut budget, &mut done, judge, |_| {});
                } else {
                    t.judge(0, &mut budget, &mut done, judge);
                }
                let before = model.objects.len();
                model.objects.retain(|o| o.as_tuple().unwrap()[2] != v);
                prop_assert_eq!(done, before - model.objects.len());
            }
            Step::Clear => {
                prop_assert_eq!(t.clear().0, model.objects.len());
                model.objects.clear();
            }
            Step::Fix => {
                fixed += 1;
                t.add_fixed();
            }
            Step::Unfix if fixed > 0 => {
                fixed -= 1;
                t.sub_fixed(1);
            }
            Step::Unfix => {}
        }
        prop_assert_eq!(t.len(), model.objects.len());
        let all = all_of(&t, h);
        if t.is_ordered() {
            let mut want = model.objects.clone();
            want.sort_by(|a, b| compare(a.as_tuple().unwrap()[1], b.as_tuple().unwrap()[1]));
            prop_assert!(equal(&all, &want));
        } else {
            prop_assert!(equal(&sorted(all), &sorted(model.objects.clone())));
        }
        for k in 0..12 {
            for float in [false, true] {
                let k = key_term(h, Key(k, float));
                prop_assert!(equal(&found(&t, h, k), &model.with(k)));
            }
        }
    }
    let words = t.memory();
    let mut garbage = t.clear().1;
    while !garbage.free_some(3) {}
    prop_assert!(words > 0);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_set(steps in prop::collection::vec(step(), 0..80)) {
        check(Kind::Set, WriteConcurrency::No, steps)?;
    }

    #[test]
    fn a_set_of_many_shards(steps in prop::collection::vec(step(), 0..80)) {
        check(Kind::Set, WriteConcurrency::Yes, steps)?;
    }

    #[test]
    fn an_ordered_set(steps in prop::collection::vec(step(), 0..80)) {
        check(Kind::OrderedSet, WriteConcurrency::No, steps)?;
    }

    #[test]
    fn a_bag(steps in prop::collection::vec(step(), 0..80)) {
        check(Kind::Bag, WriteConcurrency::No, steps)?;
    }

    #[test]
    fn a_duplicate_bag(steps in prop::collection::vec(step(), 0..80)) {
        check(Kind::DuplicateBag, WriteConcurrency::Locks(2), steps)?;
    }
}

#[test]
fn a_walk_by_key_goes_on_behind_deleted_keys_while_the_table_is_fixed() {
    let t = table(Kind::Set, WriteConcurrency::Yes);
    let mut h = Fragments::new();
    for k in 0..100 {
        t.insert(Object::new(object(&mut h, Key(k, false), 0)));
    }
    t.add_fixed();
    let (mut place, mut n) = (0, 0);
    loop {
        let mut key = None;
        let Some(_) = t.first_from(place, |o| key = Some(crate::heap::copy(&mut h, o.key(2)))) else { break };
        let key = key.unwrap();
        assert_eq!(t.remove(key, |_| true), 1);
        n += 1;
        place = t.place_after(key).unwrap();
    }
    assert_eq!((n, t.len()), (100, 0));
    t.sub_fixed(1);
    assert_eq!(t.place_after(Term::small(1)), None);
    assert_eq!(t.slots(), 256);
}

#[test]
fn a_prefix_bounds_the_walk() {
    let t = table(Kind::OrderedSet, WriteConcurrency::No);
    let mut h = Fragments::new();
    for a in 0..10 {
        for b in 0..10 {
            let key = build::tuple(&mut h, &[Term::small(a), Term::small(b)]);
            t.insert(Object::new(build::tuple(&mut h, &[Term::NIL, key])));
        }
    }
    let pattern = build::tuple(&mut h, &[Term::small(4), Term::atom(crate::atom::UNDERSCORE)]);
    let prefix = Prefix::new(pattern);
    for backwards in [false, true] {
        let mut seen = Vec::new();
        let range = Range { after: None, prefix: Some(&prefix), backwards };
        assert!(t.walk(range, |o| {
            let key = o.key(2).as_tuple().unwrap();
            assert_eq!(key[0], Term::small(4));
            seen.push(key[1].small_value());
            true
        }));
        if backwards {
            seen.reverse();
        }
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }
}
