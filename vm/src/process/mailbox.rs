//! A process's own message queue, with the position of the receive in progress and receive markers.

use alloc::collections::VecDeque;
use core::sync::atomic::Ordering;

use super::Slot;
use crate::heap::Fragments;
use crate::term::{Pid, Reference, Term};

/// A message: the term, and the fragments that hold it.
#[derive(Debug)]
pub struct Message {
    pub term: Term,
    pub(crate) heap: Fragments,
    /// `seq_trace` token, nil for none; lives in the same fragments. One of the system's has not even none.
    pub token: Term,
    /// Who sent it: a pid; an atom for what is no process; none for the system.
    pub from: Term,
}

// SAFETY: the term lies wholly in the fragments that move with it.
unsafe impl Send for Message {}

impl Message {
    /// A copy of the term, ready to be sent.
    #[must_use]
    pub fn new(term: Term) -> Message {
        let (term, heap) = crate::heap::OwnedTerm::new(term).into_parts();
        Message { term, heap, token: Term::NIL, from: Term::NONE }
    }

    /// From this process.
    #[must_use]
    pub fn from(mut self, pid: Pid) -> Message {
        self.from = Term::pid(pid);
        self
    }

    /// Words of memory.
    #[must_use]
    pub const fn words(&self) -> usize {
        self.heap.words()
    }

    /// A message built on fragments of its own.
    #[must_use]
    pub fn build(make: impl FnOnce(&mut Fragments) -> Term) -> Message {
        let mut heap = Fragments::new();
        let term = make(&mut heap);
        Message { term, heap, token: Term::NIL, from: Term::NONE }
    }

    /// As [`Message::build`], of the system's own: it leaves the receiver's token alone.
    #[must_use]
    pub fn from_system(make: impl FnOnce(&mut Fragments) -> Term) -> Message {
        Message { token: Term::NONE, ..Message::build(make) }
    }
}

/// A reserved place in the queue: messages before it can't hold the reference.
#[derive(Debug, Clone, Copy)]
struct Marker {
    id: u32,
    reference: Option<Reference>,
    /// Number (ever received) of the first message behind the mark.
    from: u64,
}

/// The message queue of a process.
#[derive(Debug)]
pub struct Mailbox {
    /// Where others read how long it is.
    slot: &'static Slot,
    queue: VecDeque<Message>,
    /// Index of the message that the receive in progress looks at.
    save: usize,
    /// Messages that have left the queue's front so far: number of the first one in the queue.
    first: u64,
    /// How many messages at the front are priority messages.
    priority: usize,
    markers: alloc::vec::Vec<Marker>,
    next_marker: u32,
}

/// So many markers a process may have; older ones are forgotten (a receive then just scans more).
const MAX_MARKERS: usize = 16;

impl Mailbox {
    pub(super) fn new(slot: &'static Slot) -> Mailbox {
        let (queue, markers) = (VecDeque::new(), alloc::vec::Vec::new());
        Mailbox { slot, queue, save: 0, first: 0, priority: 0, markers, next_marker: 0 }
    }

    /// Tells others how long it is, when so many are coming in.
    pub(super) fn publish(&self, coming: usize) {
        self.slot.queued.store(self.queue.len() + coming, Ordering::Relaxed);
    }

    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Is it empty?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// All messages, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Message> {
        self.queue.iter()
    }

    /// Appends a message.
    pub fn push(&mut self, message: Message) {
        self.queue.push_back(message);
    }

    /// Puts a message behind the priority messages, before all others.
    pub(crate) fn push_priority(&mut self, message: Message) {
        let at = self.priority;
        self.queue.insert(at, message);
        self.priority += 1;
        for m in &mut self.markers {
            if m.from > self.first + at as u64 {
                m.from += 1;
            }
        }
        // A receive that has passed over this place has yet to look at it.
        self.save = self.save.min(at);
    }

    /// The message that the receive in progress is at.
    #[inline]
    pub(crate) fn current(&self) -> Option<&Message> {
        self.queue.get(self.save)
    }

    /// The receive passes over the current message.
    #[inline]
    pub(crate) fn skip(&mut self) {
        self.save += 1;
    }

    /// The receive begins anew.
    pub(crate) fn rewind(&mut self) {
        self.save = 0;
    }

    /// Takes out the current message; the next receive begins at the front.
    pub(crate) fn remove_current(&mut self) -> Option<Message> {
        let message = self.queue.remove(self.save);
        self.removed(self.save);
        self.save = 0;
        message
    }

    fn removed(&mut self, index: usize) {
        self.publish(0);
        if index < self.priority {
            self.priority -= 1;
        }
        let number = self.first + index as u64;
        self.first += 1;
        // Messages before the one taken out get numbers one higher, so that those behind keep theirs.
        for m in &mut self.markers {
            if m.from <= number {
                m.from += 1;
            }
        }
    }

    /// Takes out the first message that `wanted` picks.
    pub fn take_if(&mut self, wanted: impl FnMut(&Message) -> bool) -> Option<Message> {
        let i = self.queue.iter().position(wanted)?;
        let message = self.queue.remove(i);
        self.removed(i);
        if i < self.save {
            self.save -= 1;
        }
        message
    }

    /// Reserves a mark at the end of the queue; answers its number.
    pub(crate) fn reserve_marker(&mut self) -> u32 {
        if self.markers.len() == MAX_MARKERS {
            self.markers.remove(0);
        }
        self.next_marker = self.next_marker.wrapping_add(1);
        let from = self.first + self.queue.len() as u64;
        self.markers.push(Marker { id: self.next_marker, reference: None, from });
        self.next_marker
    }

    /// Binds a reserved mark to the reference that was made after it.
    pub(crate) fn bind_marker(&mut self, id: u32, reference: Reference) {
        if let Some(m) = self.markers.iter_mut().find(|m| m.id == id) {
            m.reference = Some(reference);
        }
    }

    /// Forgets the mark of a reference (or a reserved one).
    pub(crate) fn clear_marker(&mut self, reference: Option<Reference>, id: Option<u32>) {
        self.markers.retain(|m| !(id == Some(m.id) || (reference.is_some() && m.reference == reference)));
    }

    /// The next receive can only want messages behind the reference's mark.
    pub(crate) fn use_marker(&mut self, reference: Reference) {
        // Priority messages stand before the mark even if they have come after it.
        if self.save != 0 || self.priority != 0 {
            return;
        }
        if let Some(m) = self.markers.iter().find(|m| m.reference == Some(reference)) {
            self.save = (m.from.saturating_sub(self.first) as usize).min(self.queue.len());
        }
    }

    /// No message has a token.
    pub(crate) fn forget_tokens(&mut self) {
        self.queue.iter_mut().for_each(|m| m.token = Term::NIL);
    }

    /// Words in all messages.
    #[must_use]
    pub fn words(&self) -> usize {
        self.queue.iter().map(|m| m.heap.words()).sum()
    }

    pub(super) fn roots(&mut self, _visit: &mut dyn FnMut(&mut Term)) {
        // Messages lie in fragments of their own and refer to nothing on the heap.
    }
}
