//! The line on the screen: its characters, where the cursor is, and the bytes that make the terminal show a change.

use alloc::vec::Vec;

use crate::console::terminal;

/// Longer lines are ended, so that a program that never writes a newline takes no more memory than that.
const LONGEST: usize = 1 << 16;

/// A character of the line as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// As it is; the width in columns.
    Char(char, u8),
    /// A tab, as so many blanks.
    Tab(u8),
    /// Escape: what follows up to a letter takes no column.
    Escape,
    /// A control character as `^X`.
    Control(u8),
    /// What the terminal can't show: as `\ooo` or `\x{hhh}`.
    Number(u32),
}

/// A line and its cursor.
#[derive(Debug)]
pub(super) struct Line {
    cells: Vec<Cell>,
    at: usize,
    columns: usize,
    utf8: bool,
    out: Vec<u8>,
}

impl Line {
    pub(super) fn new(columns: usize, utf8: bool) -> Line {
        Line { cells: Vec::new(), at: 0, columns: columns.max(1), utf8, out: Vec::new() }
    }

    pub(super) fn set_columns(&mut self, columns: usize) {
        self.columns = columns.max(1);
    }

    pub(super) fn set_utf8(&mut self, utf8: bool) {
        self.utf8 = utf8;
    }

    /// What is to be sent to the terminal.
    pub(super) fn take_output(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.out)
    }

    pub(super) fn beep(&mut self) {
        self.out.push(7);
    }

    /// Writes over what is at the cursor.
    pub(super) fn put(&mut self, text: &[u8]) {
        if self.cells.len() > LONGEST {
            self.take_in(b"\n", false);
        }
        let n = self.take_in(text, false);
        self.write(self.at - n, self.at, false);
    }

    /// Inserts at the cursor.
    pub(super) fn insert(&mut self, text: &[u8]) {
        let n = self.take_in(text, true);
        self.write(self.at - n, self.cells.len(), false);
        self.go(self.column(self.cells.len()), self.column(self.at));
    }

    /// Moves the cursor by so many characters.
    pub(super) fn move_by(&mut self, n: isize) {
        let to = self.at.saturating_add_signed(n).min(self.cells.len());
        self.go(self.column(self.at), self.column(to));
        self.at = to;
    }

    /// Deletes so many characters behind the cursor, or (`n` < 0) before it.
    pub(super) fn delete(&mut self, n: isize) {
        let other = self.at.saturating_add_signed(n).min(self.cells.len());
        let (from, to) = (self.at.min(other), self.at.max(other));
        if from == to {
            return;
        }
        let gone = self.column(to) - self.column(from);
        self.go(self.column(self.at), self.column(from));
        self.cells.drain(from..to);
        self.at = from;
        self.write(from, self.cells.len(), false);
        self.out.extend(core::iter::repeat_n(b' ', gone));
        let end = self.column(self.cells.len()) + gone;
        if end.is_multiple_of(self.columns) {
            self.out.extend_from_slice(b" \x08");
        }
        self.go(end, self.column(from));
    }

    /// Takes characters into the line at the cursor, which ends up behind them. Answers how many are in the line and
    /// not yet written: a newline writes those before it, and begins the line anew.
    fn take_in(&mut self, text: &[u8], insert: bool) -> usize {
        let mut new = 0;
        for chunk in text.utf8_chunks() {
            let bytes = chunk.invalid().iter().map(|b| char::from(*b));
            for c in chunk.valid().chars().chain(bytes) {
                if c == '\n' || c == '\r' {
                    self.write(self.at - new, self.at, true);
                    self.out.extend_from_slice(if c == '\n' { b"\r\n" } else { b"\r" });
                    self.cells.drain(..self.at);
                    (self.at, new) = (0, 0);
                    continue;
                }
                let cell = self.cell(c);
                if insert || self.at == self.cells.len() {
                    self.cells.insert(self.at, cell);
                } else {
                    self.cells[self.at] = cell;
                }
                self.at += 1;
                new += 1;
            }
        }
        new
    }

    fn cell(&self, c: char) -> Cell {
        match c {
            '\t' => Cell::Tab(8 - (self.column(self.at) % 8) as u8),
            '\x1b' => Cell::Escape,
            '\0'..='\x1f' | '\x7f' => Cell::Control(c as u8),
            _ if self.utf8 => Cell::Char(c, terminal::width(c.into()).unwrap_or(0) as u8),
            ' '..='~' => Cell::Char(c, 1),
            _ => Cell::Number(c.into()),
        }
    }

    /// The column (from the line's start, not the screen's) of a character.
    fn column(&self, at: usize) -> usize {
        let (mut column, mut i) = (0, 0);
        while i < at {
            if self.cells[i] == Cell::Escape {
                // `ESC [ … letter`, or ESC and one character.
                let parameter = |c: &Cell| matches!(c, Cell::Char('0'..='9' | ';', _));
                let sequence = self.cells.get(i + 1) == Some(&Cell::Char('[', 1));
                i += 2;
                while sequence && self.cells.get(i).is_some_and(parameter) {
                    i += 1;
                }
                i += usize::from(sequence);
                continue;
            }
            column += self.cells[i].width();
            i += 1;
        }
        column
    }

    /// Writes some of the line. A terminal leaves the cursor at the end of a full row, but the row below is meant,
    /// unless a newline is next.
    fn write(&mut self, from: usize, to: usize, newline_next: bool) {
        for i in from..to {
            let cell = self.cells[i];
            cell.show(&mut self.out);
        }
        let column = self.column(to);
        if !newline_next && to > 0 && column > 0 && column.is_multiple_of(self.columns) {
            match self.cells.get(to).copied() {
                Some(next) => next.show(&mut self.out),
                None => self.out.push(b' '),
            }
            self.out.push(8);
        }
    }

    /// Moves the cursor between two columns of the line.
    fn go(&mut self, from: usize, to: usize) {
        let place = |column: usize| (column / self.columns, column % self.columns);
        let ((row, column), (to_row, to_column)) = (place(from), place(to));
        let mut steps = |n: usize, step: &[u8]| (0..n).for_each(|_| self.out.extend_from_slice(step));
        steps(to_row.saturating_sub(row), b"\n");
        steps(row.saturating_sub(to_row), b"\x1b[A");
        steps(to_column.saturating_sub(column), b"\x1b[C");
        steps(column.saturating_sub(to_column), b"\x08");
    }
}

impl Cell {
    fn width(self) -> usize {
        match self {
            Cell::Char(_, n) | Cell::Tab(n) => n.into(),
            Cell::Escape => 0,
            Cell::Control(_) => 2,
            Cell::Number(n) => number(n).len(),
        }
    }

    fn show(self, out: &mut Vec<u8>) {
        match self {
            Cell::Char(c, _) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Cell::Tab(n) => out.extend(core::iter::repeat_n(b' ', n.into())),
            Cell::Escape => out.push(0x1b),
            Cell::Control(0x7f) => out.extend_from_slice(b"^?"),
            Cell::Control(c) => out.extend_from_slice(&[b'^', c | 0x40]),
            Cell::Number(n) => out.extend_from_slice(number(n).as_bytes()),
        }
    }
}

fn number(n: u32) -> alloc::string::String {
    if n < 0o1000 { alloc::format!("\\{n:03o}") } else { alloc::format!("\\x{{{n:X}}}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(columns: usize, steps: impl FnOnce(&mut Line)) -> Vec<u8> {
        let mut line = Line::new(columns, true);
        steps(&mut line);
        line.take_output()
    }

    #[test]
    fn inserting_rewrites_the_tail() {
        let out = shown(80, |l| {
            l.put(b"1> ");
            l.insert(b"ac");
            l.move_by(-1);
            l.insert(b"b");
        });
        assert_eq!(out, b"1> ac\x08bc\x08");
    }

    #[test]
    fn deleting_blanks_what_was_there() {
        let out = shown(80, |l| {
            l.insert(b"abc");
            l.move_by(-1);
            l.delete(-1);
        });
        assert_eq!(out, b"abc\x08\x08c \x08\x08");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let out = shown(80, |l| {
            l.insert("漢".as_bytes());
            l.move_by(-1);
        });
        assert_eq!(out, "漢\x08\x08".as_bytes());
    }

    #[test]
    fn a_full_row_wraps() {
        assert_eq!(shown(4, |l| l.put(b"abcd")), b"abcd \x08");
        assert_eq!(shown(4, |l| l.put(b"abcd\n")), b"abcd\r\n");
        assert_eq!(
            shown(4, |l| {
                l.put(b"abcdef");
                l.move_by(-5)
            }),
            b"abcdef\x1b[A\x08"
        );
    }

    #[test]
    fn colours_take_no_columns() {
        let out = shown(80, |l| {
            l.put(b"\x1b[31mred\x1b[0m");
            l.insert(b"x");
            l.move_by(-1);
        });
        assert_eq!(out, b"\x1b[31mred\x1b[0mx\x08");
    }

    #[test]
    fn control_characters_are_visible() {
        assert_eq!(shown(80, |l| l.put(&[1, 0x7f, b'\t', b'x'])), b"^A^?    x");
    }
}
