//! A port's input cut into lines (the option `{line, Max}`; the line buffer of OTP's `io.c`). A carriage return before the
//! line's end belongs to the end.

use alloc::vec::Vec;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a line.
    Main,
    /// The line has reached its maximum.
    Full,
    /// After a carriage return that may be data.
    Return,
    /// As `Return`, behind a full line.
    FullReturn,
}

/// A line that is not complete yet.
#[derive(Debug)]
pub(super) struct Lines {
    max: usize,
    line: Vec<u8>,
    state: State,
}

impl Lines {
    /// Lines of at most so many bytes; longer ones come in pieces.
    pub fn new(max: usize) -> Lines {
        Lines { max, line: Vec::new(), state: State::Main }
    }

    /// Takes more input; `deliver` gets each piece, and whether the line ends with it.
    pub fn feed(&mut self, bytes: &[u8], deliver: &mut dyn FnMut(&[u8], bool)) {
        let mut rest = bytes.iter().copied();
        let mut next = rest.next();
        while let Some(byte) = next {
            if byte == b'\n' {
                self.state = State::Main;
                self.give(deliver, true);
                next = rest.next();
                continue;
            }
            match self.state {
                State::Main if self.line.len() >= self.max => self.state = State::Full,
                State::Main if byte == b'\r' => {
                    self.state = State::Return;
                    next = rest.next();
                }
                State::Main => {
                    self.line.push(byte);
                    next = rest.next();
                }
                State::Full if byte == b'\r' => {
                    self.state = State::FullReturn;
                    next = rest.next();
                }
                State::Full => {
                    self.state = State::Main;
                    self.give(deliver, false);
                }
                State::Return => {
                    self.line.push(b'\r');
                    self.state = State::Main;
                }
                State::FullReturn => {
                    self.state = State::Return;
                    self.give(deliver, false);
                }
            }
        }
    }

    /// The input has ended: what is left is delivered.
    pub fn flush(&mut self, deliver: &mut dyn FnMut(&[u8], bool)) {
        if self.state == State::FullReturn {
            self.state = State::Return;
            self.give(deliver, false);
        }
        if self.state == State::Return {
            self.line.push(b'\r');
        }
        self.state = State::Main;
        if !self.line.is_empty() {
            self.give(deliver, false);
        }
    }

    fn give(&mut self, deliver: &mut dyn FnMut(&[u8], bool), ends: bool) {
        deliver(&self.line, ends);
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    /// What comes of input that arrives in these pieces: `text|` for a line, `text+` for a part of one.
    fn lines(max: usize, pieces: &[&str]) -> String {
        let mut out = String::new();
        let mut lines = Lines::new(max);
        let mut deliver = |line: &[u8], ends: bool| {
            out.push_str(core::str::from_utf8(line).expect("text"));
            out.push(if ends { '|' } else { '+' });
        };
        for piece in pieces {
            lines.feed(piece.as_bytes(), &mut deliver);
        }
        lines.flush(&mut deliver);
        out
    }

    #[test]
    fn lines_and_parts() {
        assert_eq!(lines(10, &["ab\ncd\r\n\n", "e", "f\n"]), "ab|cd||ef|");
        assert_eq!(lines(3, &["abcdefg\nabc\nabc\r\nabc\rd"]), "abc+def+g|abc|abc|abc+\rd+");
        assert_eq!(lines(3, &["ab\r", "\n", "a\r", "b\r"]), "ab|a\rb+\r+");
        assert_eq!(lines(2, &["ab\r"]), "ab+\r+");
        assert_eq!(lines(5, &[""]), "");
    }
}
