//! The terminal's mode: raw while a guest with a shell has it, and what it was in the end.

use rustix::termios::{self, InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use std::io::IsTerminal;

/// Restores the terminal when dropped.
pub struct Raw {
    before: Termios,
}

impl Raw {
    /// Every key goes to the guest. `None` if standard input is no terminal.
    pub fn enter() -> Option<Raw> {
        let input = std::io::stdin();
        if !input.is_terminal() {
            return None;
        }
        let before = termios::tcgetattr(&input).ok()?;
        let mut raw = before.clone();
        raw.local_modes &=
            !(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
        raw.input_modes &=
            !(InputModes::IXON | InputModes::ICRNL | InputModes::INLCR | InputModes::IGNCR | InputModes::BRKINT);
        // Output processing stays: a guest that ends its lines as Unix does is shown as Unix would.
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        termios::tcsetattr(&input, OptionalActions::Now, &raw).ok()?;
        Some(Raw { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, &self.before);
    }
}
