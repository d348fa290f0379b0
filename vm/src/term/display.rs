//! Terms as text, as `erlang:display/1` writes them. Read beside it: `erts/emulator/beam/erl_printf_term.c`.
//!
//! `{}` prints all of a term; `{:.100}` stops after about that many items, with `... `; `{:?}` is for people who debug
//! and always stops early.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::{Formatter, Result, Write};

use super::{External, ExternalKind, FunRef, Tag, Term};
use crate::atom::Atom;
use crate::map::MapIter;
use crate::node;
use crate::number::{float_text, text};

/// What `{:?}` prints at most.
const DEBUG_LIMIT: usize = 200;

impl core::fmt::Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let limit = f.precision().unwrap_or(usize::MAX);
        print(f, *self, limit)
    }
}

/// The bytes that `erlang:display/1` writes: atoms in UTF-8, but the characters of strings as they are, in Latin-1.
/// `limit` as the precision of `{:.100}`.
#[must_use]
pub fn to_bytes(term: Term, limit: usize) -> Vec<u8> {
    let mut out = Bytes(Vec::new());
    // Writing to memory can't fail.
    let _ = print(&mut out, term, limit);
    out.0
}

/// Where terms are printed to.
trait Sink: Write {
    /// A character of a string.
    fn latin1(&mut self, byte: u8) -> Result;
}

impl Sink for Formatter<'_> {
    fn latin1(&mut self, byte: u8) -> Result {
        self.write_char(char::from(byte))
    }
}

struct Bytes(Vec<u8>);

impl Write for Bytes {
    fn write_str(&mut self, s: &str) -> Result {
        self.0.extend_from_slice(s.as_bytes());
        Ok(())
    }
}

impl Sink for Bytes {
    fn latin1(&mut self, byte: u8) -> Result {
        self.0.push(byte);
        Ok(())
    }
}

fn print(out: &mut dyn Sink, term: Term, limit: usize) -> Result {
    let mut p = Printer { out, left: limit, stack: Vec::new() };
    if !p.print(term)? {
        out.write_str("... ")?;
    }
    Ok(())
}

impl core::fmt::Debug for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let limit = f.precision().unwrap_or(DEBUG_LIMIT);
        write!(f, "{self:.limit$}")
    }
}

enum Work {
    Text(&'static str),
    Term(Term),
    /// The rest of a list, behind its first element.
    Tail(Term),
    Items(&'static [Term]),
    Pairs(Box<MapIter>),
    /// A record's fields and their values.
    Fields(&'static [Term], &'static [Term]),
}

struct Printer<'a> {
    out: &'a mut dyn Sink,
    /// Items that may still be printed.
    left: usize,
    stack: Vec<Work>,
}

impl Printer<'_> {
    /// Counts items; false when there were too many.
    fn spend(&mut self, n: usize) -> bool {
        let enough = self.left > 0;
        self.left = self.left.saturating_sub(n);
        enough
    }

    /// Prints all of a term; false when the limit cut it short.
    fn print(&mut self, t: Term) -> core::result::Result<bool, core::fmt::Error> {
        self.stack.push(Work::Term(t));
        while let Some(work) = self.stack.pop() {
            let whole = match work {
                Work::Text(s) => {
                    self.out.write_str(s)?;
                    true
                }
                Work::Term(t) => self.term(t)?,
                Work::Tail(t) if t.is_nil() => true,
                Work::Tail(t) => match t.as_cons() {
                    Some((head, tail)) => {
                        self.out.write_char(',')?;
                        self.stack.push(Work::Tail(tail));
                        self.term(head)?
                    }
                    None => {
                        self.out.write_char('|')?;
                        self.term(t)?
                    }
                },
                Work::Items([]) => true,
                Work::Items([first, rest @ ..]) => {
                    if !rest.is_empty() {
                        self.stack.push(Work::Items(rest));
                        self.stack.push(Work::Text(","));
                    }
                    self.term(*first)?
                }
                Work::Fields([field, fields @ ..], [value, values @ ..]) => {
                    if !fields.is_empty() {
                        self.stack.push(Work::Fields(fields, values));
                        self.stack.push(Work::Text(","));
                    }
                    self.stack.push(Work::Term(*value));
                    self.stack.push(Work::Text("="));
                    self.term(*field)?
                }
                Work::Fields(..) => true,
                Work::Pairs(mut pairs) => match pairs.next() {
                    None => true,
                    Some((k, v)) => {
                        if pairs.path().is_some() {
                            self.stack.push(Work::Pairs(pairs));
                            self.stack.push(Work::Text(","));
                        }
                        self.stack.push(Work::Term(v));
                        self.stack.push(Work::Text("=>"));
                        self.term(k)?
                    }
                },
            };
            if !whole {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn term(&mut self, t: Term) -> core::result::Result<bool, core::fmt::Error> {
        if !self.spend(1) {
            return Ok(false);
        }
        if t.is_none() {
            self.out.write_str("<TNV>")?;
        } else if let Some(v) = t.as_small() {
            write!(self.out, "{v}")?;
        } else if let Some(atom) = t.as_atom() {
            self.spend(atom.text().len());
            write_atom(self.out, atom)?;
            return Ok(self.left > 0);
        } else if t.is_nil() {
            self.out.write_str("[]")?;
        } else if t.is_cons() {
            return self.list(t);
        } else if t.is_pid() || t.is_port() || t.is_reference() {
            identifier(self.out, t)?;
        } else {
            return self.boxed(t);
        }
        Ok(true)
    }

    fn boxed(&mut self, t: Term) -> core::result::Result<bool, core::fmt::Error> {
        match t.header().map(|h| h.tag()) {
            Some(Tag::PosBig | Tag::NegBig) => self.out.write_str(&text::format(t, 10).unwrap_or_default())?,
            Some(Tag::Float) => {
                let f = t.as_float().unwrap_or(0.0);
                self.out.write_str(&float_text::scientific(f, 6).unwrap_or_default())?;
            }
            Some(Tag::Record) => {
                let Some(record) = t.as_record() else { return Ok(true) };
                self.stack.push(Work::Text("}"));
                self.stack.push(Work::Fields(record.fields(), record.values));
                for (before, atom) in [("#", record.module()), (":", record.name())] {
                    self.out.write_str(before)?;
                    atom.as_atom().map_or(Ok(()), |atom| write_atom(self.out, atom))?;
                }
                self.out.write_char('{')?;
            }
            Some(Tag::Tuple) => {
                self.out.write_char('{')?;
                self.stack.push(Work::Text("}"));
                self.stack.push(Work::Items(t.term_words()));
            }
            Some(Tag::FlatMap | Tag::HashMap) => {
                self.out.write_str("#{")?;
                self.stack.push(Work::Text("}"));
                self.stack.push(Work::Pairs(Box::new(MapIter::new(t))));
            }
            Some(Tag::HeapBits | Tag::SubBits) => return self.bits(t),
            Some(Tag::Fun | Tag::Export) => fun(self.out, t)?,
            Some(Tag::MatchContext) => self.out.write_str("#MatchState")?,
            _ => write!(self.out, "<unknown:{:#x}>", t.raw())?,
        }
        Ok(true)
    }

    fn list(&mut self, t: Term) -> core::result::Result<bool, core::fmt::Error> {
        let printable = |v: u8| matches!(v, b'\n' | b'\t' | b'\r' | b' '..=126 | 160..);
        let mut items = t.list();
        if items.by_ref().all(|i| i.as_byte().is_some_and(printable)) && items.rest().is_nil() {
            self.out.write_char('"')?;
            for byte in t.list().filter_map(Term::as_byte) {
                if !self.spend(1) {
                    return Ok(false);
                }
                match byte {
                    b'\n' => self.out.write_str("\\n")?,
                    b'"' => self.out.write_str("\\\"")?,
                    other => self.out.latin1(other)?,
                }
            }
            self.out.write_char('"')?;
            return Ok(true);
        }
        self.out.write_char('[')?;
        self.stack.push(Work::Text("]"));
        let [head, tail] = t.cell();
        self.stack.push(Work::Tail(*tail));
        self.stack.push(Work::Term(*head));
        Ok(true)
    }

    fn bits(&mut self, t: Term) -> core::result::Result<bool, core::fmt::Error> {
        let Some(bits) = t.as_bits() else { return Ok(true) };
        let (whole, odd) = (bits.len / 8, bits.len % 8);
        let text = odd == 0 && whole > 0 && (0..whole).all(|i| matches!(bits.byte(i), b' '..=126));
        self.out.write_str(if text { "<<\"" } else { "<<" })?;
        for i in 0..whole {
            let byte = bits.byte(i);
            match (text, byte) {
                (true, b'"') => self.out.write_str("\\\"")?,
                (true, byte) => self.out.write_char(char::from(byte))?,
                (false, byte) => write!(self.out, "{}{byte}", if i == 0 { "" } else { "," })?,
            }
            if !self.spend(1) {
                return Ok(false);
            }
        }
        if odd != 0 {
            write!(self.out, "{}{}:{odd}", if whole == 0 { "" } else { "," }, bits.byte(whole) >> (8 - odd))?;
        }
        self.out.write_str(if text { "\">>" } else { ">>" })?;
        Ok(true)
    }
}

/// An atom, in quotes if it needs them: unquoted are a lower case letter of Latin-1 and then letters and digits of
/// Latin-1 and underscores.
pub fn write_atom<W: Write + ?Sized>(out: &mut W, atom: Atom) -> Result {
    let text = atom.text();
    let lower = |c: char| c.is_ascii_lowercase() || matches!(c, 'ß'..='ÿ' if c != '÷');
    let upper = |c: char| c.is_ascii_uppercase() || matches!(c, 'À'..='Þ' if c != '×');
    let plain = |c: char| lower(c) || upper(c) || c.is_ascii_digit() || c == '_';
    if text.starts_with(lower) && text.chars().all(plain) {
        return out.write_str(text);
    }
    out.write_char('\'')?;
    for c in text.chars() {
        match c {
            '\'' => out.write_str("\\'")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\x0c' => out.write_str("\\f")?,
            '\t' => out.write_str("\\t")?,
            '\r' => out.write_str("\\r")?,
            '\x08' => out.write_str("\\b")?,
            '\x0b' => out.write_str("\\v")?,
            '\0'..' ' | '\u{80}'..'\u{a0}' => write!(out, "\\{:03o}", u32::from(c))?,
            other => out.write_char(other)?,
        }
    }
    out.write_char('\'')
}

/// What stands for a node before the first point: 0 for this one, in all its lives.
fn channel(external: Option<&External>) -> u32 {
    external.map_or(0, |e| if e.node == node::this().name { 0 } else { e.node.0 })
}

fn identifier(out: &mut dyn Sink, t: Term) -> Result {
    let external = t.as_external();
    let node = channel(external.as_ref());
    match (t.as_pid(), t.as_port(), t.as_reference(), &external) {
        (Some(p), ..) => write!(out, "<0.{}.{}>", p.number(), p.serial()),
        (_, Some(p), ..) => write!(out, "#Port<0.{}>", p.0),
        (_, _, Some(r), _) => {
            let [a, b, c] = r.numbers;
            write!(out, "#Ref<0.{c}.{b}.{a}>")
        }
        (.., Some(e)) => match e.kind {
            ExternalKind::Pid => write!(out, "<{node}.{}.{}>", e.data[0] as u32, e.data[0] >> 32),
            ExternalKind::Port => write!(out, "#Port<{node}.{}>", e.data[0]),
            ExternalKind::Reference => {
                write!(out, "#Ref<{node}")?;
                (0..e.count).rev().try_for_each(|i| write!(out, ".{}", e.number(i)))?;
                out.write_char('>')
            }
        },
        _ => Ok(()),
    }
}

fn fun(out: &mut dyn Sink, t: Term) -> Result {
    match t.as_fun().map(|f| f.code) {
        Some(FunRef::Local(e)) => write!(out, "#Fun<{}.{}.{}>", e.module.text(), e.old_index, e.old_uniq),
        Some(FunRef::External(e)) => {
            out.write_str("fun ")?;
            write_atom(out, e.mfa.module)?;
            out.write_char(':')?;
            write_atom(out, e.mfa.function)?;
            write!(out, "/{}", e.mfa.arity)
        }
        None => Ok(()),
    }
}
