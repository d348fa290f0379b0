//! Where a dump goes, piece by piece, up to its limits.

use alloc::string::String;
use core::fmt::{Error, Result, Write};

use joist_vm::platform::{Handle, platform};

pub(super) enum Target {
    File(Handle),
    Console,
}

/// A dump being written.
pub(super) struct Output {
    target: Target,
    buffer: String,
    /// Bytes that may still be written.
    left: usize,
    /// When to stop, by the monotonic clock.
    deadline: u64,
    /// A limit was reached, or the file can't be written.
    over: bool,
}

/// So much is written at a time.
const PIECE: usize = 64 << 10;

impl Output {
    pub(super) fn new(target: Target, bytes: Option<i64>, seconds: Option<i64>) -> Output {
        let seconds = seconds.and_then(|s| u64::try_from(s).ok());
        let deadline = seconds.map_or(u64::MAX, |s| platform().monotonic_ns().saturating_add(s * 1_000_000_000));
        let left = bytes.and_then(|b| usize::try_from(b).ok()).unwrap_or(usize::MAX);
        Output { target, buffer: String::new(), left, deadline, over: false }
    }

    fn flush(&mut self) -> Result {
        let text = core::mem::take(&mut self.buffer);
        let written = match self.target {
            Target::File(handle) => platform().write(handle, text.as_bytes()).is_ok(),
            Target::Console => platform().console_write(2, text.replace('\n', "\r\n").as_bytes()).is_ok(),
        };
        self.over |= !written || platform().monotonic_ns() > self.deadline;
        if self.over { Err(Error) } else { Ok(()) }
    }

    /// Writes what is left; false if not all of it could be written.
    pub(super) fn close(mut self) -> bool {
        let flushed = self.flush().is_ok();
        match self.target {
            Target::File(handle) => platform().close(handle).is_ok() && flushed,
            Target::Console => flushed,
        }
    }
}

impl Write for Output {
    fn write_str(&mut self, text: &str) -> Result {
        if self.over {
            return Err(Error);
        }
        if text.len() > self.left {
            let cut = (0..=self.left).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            self.buffer.push_str(&text[..cut]);
            self.buffer.push_str("\n=abort:CRASH DUMP SIZE LIMIT REACHED\n");
            let _ = self.flush();
            self.over = true;
            return Err(Error);
        }
        self.left -= text.len();
        self.buffer.push_str(text);
        if self.buffer.len() >= PIECE { self.flush() } else { Ok(()) }
    }
}
