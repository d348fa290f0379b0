//! A progress bar on standard error, once something has taken longer than a second, and only on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(1);

/// Counts what is done.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    shown: bool,
    terminal: bool,
}

impl Progress {
    pub fn new() -> Progress {
        let terminal = std::io::stderr().is_terminal();
        Progress { bar: ProgressBar::hidden(), start: Instant::now(), shown: false, terminal }
    }

    /// One more thing of this kind is done.
    pub fn tick(&mut self, doing: &'static str) {
        if !self.terminal {
            return;
        }
        if !self.shown && self.start.elapsed() > PATIENCE {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {pos} files, {elapsed}") {
                self.bar.set_style(style);
            }
        }
        if self.shown {
            self.bar.set_message(doing);
        }
        self.bar.inc(1);
    }

    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
