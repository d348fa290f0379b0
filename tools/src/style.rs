//! Colours, and only on a terminal.

use std::io::IsTerminal;

fn paint(text: &str, code: &str, terminal: bool) -> String {
    let plain = !terminal || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    if plain { text.to_owned() } else { format!("\x1b[{code}m{text}\x1b[0m") }
}

/// On standard error.
pub fn error(text: &str) -> String {
    paint(text, "1;31", std::io::stderr().is_terminal())
}

/// On standard output.
pub fn warning(text: &str) -> String {
    paint(text, "33", std::io::stdout().is_terminal())
}

/// On standard output.
pub fn bad(text: &str) -> String {
    paint(text, "31", std::io::stdout().is_terminal())
}

/// On standard output.
pub fn good(text: &str) -> String {
    paint(text, "32", std::io::stdout().is_terminal())
}

/// On standard output.
pub fn bold(text: &str) -> String {
    paint(text, "1", std::io::stdout().is_terminal())
}
