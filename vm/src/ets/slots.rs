//! The slots of a shard: numbered places that never move, in segments, so that a walk goes on where it stopped whatever
//! has been put in or taken out since. Slots taken out are used again, the lowest segments first; segments at the end
//! that are empty go.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::object::Object;

/// Slots of a segment.
const SEGMENT: usize = 256;
const NONE: u16 = u16::MAX;

/// The objects of one key, where they are many.
#[derive(Debug, Default)]
pub(super) struct Bag {
    /// In the order in which they came; a hole is an object deleted while the table was fixed.
    pub items: Vec<Option<Object>>,
    pub live: usize,
}

/// What a slot holds: the objects of one key.
#[derive(Debug)]
pub(super) enum Slot {
    Free {
        next: u16,
    },
    One {
        hash: u32,
        object: Object,
    },
    Many {
        hash: u32,
        bag: Box<Bag>,
    },
    /// Deleted while the table was fixed: its key still tells where to go on.
    Dead {
        hash: u32,
        object: Object,
    },
}

impl Slot {
    pub(super) fn hash(&self) -> u32 {
        match self {
            Slot::Free { .. } => 0,
            Slot::One { hash, .. } | Slot::Many { hash, .. } | Slot::Dead { hash, .. } => *hash,
        }
    }

    /// The live objects, oldest first.
    pub(super) fn objects(&self) -> impl DoubleEndedIterator<Item = &Object> {
        let (one, many): (Option<&Object>, &[Option<Object>]) = match self {
            Slot::One { object, .. } => (Some(object), &[]),
            Slot::Many { bag, .. } => (None, &bag.items),
            _ => (None, &[]),
        };
        one.into_iter().chain(many.iter().flatten())
    }

    pub(super) fn live(&self) -> usize {
        match self {
            Slot::One { .. } => 1,
            Slot::Many { bag, .. } => bag.live,
            _ => 0,
        }
    }

    /// Any object of the key, dead or alive.
    pub(super) fn any(&self) -> Option<&Object> {
        match self {
            Slot::One { object, .. } | Slot::Dead { object, .. } => Some(object),
            Slot::Many { bag, .. } => bag.items.iter().flatten().next(),
            Slot::Free { .. } => None,
        }
    }
}

#[derive(Debug)]
struct Segment {
    slots: Vec<Slot>,
    used: u16,
    free: u16,
}

/// Numbered slots.
#[derive(Debug, Default)]
pub(super) struct Slots {
    segments: Vec<Segment>,
    /// Segments that have room.
    open: BTreeSet<u32>,
}

impl Slots {
    pub(super) fn get(&self, n: u32) -> Option<&Slot> {
        self.segments.get(n as usize / SEGMENT)?.slots.get(n as usize % SEGMENT)
    }

    pub(super) fn get_mut(&mut self, n: u32) -> Option<&mut Slot> {
        self.segments.get_mut(n as usize / SEGMENT)?.slots.get_mut(n as usize % SEGMENT)
    }

    /// Puts something into a slot of its own.
    pub(super) fn insert(&mut self, slot: Slot) -> u32 {
        let n = match self.open.first() {
            Some(n) => *n,
            None => {
                let n = self.segments.len() as u32;
                self.segments.push(Segment { slots: Vec::new(), used: 0, free: NONE });
                self.open.insert(n);
                n
            }
        };
        let segment = &mut self.segments[n as usize];
        segment.used += 1;
        let i = match segment.free {
            NONE => {
                segment.slots.push(slot);
                segment.slots.len() - 1
            }
            i => {
                let i = usize::from(i);
                if let Slot::Free { next } = core::mem::replace(&mut segment.slots[i], slot) {
                    segment.free = next;
                }
                i
            }
        };
        if usize::from(segment.used) == SEGMENT {
            self.open.remove(&n);
        }
        n * SEGMENT as u32 + i as u32
    }

    /// Empties a slot.
    pub(super) fn remove(&mut self, n: u32) -> Option<Slot> {
        let s = n / SEGMENT as u32;
        let segment = self.segments.get_mut(s as usize)?;
        let slot = segment.slots.get_mut(n as usize % SEGMENT)?;
        let old = core::mem::replace(slot, Slot::Free { next: segment.free });
        segment.free = (n as usize % SEGMENT) as u16;
        segment.used -= 1;
        if usize::from(segment.used) == SEGMENT - 1 {
            self.open.insert(s);
        }
        if segment.used == 0 {
            *segment = Segment { slots: Vec::new(), used: 0, free: NONE };
            while self.segments.last().is_some_and(|s| s.used == 0) {
                self.segments.pop();
                self.open.remove(&(self.segments.len() as u32));
            }
        }
        Some(old)
    }

    /// The first slot at or behind `from` that has live objects.
    pub(super) fn next_live(&self, from: u32) -> Option<u32> {
        let first = from as usize / SEGMENT;
        for (s, segment) in self.segments.iter().enumerate().skip(first) {
            if segment.used == 0 {
                continue;
            }
            let start = if s == first { from as usize % SEGMENT } else { 0 };
            let found = segment.slots.iter().enumerate().skip(start).find(|(_, slot)| slot.live() > 0);
            if let Some((i, _)) = found {
                return Some((s * SEGMENT + i) as u32);
            }
        }
        None
    }

    /// One more than the highest slot in use.
    pub(super) fn end(&self) -> u32 {
        self.segments.last().map_or(0, |s| (self.segments.len() - 1) * SEGMENT + s.slots.len()) as u32
    }

    /// All slots, free ones too.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.segments.iter().flat_map(|s| &s.slots)
    }

    /// Words of memory, about.
    pub(super) fn memory(&self) -> usize {
        self.segments.iter().map(|s| 4 + s.slots.capacity() * 2).sum()
    }

    /// Frees up to `n` slots' objects, for a table that nobody looks at any more; true when none is left.
    pub(super) fn free_some(&mut self, n: &mut usize) -> bool {
        while *n > 0 {
            let Some(segment) = self.segments.last_mut() else { return true };
            match segment.slots.last_mut() {
                Some(Slot::Many { bag, .. }) if bag.items.len() > *n => {
                    bag.items.truncate(bag.items.len() - *n);
                    *n = 0;
                }
                Some(slot) => {
                    *n = n.saturating_sub(slot.live().max(1));
                    segment.slots.pop();
                }
                None => {
                    self.segments.pop();
                }
            }
        }
        self.segments.is_empty()
    }
}
