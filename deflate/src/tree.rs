//! Huffman codes with limited lengths, with the ties broken as zlib's `trees.c` (`build_tree`, `gen_bitlen`) breaks them.

/// The most nodes of any tree: 286 literals and lengths, and what joins them.
const NODES: usize = 2 * 286 + 1;

/// A code for symbols of one kind.
pub(super) struct Kind {
    pub symbols: usize,
    pub longest: usize,
    /// Extra bits of the symbols from `base` on.
    pub extra: &'static [u8],
    pub base: usize,
    /// The fixed code's lengths, if there is one.
    pub fixed: Option<&'static [u8]>,
}

/// Bits of a block: with its own codes, with the fixed ones.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Cost {
    pub own: u64,
    pub fixed: u64,
}

pub(super) struct Tree {
    kind: &'static Kind,
    pub frequency: [u32; NODES],
    pub length: [u8; NODES],
    pub code: [u16; NODES],
    /// The largest symbol with a code.
    pub last: usize,
}

/// A heap of nodes (from 1 on): the rarest first, of those the shallowest.
struct Heap {
    nodes: [u16; NODES],
    len: usize,
    frequency: [u32; NODES],
    depth: [u8; NODES],
}

impl Heap {
    fn before(&self, a: u16, b: u16) -> bool {
        let key = |n: u16| (self.frequency[usize::from(n)], self.depth[usize::from(n)]);
        key(a) <= key(b)
    }

    /// Moves the node at `at` down to where it belongs.
    fn sink(&mut self, mut at: usize) {
        let node = self.nodes[at];
        loop {
            let mut child = at << 1;
            if child > self.len {
                break;
            }
            if child < self.len && self.before(self.nodes[child + 1], self.nodes[child]) {
                child += 1;
            }
            if self.before(node, self.nodes[child]) {
                break;
            }
            self.nodes[at] = self.nodes[child];
            at = child;
        }
        self.nodes[at] = node;
    }

    /// Puts `node` in the first one's place; answers that.
    fn replace_first(&mut self, node: u16) -> u16 {
        let first = core::mem::replace(&mut self.nodes[1], node);
        self.sink(1);
        first
    }

    fn take_first(&mut self) -> u16 {
        let node = self.nodes[self.len];
        self.len -= 1;
        self.replace_first(node)
    }
}

impl Tree {
    pub(super) const fn new(kind: &'static Kind) -> Tree {
        Tree { kind, frequency: [0; NODES], length: [0; NODES], code: [0; NODES], last: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.frequency[..self.kind.symbols].fill(0);
    }

    /// Makes the code for the frequencies and adds what the symbols cost.
    pub(super) fn build(&mut self, cost: &mut Cost) {
        let symbols = self.kind.symbols;
        let mut heap = Heap { nodes: [0; NODES], len: 0, frequency: self.frequency, depth: [0; NODES] };
        let mut last = None;
        for s in 0..symbols {
            if self.frequency[s] != 0 {
                heap.len += 1;
                heap.nodes[heap.len] = s as u16;
                last = Some(s);
            } else {
                self.length[s] = 0;
            }
        }
        // A code has two symbols at least: what decodes it may count on that.
        while heap.len < 2 {
            let s = match last {
                Some(l) if l >= 2 => 0,
                l => *last.insert(l.map_or(0, |l| l + 1)),
            };
            heap.len += 1;
            heap.nodes[heap.len] = s as u16;
            heap.frequency[s] = 1;
            self.frequency[s] = 1;
            cost.own = cost.own.wrapping_sub(1);
            if let Some(fixed) = self.kind.fixed {
                cost.fixed = cost.fixed.wrapping_sub(u64::from(fixed[s]));
            }
        }
        self.last = last.unwrap_or(0);
        let (order, first, parent) = join(heap, symbols);
        self.lengths(&order[first..], &parent, cost);
        self.codes();
    }

    /// Lengths of all symbols, none longer than the longest allowed. `order`: the root, then nodes by falling frequency.
    fn lengths(&mut self, order: &[u16], parent: &[u16; NODES], cost: &mut Cost) {
        let longest = self.kind.longest;
        let mut count = [0i32; 17];
        let mut over = 0i32;
        self.length[usize::from(order[0])] = 0;
        for node in &order[1..] {
            let n = usize::from(*node);
            let mut bits = usize::from(self.length[usize::from(parent[n])]) + 1;
            if bits > longest {
                bits = longest;
                over += 1;
            }
            self.length[n] = bits as u8;
            if n < self.kind.symbols {
                count[bits] += 1;
                let extra = n.checked_sub(self.kind.base).map_or(0, |e| u64::from(self.kind.extra[e]));
                let times = u64::from(self.frequency[n]);
                cost.own = cost.own.wrapping_add(times * (bits as u64 + extra));
                if let Some(fixed) = self.kind.fixed {
                    cost.fixed = cost.fixed.wrapping_add(times * (u64::from(fixed[n]) + extra));
                }
            }
        }
        if over == 0 {
            return;
        }
        while over > 0 {
            let mut bits = longest - 1;
            while count[bits] == 0 {
                bits -= 1;
            }
            // A leaf goes one down, and a leaf that is too deep becomes its brother.
            count[bits] -= 1;
            count[bits + 1] += 2;
            count[longest] -= 1;
            over -= 2;
        }
        let mut rarest_first = order.iter().rev().map(|n| usize::from(*n)).filter(|n| *n < self.kind.symbols);
        for bits in (1..=longest).rev() {
            for n in rarest_first.by_ref().take(count[bits] as usize) {
                let old = u64::from(self.length[n]);
                cost.own =
                    cost.own.wrapping_add((bits as u64).wrapping_sub(old).wrapping_mul(self.frequency[n].into()));
                self.length[n] = bits as u8;
            }
        }
    }

    /// Codes from lengths (RFC 1951, 3.2.2), their bits turned round.
    fn codes(&mut self) {
        let lengths = &self.length[..=self.last];
        let mut next = [0u16; 17];
        let mut count = [0u16; 17];
        lengths.iter().filter(|l| **l > 0).for_each(|l| count[usize::from(*l)] += 1);
        for bits in 1..=15 {
            next[bits] = (next[bits - 1] + count[bits - 1]) << 1;
        }
        for (s, l) in lengths.iter().enumerate().filter(|(_, l)| **l > 0) {
            self.code[s] = next[usize::from(*l)].reverse_bits() >> (16 - l);
            next[usize::from(*l)] += 1;
        }
    }
}

/// Joins the two rarest nodes until one is left. Answers all nodes from the root on, where they begin, and their parents.
fn join(mut heap: Heap, symbols: usize) -> ([u16; NODES], usize, [u16; NODES]) {
    let mut order = [0u16; NODES];
    let mut parent = [0u16; NODES];
    let mut first = NODES;
    (1..=heap.len / 2).rev().for_each(|at| heap.sink(at));
    for next in symbols.. {
        let rarest = heap.take_first();
        let second = heap.nodes[1];
        first -= 2;
        order[first + 1] = rarest;
        order[first] = second;
        let (a, b) = (usize::from(rarest), usize::from(second));
        heap.frequency[next] = heap.frequency[a] + heap.frequency[b];
        heap.depth[next] = heap.depth[a].max(heap.depth[b]) + 1;
        parent[a] = next as u16;
        parent[b] = next as u16;
        heap.replace_first(next as u16);
        if heap.len < 2 {
            break;
        }
    }
    first -= 1;
    order[first] = heap.nodes[1];
    (order, first, parent)
}
