//! What `inet:getstat` tells (`inet_input_count`, `inet_output_count`, `inet_fill_stat`).

use alloc::vec::Vec;

use super::codes::stat;
use super::{BADARG, Refusal};

#[derive(Debug, Default)]
pub struct Statistics {
    received: Direction,
    sent: Direction,
    /// The mean deviation of what is received.
    deviation: f64,
}

#[derive(Debug, Default)]
struct Direction {
    count: u64,
    octets: u64,
    largest: u64,
}

impl Direction {
    fn count(&mut self, len: usize) {
        let len = len as u64;
        self.count += 1;
        self.octets += len;
        self.largest = self.largest.max(len);
    }

    fn average(&self) -> f64 {
        self.octets as f64 / self.count.max(1) as f64
    }
}

impl Statistics {
    pub fn input(&mut self, len: usize) {
        self.received.count(len);
        let off = len as f64 - self.received.average();
        self.deviation += (off - self.deviation) / self.received.count as f64;
    }

    pub fn output(&mut self, len: usize) {
        self.sent.count(len);
    }

    /// Each value that is wanted, behind its code.
    pub fn answer(&self, wanted: &[u8], pending: usize) -> Result<Vec<u8>, Refusal> {
        let mut answer = Vec::new();
        for code in wanted {
            answer.push(*code);
            let value = match *code {
                stat::RECV_CNT => self.received.count,
                stat::RECV_MAX => self.received.largest,
                stat::RECV_AVG => self.received.average() as u64,
                stat::RECV_DVI => self.deviation.abs() as u64,
                stat::SEND_CNT => self.sent.count,
                stat::SEND_MAX => self.sent.largest,
                stat::SEND_AVG => self.sent.average() as u64,
                stat::SEND_PEND => pending as u64,
                stat::RECV_OCT | stat::SEND_OCT => {
                    let way = if *code == stat::RECV_OCT { &self.received } else { &self.sent };
                    answer.extend(way.octets.to_be_bytes());
                    continue;
                }
                _ => return Err(BADARG),
            };
            answer.extend((value as u32).to_be_bytes());
        }
        Ok(answer)
    }
}
