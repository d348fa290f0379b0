//! The option lists of `re:compile` and `re:run`.

use joist_vm::atom::Atom;
use joist_vm::release;
use joist_vm::term::Term;

use super::options::{self as o, Newline, Options};

/// An option list, read.
pub(super) struct Read {
    /// What concerns the pattern.
    pub pattern: Options,
    /// Flags of the match.
    pub flags: u32,
    pub newline: Option<Newline>,
    pub offset: usize,
    /// `{capture, What, Type}`.
    pub capture: Option<(Term, Term)>,
    pub global: bool,
    pub report_errors: bool,
    pub export: bool,
    pub match_limit: Option<u64>,
    pub recursion_limit: Option<u64>,
    /// Options that only `compile`, or only `run`, takes.
    pub compile_only: bool,
    pub run_only: bool,
}

impl Read {
    pub(super) const fn unicode(&self) -> bool {
        self.pattern.has(o::UTF)
    }
}

/// Flags of the pattern alone.
fn compile_flag(name: &str) -> Option<u32> {
    Some(match name {
        "caseless" => o::CASELESS,
        "dollar_endonly" => o::DOLLAR_ENDONLY,
        "dotall" => o::DOTALL,
        "extended" => o::EXTENDED,
        "firstline" => o::FIRSTLINE,
        "multiline" => o::MULTILINE,
        "no_auto_capture" => o::NO_AUTO_CAPTURE,
        "dupnames" => o::DUPNAMES,
        "ungreedy" => o::UNGREEDY,
        "ucp" => o::UCP,
        "never_utf" => o::NEVER_UTF,
        "no_start_optimize" => o::NO_START_OPTIMIZE,
        "unicode" => o::UTF,
        _ => return None,
    })
}

fn run_flag(name: &str) -> Option<u32> {
    Some(match name {
        "notbol" => o::NOTBOL,
        "noteol" => o::NOTEOL,
        "notempty" => o::NOTEMPTY,
        "notempty_atstart" => o::NOTEMPTY_ATSTART,
        _ => return None,
    })
}

/// Reads an option list; none when it is none.
pub(super) fn read(list: Term) -> Option<Read> {
    let mut r = Read {
        pattern: Options::default(),
        flags: 0,
        newline: None,
        offset: 0,
        capture: None,
        global: false,
        report_errors: false,
        export: false,
        match_limit: None,
        recursion_limit: None,
        compile_only: false,
        run_only: false,
    };
    let mut it = list.list();
    for t in it.by_ref() {
        match t.as_tuple() {
            Some([tag, what, kind]) if name(*tag) == Some("capture") => {
                r.capture = Some((*what, *kind));
                r.run_only = true;
            }
            Some([tag, value]) => r.pair(name(*tag)?, *value)?,
            Some(_) => return None,
            None => r.flag(name(t)?)?,
        }
    }
    it.rest().is_nil().then_some(r)
}

fn name(t: Term) -> Option<&'static str> {
    t.as_atom().map(Atom::text)
}

impl Read {
    fn pair(&mut self, tag: &str, value: Term) -> Option<()> {
        // Stock takes C's int.
        let number = || value.as_usize().filter(|n| *n <= i32::MAX as usize);
        match tag {
            "newline" => {
                let newline = match name(value)? {
                    "lf" => Newline::Lf,
                    "cr" => Newline::Cr,
                    "crlf" => Newline::Crlf,
                    "anycrlf" => Newline::AnyCrlf,
                    "any" => Newline::Any,
                    _ => return None,
                };
                // PCRE 8 unites them, which may be a third one or none.
                let newline = match self.newline {
                    Some(before) if !release::at_least(28) => before.united(newline).unwrap_or_else(|| {
                        self.pattern.set(o::NEWLINE_CONFLICT, true);
                        newline
                    }),
                    _ => newline,
                };
                self.newline = Some(newline);
                self.pattern.newline = newline;
                self.pattern.set(o::NEWLINE_GIVEN, true);
                return Some(());
            }
            "capture" => self.capture = Some((value, Term::atom(Atom::new("index")))),
            "offset" => self.offset = number()?,
            "match_limit" => self.match_limit = Some(number()? as u64),
            "match_limit_recursion" => self.recursion_limit = Some(number()? as u64),
            _ => return None,
        }
        self.run_only = true;
        Some(())
    }

    fn flag(&mut self, name: &str) -> Option<()> {
        if let Some(flag) = compile_flag(name) {
            self.pattern.set(flag, true);
            self.compile_only = true;
            return Some(());
        }
        if let Some(flag) = run_flag(name) {
            self.flags |= flag;
            self.run_only = true;
            return Some(());
        }
        match name {
            "anchored" => {
                self.flags |= o::ANCHORED;
                self.pattern.set(o::ANCHORED, true);
            }
            "bsr_anycrlf" | "bsr_unicode" => {
                let flag = if name == "bsr_anycrlf" { o::BSR_ANYCRLF } else { o::BSR_UNICODE };
                self.flags = self.flags & !(o::BSR_ANYCRLF | o::BSR_UNICODE) | flag;
                if release::at_least(28) {
                    self.pattern.set(o::BSR_ANYCRLF | o::BSR_UNICODE, false);
                }
                self.pattern.set(flag, true);
            }
            "global" => {
                self.global = true;
                self.run_only = true;
            }
            "report_errors" => {
                self.report_errors = true;
                self.run_only = true;
            }
            "export" if release::at_least(28) => {
                self.export = true;
                self.compile_only = true;
            }
            _ => return None,
        }
        Some(())
    }
}
