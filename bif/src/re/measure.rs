//! Lengths of what a pattern's parts match, and what follows from them.

use alloc::vec::Vec;

use super::ast::{Condition, Node, UNLIMITED};
use super::error::PatternError;

/// Steps that measuring may take: patterns that call each other many times over are not measured to the end.
const STEPS: u32 = 2000;

/// The groups' nodes, by number.
pub(super) struct Groups<'a>(pub Vec<Option<&'a Node>>);

impl<'a> Groups<'a> {
    pub(super) fn new(root: &'a Node, count: u32) -> Groups<'a> {
        let mut all = alloc::vec![None; count as usize + 1];
        all[0] = Some(root);
        collect(root, &mut all);
        Groups(all)
    }

    fn get(&self, n: u32) -> Option<&'a Node> {
        self.0.get(n as usize).copied().flatten()
    }

    /// The least number of characters, 0 or 1: can it match the empty string?
    pub(super) fn can_be_empty(&self, node: &Node) -> bool {
        self.empty(node, &mut Vec::new(), &mut { STEPS })
    }

    fn empty(&self, node: &Node, calls: &mut Vec<u32>, steps: &mut u32) -> bool {
        if *steps == 0 {
            return true;
        }
        *steps -= 1;
        match node {
            Node::Char(_) | Node::Set(_) | Node::CrlfDot | Node::Byte | Node::Newline | Node::Grapheme => false,
            Node::Group(_, n) | Node::Atomic(n) => self.empty(n, calls, steps),
            Node::Alt(all) => all.iter().any(|n| self.empty(n, calls, steps)),
            Node::Cat(all) => all.iter().all(|n| self.empty(n, calls, steps)),
            Node::Repeat { node, min, .. } => *min == 0 || self.empty(node, calls, steps),
            Node::Cond { condition: Condition::Never, .. } => true,
            Node::Cond { yes, no, .. } => self.empty(yes, calls, steps) || self.empty(no, calls, steps),
            Node::Call(n, _) => {
                if calls.contains(n) {
                    return false;
                }
                calls.push(*n);
                let is = self.get(*n).is_none_or(|g| self.empty(g, calls, steps));
                calls.pop();
                is
            }
            _ => true,
        }
    }

    /// How many characters it always matches; the error is 25 or 36.
    pub(super) fn fixed(&self, node: &Node) -> Result<u32, u8> {
        self.length(node, &mut Vec::new(), &mut { STEPS })
    }

    fn length(&self, node: &Node, calls: &mut Vec<u32>, steps: &mut u32) -> Result<u32, u8> {
        if *steps == 0 {
            return Err(25);
        }
        *steps -= 1;
        let same = |mut all: Vec<u32>| {
            all.dedup();
            match all[..] {
                [one] => Ok(one),
                _ => Err(25),
            }
        };
        match node {
            Node::Char(_) | Node::Set(_) | Node::CrlfDot => Ok(1),
            Node::Byte => Err(36),
            Node::Newline | Node::Grapheme | Node::Back { .. } => Err(25),
            Node::Group(_, n) | Node::Atomic(n) => self.length(n, calls, steps),
            Node::Alt(all) => {
                let all: Result<Vec<u32>, u8> = all.iter().map(|n| self.length(n, calls, steps)).collect();
                same(all?)
            }
            Node::Cat(all) => {
                let mut sum: u32 = 0;
                for n in all {
                    if matches!(n, Node::Accept) {
                        // What follows is never tried.
                        break;
                    }
                    sum = sum.saturating_add(self.length(n, calls, steps)?);
                }
                Ok(sum)
            }
            Node::Repeat { node, min, max, .. } => {
                if min != max || *max == UNLIMITED {
                    return Err(25);
                }
                self.length(node, calls, steps)?.checked_mul(*min).ok_or(25)
            }
            Node::Cond { condition: Condition::Never, .. } => Ok(0),
            Node::Cond { yes, no, .. } => {
                let both = [self.length(yes, calls, steps)?, self.length(no, calls, steps)?];
                same(both.to_vec())
            }
            Node::Call(n, _) => {
                // (Nor has a group a length that calls itself.)
                if calls.contains(n) || *n == 0 || self.get(*n).is_some_and(|g| is_inside(node, g)) {
                    return Err(25);
                }
                calls.push(*n);
                let l = self.get(*n).map_or(Err(25), |g| self.length(g, calls, steps));
                calls.pop();
                l
            }
            _ => Ok(0),
        }
    }

    /// The fewest and the most characters that it matches, for PCRE 2's look-behinds; the error is 25.
    pub(super) fn between(&self, node: &Node) -> Result<(u32, u32), u8> {
        self.lengths(node, &mut Vec::new(), &mut { STEPS })
    }

    fn lengths(&self, node: &Node, calls: &mut Vec<u32>, steps: &mut u32) -> Result<(u32, u32), u8> {
        if *steps == 0 {
            return Err(25);
        }
        *steps -= 1;
        let either = |a: (u32, u32), b: (u32, u32)| (a.0.min(b.0), a.1.max(b.1));
        match node {
            Node::Char(_) | Node::Set(_) | Node::CrlfDot => Ok((1, 1)),
            Node::Byte => Err(36),
            Node::Newline => Ok((1, 2)),
            Node::Grapheme => Err(25),
            Node::Group(_, n) | Node::Atomic(n) => self.lengths(n, calls, steps),
            Node::Alt(all) => {
                let mut most: Option<(u32, u32)> = None;
                for n in all {
                    let one = self.lengths(n, calls, steps)?;
                    most = Some(most.map_or(one, |m| either(m, one)));
                }
                Ok(most.unwrap_or_default())
            }
            Node::Cat(all) => {
                let mut sum = (0u32, 0u32);
                for n in all.iter().take_while(|n| !matches!(n, Node::Accept)) {
                    let one = self.lengths(n, calls, steps)?;
                    sum = (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1));
                }
                Ok(sum)
            }
            Node::Repeat { max: 0, .. } => Ok((0, 0)),
            Node::Repeat { max: UNLIMITED, .. } => Err(25),
            Node::Repeat { node, min, max, .. } => {
                let one = self.lengths(node, calls, steps)?;
                Ok((one.0.saturating_mul(*min), one.1.saturating_mul(*max)))
            }
            Node::Cond { condition: Condition::Never, .. } => Ok((0, 0)),
            Node::Cond { yes, no, .. } => Ok(either(self.lengths(yes, calls, steps)?, self.lengths(no, calls, steps)?)),
            Node::Call(n, _) => self.group_lengths(node, *n, calls, steps),
            Node::Back { groups, .. } => match groups[..] {
                [n] => self.group_lengths(node, n, calls, steps),
                _ => Err(25),
            },
            _ => Ok((0, 0)),
        }
    }

    fn group_lengths(&self, node: &Node, n: u32, calls: &mut Vec<u32>, steps: &mut u32) -> Result<(u32, u32), u8> {
        if calls.contains(&n) || n == 0 || self.get(n).is_some_and(|g| is_inside(node, g)) {
            return Err(25);
        }
        calls.push(n);
        let l = self.get(n).map_or(Err(25), |g| self.lengths(g, calls, steps));
        calls.pop();
        l
    }

    /// Refuses calls that a group makes of itself before it has matched anything.
    pub(super) fn check_loops(&self, root: &Node) -> Result<(), PatternError> {
        self.walk(root, &mut alloc::vec![(0, false)])
    }

    /// `open`: the groups around, and whether they have matched a character for sure.
    fn walk(&self, node: &Node, open: &mut Vec<(u32, bool)>) -> Result<(), PatternError> {
        match node {
            Node::Group(group, n) => {
                let Some(group) = group else { return self.walk(n, open) };
                open.push((*group, false));
                self.walk(n, open)?;
                open.pop();
                Ok(())
            }
            Node::Atomic(n) | Node::Look { node: n, .. } => self.walk(n, open),
            Node::Repeat { node: n, .. } => self.walk(n, open),
            Node::Cat(all) => {
                let before = open.clone();
                for n in all {
                    self.walk(n, open)?;
                    if !self.can_be_empty(n) {
                        open.iter_mut().for_each(|o| o.1 = true);
                    }
                }
                *open = before;
                Ok(())
            }
            Node::Alt(all) => all.iter().try_for_each(|n| self.walk(n, open)),
            Node::Call(n, at) if open.iter().any(|o| o.0 == *n && !o.1) => Err(PatternError { code: 40, at: *at }),
            _ => Ok(()),
        }
    }
}

fn collect<'a>(node: &'a Node, all: &mut Vec<Option<&'a Node>>) {
    match node {
        Node::Group(group, n) => {
            if let Some(g) = group
                && all[*g as usize].is_none()
            {
                all[*g as usize] = Some(node);
            }
            collect(n, all);
        }
        Node::Atomic(n) | Node::Look { node: n, .. } | Node::Repeat { node: n, .. } => collect(n, all),
        Node::Alt(nodes) | Node::Cat(nodes) => nodes.iter().for_each(|n| collect(n, all)),
        Node::Cond { condition, yes, no } => {
            if let Condition::Look(n) = condition {
                collect(n, all);
            }
            collect(yes, all);
            collect(no, all);
        }
        _ => {}
    }
}

/// A byte, with its other case, that every match has: the last one that can't be left out.
pub(super) fn required(node: &Node) -> Option<(u8, u8)> {
    match node {
        Node::Char(c) if *c < 128 => Some((*c as u8, *c as u8)),
        Node::Set(set) => match set.ranges() {
            [(a, b), (c, d)] if a == b && c == d && *c < 128 => Some((*a as u8, *c as u8)),
            _ => None,
        },
        Node::Group(_, n) | Node::Atomic(n) => required(n),
        Node::Repeat { node, min: 1.., .. } => required(node),
        Node::Cat(all) => all.iter().rev().find_map(required),
        _ => None,
    }
}

/// Is this node one of the other's parts?
fn is_inside(node: &Node, whole: &Node) -> bool {
    core::ptr::eq(node, whole)
        || match whole {
            Node::Group(_, n) | Node::Atomic(n) | Node::Look { node: n, .. } | Node::Repeat { node: n, .. } => {
                is_inside(node, n)
            }
            Node::Alt(all) | Node::Cat(all) => all.iter().any(|n| is_inside(node, n)),
            Node::Cond { condition, yes, no } => {
                matches!(condition, Condition::Look(n) if is_inside(node, n))
                    || is_inside(node, yes)
                    || is_inside(node, no)
            }
            _ => false,
        }
}
