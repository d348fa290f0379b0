//! The way through a piece of text that costs least: for each position the cheapest way there, by a literal or by any
//! repetition that ends there.

use alloc::vec::Vec;

use super::super::block::{LEAST, Repeats, Sequence};
use super::places::Wanted;
use super::prices::Prices;
use super::{Finder, PIECE};

/// So many positions are looked at together.
const SPAN: usize = 4096;
/// The cheapest way to a position.
#[derive(Clone, Copy)]
struct Node {
    price: u32,
    /// How it ends: by a repetition, or a literal if the length is 0.
    length: u32,
    offset: u32,
    /// Literals behind the last repetition.
    literals: u32,
    repeats: Repeats,
}

const NOWHERE: Node = Node { price: u32::MAX, length: 0, offset: 0, literals: 0, repeats: Repeats::START };

pub(super) struct Optimal {
    pub prices: Prices,
    nodes: Vec<Node>,
    /// Offsets and lengths of repetitions at a position, each longer than the one before.
    found: Vec<(u32, u32)>,
    /// A span that is being looked at: the node to go on with, and the furthest one that has been reached.
    open: Option<(usize, usize)>,
}

impl Optimal {
    pub(super) fn new() -> Optimal {
        Optimal { prices: Prices::new(), nodes: alloc::vec![NOWHERE; SPAN + 1], found: Vec::new(), open: None }
    }
}

impl Finder {
    /// Searches a span of the block; answers how much work that was, and nothing at the end.
    pub(super) fn search_optimal(&mut self) -> Option<usize> {
        let mut o = self.optimal.take()?;
        let work = self.span(&mut o);
        self.optimal = Some(o);
        work
    }

    fn span(&mut self, o: &mut Optimal) -> Option<usize> {
        let mut work = 0;
        let (mut i, mut furthest) = match o.open.take() {
            Some(open) => open,
            None if self.open(o, &mut work) => (0, 0),
            None => return if work > 0 { Some(work) } else { None },
        };
        let start = self.at;
        let left = (self.text.end() - start) as usize;
        let span = SPAN.min(left);
        // A repetition that is taken at once: its offset and length.
        let mut long = None;
        loop {
            let at = start + i as u32;
            if i > 0 {
                if i == furthest {
                    break;
                }
                if work > PIECE {
                    o.open = Some((i, furthest));
                    return Some(work);
                }
                let node = o.nodes[i];
                if i + 8 <= left {
                    self.repetitions(at, node.literals == 0, node.repeats, &mut o.found, &mut work);
                } else {
                    o.found.clear();
                }
            }
            let node = o.nodes[i];
            if let Some(&(offset, length)) = o.found.last()
                && (length >= self.effort.target.max(LEAST + 1) || i + length as usize >= span)
            {
                long = Some((offset, length));
                break;
            }
            let reached = o.found.last().map_or(0, |f| i + f.1 as usize);
            if reached > furthest {
                o.nodes[furthest + 1..=reached].fill(NOWHERE);
                furthest = reached;
            }
            let mut from = LEAST;
            for &(offset, length) in &o.found {
                let mut repeats = node.repeats;
                let value = repeats.take(offset, node.literals == 0);
                // Behind it there are no literals as yet.
                let price = node.price + o.prices.offset(value) + o.prices.literals(0);
                for length in from..=length {
                    let price = price + o.prices.length(length);
                    let to = &mut o.nodes[i + length as usize];
                    if price < to.price {
                        *to = Node { price, length, offset, literals: 0, repeats };
                    }
                }
                from = length + 1;
            }
            work += o.found.len() + o.found.last().map_or(0, |f| f.1 as usize / 16);
            // One literal on.
            let literals = node.literals + 1;
            let step = (o.prices.literals(literals) + o.prices.literal(self.text.byte(at).unwrap_or(0)))
                .saturating_sub(o.prices.literals(node.literals));
            let to = &mut o.nodes[i + 1];
            if node.price + step < to.price {
                *to = Node { price: node.price + step, length: 0, literals, ..node };
            }
            i += 1;
        }
        self.walk(o, i);
        if let Some((offset, length)) = long {
            self.take(o, offset, length);
        }
        Some(work)
    }

    /// Opens a span at the next repetition: up to there is no choice. Is there one?
    fn open(&mut self, o: &mut Optimal, work: &mut usize) -> bool {
        loop {
            if self.at + 8 > self.text.end() || *work > PIECE {
                return false;
            }
            self.repetitions(self.at, self.at == self.plain, self.repeats, &mut o.found, work);
            if !o.found.is_empty() {
                break;
            }
            self.at += 1;
        }
        o.prices.settle();
        let literals = self.at - self.plain;
        o.nodes[0] = Node { price: 0, length: 0, offset: 0, literals, repeats: self.repeats };
        true
    }

    /// Takes the cheapest way to a node.
    fn walk(&mut self, o: &mut Optimal, end: usize) {
        let mut way = Vec::new();
        let mut i = end;
        while i > 0 {
            let node = o.nodes[i];
            way.push(node);
            i -= (node.length as usize).clamp(1, i);
        }
        for node in way.iter().rev() {
            if node.length == 0 {
                self.at += 1;
            } else {
                self.take(o, node.offset, node.length);
            }
        }
    }

    fn take(&mut self, o: &mut Optimal, offset: u32, length: u32) {
        let literals = self.at - self.plain;
        let sequence = Sequence { literals, length, offset };
        let value = self.repeats.take(offset, literals == 0);
        let plain = self.text.from(self.plain).get(..literals as usize).unwrap_or_default();
        o.prices.learn(plain, &sequence, value);
        self.sequences.push(sequence);
        self.at += length;
        self.plain = self.at;
    }

    /// Repetitions at a position, each longer than those before, the nearest of each length.
    fn repetitions(&mut self, at: u32, bare: bool, repeats: Repeats, found: &mut Vec<(u32, u32)>, work: &mut usize) {
        found.clear();
        let floor = self.floor(at);
        let mut best = LEAST - 1;
        for offset in repeats.named(bare) {
            let from = at.wrapping_sub(offset);
            if offset == 0 || from < floor || from > at {
                continue;
            }
            let length = self.text.common(from, at);
            if length > best {
                best = length;
                found.push((offset, length));
            }
        }
        *work += 1 + self.places.index(&self.text, at, false);
        if best < LEAST
            && let Some(from) = self.places.find_short(&self.text, at, floor)
        {
            let length = self.text.common(from, at);
            if length >= LEAST {
                best = length;
                found.push((at - from, length));
            }
        }
        if let Some(far) = self.far.as_mut().and_then(|far| far.at(at))
            && far.length > best
        {
            best = far.length;
            found.push((far.offset, far.length));
        }
        let (known, found) = (best.max(LEAST), &mut |offset, length| found.push((offset, length)));
        self.places.find(Wanted { text: &self.text, at, floor, known, work, found });
    }
}
