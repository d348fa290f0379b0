//! Erlang's orders of terms, on an explicit stack: deep terms must not overflow a kernel's stack. Read beside it:
//! `erts_cmp_compound` in `erts/emulator/beam/utils.c`.
//!
//! number < atom < reference < fun < port < pid < tuple < record < map < nil < list < bitstring

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

pub use super::equal::{eq, exact_eq, zeros_are_distinct};
use super::{External, ExternalKind, FunRef, Record, Tag, Term};
use crate::map::{Difference, diff};
use crate::node::{self, NodeName};
use crate::number;

/// The order of `<`, `==`, `>`: integers and floats by value.
#[inline(always)]
#[must_use]
pub fn compare(a: Term, b: Term) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    if a.is_small() && b.is_small() {
        return a.small_value().cmp(&b.small_value());
    }
    run(a, b, false)
}

/// The order of map keys: as [`compare`], but each integer is less than each float.
#[inline(always)]
#[must_use]
pub fn compare_exact(a: Term, b: Term) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    if let (Some(x), Some(y)) = (a.as_atom(), b.as_atom()) {
        return x.compare(y);
    }
    run(a, b, true)
}

enum Frame {
    /// Terms still to be compared pairwise.
    Terms { a: &'static [Term], b: &'static [Term], exact: bool },
    /// A search for the least key in which two maps differ.
    LeastKey(Box<LeastKey>),
}

/// Among the keys in which two hashed maps of the same size differ, the least decides.
struct LeastKey {
    candidates: Vec<Difference>,
    best: usize,
    next: usize,
    /// How the values compare.
    exact: bool,
}

/// What comparing one pair came to.
enum Step {
    Known(Ordering),
    /// Frames were pushed.
    Inside,
}

/// So deep terms are compared by recursion, which needs no memory of its own.
const SHALLOW: u32 = 8;

#[inline(never)]
fn run(a: Term, b: Term, exact: bool) -> Ordering {
    shallow(a, b, exact, SHALLOW).unwrap_or_else(|| deep(a, b, exact))
}

/// Compares what is no container, lists and tuples; none for anything else, or if they are too deep.
fn shallow(mut a: Term, mut b: Term, exact: bool, depth: u32) -> Option<Ordering> {
    loop {
        if a == b {
            return Some(Ordering::Equal);
        }
        if a.is_small() && b.is_small() {
            return Some(a.small_value().cmp(&b.small_value()));
        }
        if let (Some(x), Some(y)) = (a.as_atom(), b.as_atom()) {
            return Some(x.compare(y));
        }
        let (ra, rb) = (rank(a), rank(b));
        if ra != rb {
            return Some(ra.cmp(&rb));
        }
        match ra {
            0 => return Some(numbers(a, b, exact)),
            6 => {
                let (x, y) = (a.term_words(), b.term_words());
                if x.len() != y.len() {
                    return Some(x.len().cmp(&y.len()));
                }
                let next = depth.checked_sub(1)?;
                let (Some((last_x, x)), Some((last_y, y))) = (x.split_last(), y.split_last()) else {
                    return Some(Ordering::Equal);
                };
                for (x, y) in x.iter().zip(y) {
                    let order = if x == y { Ordering::Equal } else { shallow(*x, *y, exact, next)? };
                    if order != Ordering::Equal {
                        return Some(order);
                    }
                }
                (a, b) = (*last_x, *last_y);
            }
            10 => {
                let ([x, more_a], [y, more_b]) = (a.cell(), b.cell());
                if x != y {
                    let order = shallow(*x, *y, exact, depth.checked_sub(1)?)?;
                    if order != Ordering::Equal {
                        return Some(order);
                    }
                }
                (a, b) = (*more_a, *more_b);
            }
            11 => return Some(a.as_bits()?.compare(&b.as_bits()?)),
            _ => return None,
        }
    }
}

fn deep(a: Term, b: Term, exact: bool) -> Ordering {
    let mut stack: Vec<Frame> = Vec::new();
    let mut result = match step(a, b, exact, &mut stack) {
        Step::Known(o) => return o,
        Step::Inside => Ordering::Equal,
    };
    while let Some(frame) = stack.pop() {
        match frame {
            Frame::Terms { a, b, exact } => {
                if result != Ordering::Equal {
                    continue;
                }
                for (i, (x, y)) in a.iter().zip(b).enumerate() {
                    let below = stack.len();
                    match step(*x, *y, exact, &mut stack) {
                        Step::Known(Ordering::Equal) => {}
                        Step::Known(o) => {
                            result = o;
                            break;
                        }
                        Step::Inside => {
                            if i + 1 < a.len() {
                                // What was pushed comes first: the rest goes below it.
                                stack.insert(below, Frame::Terms { a: &a[i + 1..], b: &b[i + 1..], exact });
                            }
                            break;
                        }
                    }
                }
            }
            Frame::LeastKey(search) => result = search.step(result, &mut stack),
        }
    }
    result
}

impl LeastKey {
    /// The comparison of the next candidate with the best one is done.
    fn step(mut self: Box<Self>, order: Ordering, stack: &mut Vec<Frame>) -> Ordering {
        if order == Ordering::Less {
            self.best = self.next;
        }
        self.next += 1;
        if self.next < self.candidates.len() {
            let (a, b) = (self.candidates[self.next].key(), self.candidates[self.best].key());
            stack.push(Frame::LeastKey(self));
            stack.push(Frame::Terms { a, b, exact: true });
            return Ordering::Equal;
        }
        match self.candidates[self.best] {
            Difference::OnlyFirst(_) => Ordering::Less,
            Difference::OnlySecond(_) => Ordering::Greater,
            Difference::Both(a, b) => {
                stack.push(Frame::Terms { a: &a[1..], b: &b[1..], exact: self.exact });
                Ordering::Equal
            }
        }
    }
}

/// The place of a type in the order.
fn rank(t: Term) -> u8 {
    if t.is_small() {
        return 0;
    }
    if t.is_cons() {
        return 10;
    }
    let Some(header) = t.header() else {
        return match () {
            () if t.is_atom() => 1,
            () if t.as_port().is_some() => 4,
            () if t.is_local_pid() => 5,
            () => 9,
        };
    };
    match header.tag() {
        Tag::PosBig | Tag::NegBig | Tag::Float => 0,
        Tag::Ref => 2,
        Tag::Fun | Tag::Export => 3,
        Tag::External => match t.as_external().map(|e| e.kind) {
            Some(ExternalKind::Port) => 4,
            Some(ExternalKind::Pid) => 5,
            _ => 2,
        },
        Tag::Tuple => 6,
        Tag::Record => 7,
        Tag::FlatMap | Tag::HashMap | Tag::HamtNode => 8,
        Tag::HeapBits | Tag::SubBits | Tag::MatchContext | Tag::BinRef => 11,
    }
}

fn step(a: Term, b: Term, exact: bool, stack: &mut Vec<Frame>) -> Step {
    use Step::Known;
    if a == b {
        return Known(Ordering::Equal);
    }
    if a.is_small() && b.is_small() {
        return Known(a.small_value().cmp(&b.small_value()));
    }
    let (ra, rb) = (rank(a), rank(b));
    if ra != rb {
        return Known(ra.cmp(&rb));
    }
    let push = |stack: &mut Vec<Frame>, a, b, exact| {
        stack.push(Frame::Terms { a, b, exact });
        Step::Inside
    };
    match ra {
        0 => Known(numbers(a, b, exact)),
        1 => match (a.as_atom(), b.as_atom()) {
            (Some(x), Some(y)) => Known(x.compare(y)),
            _ => Known(Ordering::Equal),
        },
        2 => Known(references(a, b)),
        3 => funs(a, b, exact, stack),
        4 => Known(ports(a, b)),
        5 => Known(pids(a, b)),
        6 => {
            let (x, y) = (a.term_words(), b.term_words());
            if x.len() != y.len() {
                return Known(x.len().cmp(&y.len()));
            }
            push(stack, x, y, exact)
        }
        7 => match (a.as_record(), b.as_record()) {
            (Some(x), Some(y)) => match definitions(&x, &y) {
                Ordering::Equal => push(stack, x.values, y.values, exact),
                order => Known(order),
            },
            _ => Known(Ordering::Equal),
        },
        8 => maps(a, b, exact, stack),
        10 => list(a, b, exact, stack),
        11 => match (a.as_bits(), b.as_bits()) {
            (Some(x), Some(y)) => Known(x.compare(&y)),
            _ => Known(Ordering::Equal),
        },
        _ => Known(Ordering::Equal),
    }
}

fn list(mut a: Term, mut b: Term, exact: bool, stack: &mut Vec<Frame>) -> Step {
    loop {
        let (x, y) = (a.cell(), b.cell());
        if x[0] == y[0] && x[1].is_cons() && y[1].is_cons() {
            (a, b) = (x[1], y[1]);
            if a == b {
                return Step::Known(Ordering::Equal);
            }
            continue;
        }
        stack.push(Frame::Terms { a: x, b: y, exact });
        return Step::Inside;
    }
}

/// By module, name, visibility, number of fields, their names.
fn definitions(x: &Record, y: &Record) -> Ordering {
    if x.is_like(y) {
        return Ordering::Equal;
    }
    let atoms = |a: &[Term], b: &[Term]| {
        let pairs = a.iter().zip(b).filter_map(|(a, b)| Some(a.as_atom()?.compare(b.as_atom()?)));
        pairs.fold(Ordering::Equal, Ordering::then)
    };
    let (a, b) = (x.identity(), y.identity());
    atoms(&a[..3], &b[..3]).then(a.len().cmp(&b.len())).then_with(|| atoms(&a[3..], &b[3..]))
}

fn numbers(a: Term, b: Term, exact: bool) -> Ordering {
    let (fa, fb) = (a.as_float(), b.as_float());
    match (fa, fb) {
        (Some(x), Some(y)) => {
            let order = x.partial_cmp(&y).unwrap_or(Ordering::Equal);
            if exact && order == Ordering::Equal && zeros_are_distinct() {
                return y.is_sign_negative().cmp(&x.is_sign_negative());
            }
            order
        }
        (None, Some(_)) if exact => Ordering::Less,
        (Some(_), None) if exact => Ordering::Greater,
        _ => number::compare(a, b),
    }
}

fn nodes(a: NodeName, b: NodeName) -> Ordering {
    a.name.compare(b.name).then(a.creation.cmp(&b.creation))
}

fn node_of(external: Option<&External>) -> NodeName {
    external.map_or_else(node::this, |e| NodeName { name: e.node, creation: e.creation })
}

fn pids(a: Term, b: Term) -> Ordering {
    let (ea, eb) = (a.as_external(), b.as_external());
    let parts = |t: Term, e: Option<&External>| match (t.as_pid(), e) {
        (Some(p), _) => (p.serial(), p.number()),
        (None, Some(e)) => ((e.data[0] >> 32) as u32, e.data[0] as u32),
        _ => (0, 0),
    };
    parts(a, ea.as_ref()).cmp(&parts(b, eb.as_ref())).then_with(|| nodes(node_of(ea.as_ref()), node_of(eb.as_ref())))
}

fn ports(a: Term, b: Term) -> Ordering {
    let (ea, eb) = (a.as_external(), b.as_external());
    let number = |t: Term, e: Option<&External>| t.as_port().map_or_else(|| e.map_or(0, |e| e.data[0]), |p| p.0);
    nodes(node_of(ea.as_ref()), node_of(eb.as_ref())).then_with(|| number(a, ea.as_ref()).cmp(&number(b, eb.as_ref())))
}

fn references(a: Term, b: Term) -> Ordering {
    let (ea, eb) = (a.as_external(), b.as_external());
    let count = |e: Option<&External>| e.map_or(3, |e| e.count);
    let number = |t: Term, e: Option<&External>, i: usize| match (e, t.as_reference()) {
        (Some(e), _) if i < e.count => e.number(i),
        (None, Some(r)) => r.numbers.get(i).copied().unwrap_or(0),
        _ => 0,
    };
    nodes(node_of(ea.as_ref()), node_of(eb.as_ref())).then_with(|| {
        (0..count(ea.as_ref()).max(count(eb.as_ref())))
            .rev()
            .map(|i| number(a, ea.as_ref(), i).cmp(&number(b, eb.as_ref(), i)))
            .find(|o| *o != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    })
}

fn funs(a: Term, b: Term, exact: bool, stack: &mut Vec<Frame>) -> Step {
    let (Some(x), Some(y)) = (a.as_fun(), b.as_fun()) else { return Step::Known(Ordering::Equal) };
    match (x.code, y.code) {
        (FunRef::Local(e), FunRef::Local(g)) => {
            let order = e
                .module
                .compare(g.module)
                .then(e.index.cmp(&g.index))
                .then(e.old_uniq.cmp(&g.old_uniq))
                .then(x.env.len().cmp(&y.env.len()));
            if order != Ordering::Equal || x.env.is_empty() {
                return Step::Known(order);
            }
            stack.push(Frame::Terms { a: x.env, b: y.env, exact });
            Step::Inside
        }
        (FunRef::External(e), FunRef::External(g)) => Step::Known(
            e.mfa
                .module
                .compare(g.mfa.module)
                .then_with(|| e.mfa.function.compare(g.mfa.function))
                .then(e.mfa.arity.cmp(&g.mfa.arity)),
        ),
        (FunRef::Local(_), FunRef::External(_)) => Step::Known(Ordering::Less),
        (FunRef::External(_), FunRef::Local(_)) => Step::Known(Ordering::Greater),
    }
}

fn maps(a: Term, b: Term, exact: bool, stack: &mut Vec<Frame>) -> Step {
    let order = crate::map::size(a).cmp(&crate::map::size(b));
    if order != Ordering::Equal {
        return Step::Known(order);
    }
    if a.is_tag(Tag::FlatMap) {
        let (x, y) = (a.term_words(), b.term_words());
        stack.push(Frame::Terms { a: &x[1..], b: &y[1..], exact });
        stack.push(Frame::Terms { a: &x[..1], b: &y[..1], exact: true });
        return Step::Inside;
    }
    let candidates = diff(a, b, exact);
    match candidates.as_slice() {
        [] => Step::Known(Ordering::Equal),
        _ => {
            // The first candidate is the best so far: comparing it with itself starts the search.
            stack.push(Frame::LeastKey(Box::new(LeastKey { candidates, best: 0, next: 0, exact })));
            Step::Inside
        }
    }
}
