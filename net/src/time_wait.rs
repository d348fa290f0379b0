//! Connections that are over, of which late segments may still come: a record for each, for a minute (RFC 9293,
//! TIME-WAIT). What a retransmitted FIN is to be answered can be read off itself.

use crate::frame::Flow;
use crate::table::Map;
use alloc::collections::VecDeque;
use smoltcp::time::{Duration, Instant};

const TIME: Duration = Duration::from_secs(60);
/// Beyond, the oldest go early.
const MOST: usize = 32768;

pub(crate) struct TimeWait {
    until: Map<Flow, Instant>,
    /// All have the same time: they end in the order in which they began. One that went early stays here.
    order: VecDeque<(Instant, Flow)>,
}

impl TimeWait {
    pub fn new(hasher: ahash::RandomState) -> Self {
        TimeWait { until: Map::with_hasher(hasher), order: VecDeque::new() }
    }

    /// Answers which records went, for this one to have room.
    #[must_use]
    pub fn insert(&mut self, flow: Flow, now: Instant) -> Option<Flow> {
        self.until.insert(flow, now + TIME);
        self.order.push_back((now + TIME, flow));
        if self.order.len() <= MOST {
            return None;
        }
        let (until, oldest) = self.order.pop_front()?;
        (self.until.get(&oldest) == Some(&until) && self.until.remove(&oldest).is_some()).then_some(oldest)
    }

    pub fn contains(&self, flow: &Flow) -> bool {
        self.until.contains_key(flow)
    }

    pub fn remove(&mut self, flow: &Flow) {
        self.until.remove(flow);
    }

    pub fn next(&self) -> Option<Instant> {
        self.order.front().map(|(until, _)| *until)
    }

    /// A record whose time is over.
    pub fn expire(&mut self, now: Instant) -> Option<Flow> {
        while self.next().is_some_and(|until| until <= now) {
            let (until, flow) = self.order.pop_front()?;
            if self.until.get(&flow) == Some(&until) {
                self.until.remove(&flow);
                return Some(flow);
            }
        }
        None
    }

    pub fn len(&self) -> usize {
        self.until.len()
    }
}
