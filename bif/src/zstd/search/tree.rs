//! For each hash a tree of the positions with it, in the order of the text that follows them: the later ones above. On the
//! way down to where a new position belongs lies the longest text that is like its own.

use super::places::{Places, Wanted, hash};
use super::text::Text;

/// What is alike for so long need not be told apart.
const ALIKE: u32 = 1 << 10;
/// Of positions that a repetition has passed over only so many at either end are taken up.
const ENDS: u32 = 256;
/// Where nothing is to be told; then this is how far down the tree it goes.
const NOTHING: u32 = u32::MAX;
const PASSED_LOG: u32 = 5;

impl Places {
    /// Takes up positions before this one that have been passed over; answers how much work that was.
    pub(super) fn plant_before(&mut self, text: &Text, before: u32, all: bool) -> usize {
        let mut work = 0;
        while self.indexed < before {
            let at = self.indexed;
            if !all && before - at > 2 * ENDS && at - self.skipped_from.max(1) >= ENDS {
                self.indexed = before - ENDS;
                self.skipped_from = before;
                continue;
            }
            let (work, found) = (&mut work, &mut |_, _| {});
            self.plant(Wanted { text, at, floor: text.start(), known: NOTHING, work, found });
        }
        self.skipped_from = before;
        work
    }

    /// Takes a position up, and tells of what is the same as there.
    pub(super) fn plant(&mut self, wanted: Wanted<'_>) {
        let Wanted { text, at, floor, known, work, found } = wanted;
        self.indexed = self.indexed.max(at + 1);
        let Some(word) = text.word(at) else { return };
        let positions = self.chain.len() / 2;
        let slot = |at: u32| 2 * (at as usize & (positions - 1));
        let mut from = core::mem::replace(&mut self.heads[hash(word, self.min_match, self.hash_log)], at);
        let floor = floor.max((at + 1).saturating_sub(positions as u32));
        let end = text.end_of(at);
        // Where the next one goes that comes before, or behind, and how much of the text it has in common at least.
        let (mut before, mut behind) = (slot(at), slot(at) + 1);
        let (mut alike_before, mut alike_behind) = (0, 0);
        let mut best = known;
        let tries_log = if known == NOTHING { self.tries_log.min(PASSED_LOG) } else { self.tries_log };
        for _ in 0..1u32 << tries_log {
            if from < floor || from >= at {
                break;
            }
            *work += 1;
            let alike = alike_before.min(alike_behind);
            let length = alike + text.common_up_to(from + alike, at + alike, ALIKE - alike.min(ALIKE));
            if length > best {
                // The order of the tree is trusted for the way through it, not for what is the same.
                best = text.common(from, at);
                if best < length {
                    break;
                }
                found(at - from, best);
            }
            *work += (length - alike) as usize / 32;
            if at + length >= end {
                // Which of them comes first cannot be said yet.
                break;
            }
            if length >= ALIKE {
                // The new one takes the other's place.
                let s = slot(from);
                (self.chain[before], self.chain[behind]) = (self.chain[s], self.chain[s + 1]);
                return;
            }
            if text.byte(from + length) < text.byte(at + length) {
                self.chain[before] = from;
                before = slot(from) + 1;
                alike_before = length;
                from = self.chain[before];
            } else {
                self.chain[behind] = from;
                behind = slot(from);
                alike_behind = length;
                from = self.chain[behind];
            }
        }
        (self.chain[before], self.chain[behind]) = (0, 0);
    }
}
