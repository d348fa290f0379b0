//! Why a bitstring could not be built: the `error_info` that `erl_erts_errors:format_bs_fail/2` explains
//! (`beam_jit_bs_construct_fail_info` in `beam_jit_common.cpp`).

use super::bs_build::{MAX_BITS, Part};
use super::{Context, Segment, Term};
use crate::atom::{self, Atom};
use crate::bits::{put_utf8, put_utf16, put_utf32};
use crate::map;
use crate::process::Class;
use crate::term::build;

/// An exception's reason, what of the segment is wrong, and the value that is.
type Fault = (Atom, &'static str, Term);

impl Part {
    fn type_name(&self) -> &'static str {
        match self.kind {
            Segment::Integer => "integer",
            Segment::Float => "float",
            Segment::Binary | Segment::Append | Segment::String => "binary",
            Segment::Utf8 => "utf8",
            Segment::Utf16 => "utf16",
            Segment::Utf32 => "utf32",
        }
    }

    /// What shows while sizes are added up, before anything is written.
    fn size_fault(&self) -> Option<Fault> {
        match self.kind {
            Segment::String | Segment::Utf8 | Segment::Utf16 => None,
            Segment::Utf32 => {
                let valid = self.code_point().ok().is_some_and(|c| put_utf32(c, false).is_some());
                (!valid).then_some((atom::BADARG, "type", self.source))
            }
            _ if self.size.is(atom::ALL) => {
                self.source.as_bits().is_none().then_some((atom::BADARG, "type", self.source))
            }
            _ => match self.size.as_usize() {
                Some(n) if n.checked_mul(self.unit).is_some_and(|b| b < MAX_BITS) => None,
                Some(_) => Some((atom::SYSTEM_LIMIT, "size", self.size)),
                None if self.size.as_big().is_some_and(|b| !b.0) => Some((atom::SYSTEM_LIMIT, "size", self.size)),
                None => Some((atom::BADARG, "size", self.size)),
            },
        }
    }

    /// What shows when the segment is written.
    fn value_fault(&self) -> Option<Fault> {
        let fault = |what| Some((atom::BADARG, what, self.source));
        match self.kind {
            Segment::String | Segment::Utf32 => None,
            Segment::Integer if self.source.is_integer() => None,
            Segment::Integer => fault("type"),
            Segment::Float => {
                let bits = self.size.as_usize().map_or(0, |n| n * self.unit);
                if !matches!(bits, 0 | 16 | 32 | 64) {
                    fault("invalid")
                } else if self.source.is_number() {
                    fault("no_float")
                } else {
                    fault("type")
                }
            }
            Segment::Utf8 if self.code_point().ok().is_some_and(|c| put_utf8(c).is_some()) => None,
            Segment::Utf16 if self.code_point().ok().is_some_and(|c| put_utf16(c, false).is_some()) => None,
            Segment::Utf8 | Segment::Utf16 => fault("type"),
            Segment::Binary | Segment::Append => match self.source.as_bits() {
                None => fault("type"),
                Some(bits) if self.size.is(atom::ALL) => {
                    (bits.len % self.unit != 0).then_some(()).and_then(|()| fault("unit"))
                }
                Some(bits) => {
                    let wanted = self.size.as_usize().map_or(0, |n| n * self.unit);
                    (wanted > bits.len).then_some(()).and_then(|()| fault("short"))
                }
            },
        }
    }

    /// A float segment is only at fault if it couldn't be written.
    fn writes(&self) -> bool {
        let mut bytes = [0u8; 8];
        let bits = self.size.as_usize().map_or(0, |n| n * self.unit);
        // SAFETY: at most 64 bits into eight bytes.
        bits <= 64 && unsafe { crate::bits::write_float(bytes.as_mut_ptr(), 0, bits, self.source, false) }
    }
}

impl Context {
    /// The exception for segments that can't be built; answers none.
    #[cold]
    pub(super) fn segment_error(&mut self, parts: impl Iterator<Item = Part> + Clone) -> Term {
        let sizes = parts.clone().find_map(|p| p.size_fault().map(|f| (p, f)));
        let found = sizes.or_else(|| {
            let mut wrong = parts.filter(|p| p.kind != Segment::Float || !p.writes());
            wrong.find_map(|p| p.value_fault().map(|f| (p, f)))
        });
        let p = self.process();
        let Some((part, (reason, what, value))) = found else {
            p.exception.set(Class::Error, Term::atom(atom::BADARG));
            return Term::NONE;
        };
        let name = |text| Term::atom(Atom::new(text));
        let cause = [Term::small(part.number as i64), name(part.type_name()), name(what), value];
        let cause = build::tuple(p, &cause);
        let info = [
            (Term::atom(atom::CAUSE), cause),
            (name("function"), name("format_bs_fail")),
            (Term::atom(atom::MODULE), name("erl_erts_errors")),
        ];
        let info = map::from_pairs(p, &info);
        p.exception.set(Class::Error, Term::atom(reason));
        p.exception.info = info;
        Term::NONE
    }
}
