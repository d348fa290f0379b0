//! Level 0: blocks without compression (`deflate.c`, `deflate_stored`), as long as input and room allow.

use super::block;
use super::{Deflate, Flush, Io, Progress};

/// The longest such block (RFC 1951, 3.2.4).
const LONGEST_BLOCK: usize = 65_535;

impl Deflate {
    /// Bytes of the header of a block that is put out now: three bits, padding and two lengths.
    fn block_header(&self) -> usize {
        (self.out.loose() + 42) >> 3
    }

    pub(super) fn plain(&mut self, io: &mut Io<'_>, flush: Flush) -> Progress {
        self.out.settle();
        let (used, last) = self.straight(io, flush);
        self.remember(&io.input[..used]);
        io.take(used);
        if last {
            return Progress::FinishDone;
        }
        let flushing = flush != Flush::None;
        if flushing && flush != Flush::Finish && io.input.is_empty() && self.window.block_length() == 0 {
            return Progress::BlockDone;
        }
        self.keep(io);
        // A block of what the window holds, if it is long enough or all that there will be.
        let most = (self.pending_limit - self.block_header()).min(LONGEST_BLOCK);
        let left = self.window.block_length();
        let all = io.input.is_empty();
        let wanted = (left > 0 || flush == Flush::Finish) && flushing && all && left <= most;
        if left < most.min(self.window.size) && !wanted {
            return Progress::NeedMore;
        }
        let n = left.min(most);
        let last = flush == Flush::Finish && all && n == left;
        let start = self.window.block as usize;
        block::stored(&mut self.out, &self.window.bytes[start..start + n], last);
        self.window.block += n as isize;
        self.drain(io);
        if last { Progress::FinishStarted } else { Progress::NeedMore }
    }

    /// Copies as much as it can from window and input to the output. Answers how much input that was, and whether that was
    /// the end.
    fn straight(&mut self, io: &mut Io<'_>, flush: Flush) -> (usize, bool) {
        let least = (self.pending_limit - 5).min(self.window.size);
        let mut used = 0;
        loop {
            let header = self.block_header();
            let Some(room) = io.room().checked_sub(header) else { return (used, false) };
            let left = self.window.block_length();
            let there = left + io.input.len() - used;
            let n = LONGEST_BLOCK.min(there).min(room);
            if n < least && ((n == 0 && flush != Flush::Finish) || flush == Flush::None || n != there) {
                return (used, false);
            }
            let last = flush == Flush::Finish && n == there;
            let old = left.min(n);
            let start = self.window.block as usize;
            let (a, b) = (&self.window.bytes[start..start + old], &io.input[used..used + n - old]);
            block::stored_pieces(&mut self.out, a, b, last);
            self.check.update(b);
            self.window.block += old as isize;
            used += n - old;
            self.drain(io);
            if last {
                return (used, true);
            }
        }
    }

    /// Puts input that went straight out into the window's end, for matches when the level changes.
    fn remember(&mut self, bytes: &[u8]) {
        let (n, w) = (bytes.len(), &mut self.window);
        if n == 0 {
            return;
        }
        if n >= w.size {
            self.stale = 2;
            w.bytes[..w.size].copy_from_slice(&bytes[n - w.size..]);
            w.at = w.size;
            w.late = w.size;
        } else {
            if w.bytes.len() - w.at <= n {
                w.at -= w.size;
                w.bytes.copy_within(w.size..w.size + w.at, 0);
                self.stale = (self.stale + 1).min(2);
                w.late = w.late.min(w.at);
            }
            w.bytes[w.at..w.at + n].copy_from_slice(bytes);
            w.at += n;
            w.late += n.min(w.size - w.late);
        }
        w.block = w.at as isize;
    }

    /// Takes input into the window.
    fn keep(&mut self, io: &mut Io<'_>) {
        let w = &mut self.window;
        let mut have = w.bytes.len() - w.at;
        if io.input.len() > have && w.block >= w.size as isize {
            w.block -= w.size as isize;
            w.at -= w.size;
            w.bytes.copy_within(w.size..w.size + w.at, 0);
            self.stale = (self.stale + 1).min(2);
            have += w.size;
            w.late = w.late.min(w.at);
        }
        let n = have.min(io.input.len());
        let bytes = &io.input[..n];
        w.bytes[w.at..w.at + n].copy_from_slice(bytes);
        self.check.update(bytes);
        w.at += n;
        w.late += n.min(w.size - w.late);
        io.take(n);
    }
}
