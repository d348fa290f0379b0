//! Native records: the instructions' slow parts. Read beside it: `erl_record.c`.

use smallvec::SmallVec;

use super::{Context, Term};
use crate::atom::{self, Atom};
use crate::code;
use crate::term::record;

impl Context {
    #[inline(never)]
    pub(crate) fn is_native_record(&mut self, t: Term, module: Term, name: Term) -> bool {
        t.as_record().is_some_and(|r| r.module() == module && r.name() == name)
    }

    #[inline(never)]
    pub(crate) fn is_record_accessible(&mut self, t: Term, module: Term) -> bool {
        t.as_record().is_some_and(|r| r.is_exported() || r.module() == module)
    }

    /// The value of a record's field, or none.
    #[inline(never)]
    pub(crate) fn record_element(&mut self, t: Term, field: Term) -> Term {
        t.as_record().and_then(|r| r.get(field)).unwrap_or(Term::NONE)
    }

    /// As [`Context::record_element`], of a record of that name; without it the process holds the exception.
    pub(crate) fn record_field(&mut self, t: Term, id: Term, field: Term) -> Term {
        let fits = |r: &record::Record| match id.as_tuple_of() {
            Some([module, name]) => r.module() == *module && r.name() == *name && r.is_exported(),
            None => id.is(atom::UNDERSCORE) || r.name() == id,
        };
        let p = self.process();
        let Some(r) = t.as_record().filter(fits) else {
            let _ = p.error_pair(atom::BADRECORD, t);
            return Term::NONE;
        };
        r.get(field).unwrap_or_else(|| {
            let what = record::with_field(p, record::definition_of(t).unwrap_or(t), field);
            let _ = p.error_pair(atom::BADFIELD, what);
            Term::NONE
        })
    }

    /// A record of another module, or a changed copy of `old`, from pairs of field and operand; without a result the
    /// process holds the exception.
    pub(crate) fn put_record(&mut self, id: Term, old: Term, at: *const u64, n: usize, live: usize) -> Term {
        let p = self.process();
        let (ctx, sp): (*mut Context, _) = (self, p.heap.sp);
        // SAFETY: the loader put n pairs of a field's name and a source operand there.
        let given = |i| unsafe { (Term(*at.add(2 * i)), super::source(*at.add(2 * i + 1), ctx, sp)) };
        let mut values: SmallVec<[Term; 16]> = SmallVec::new();
        let definition = if old.is_nil() {
            let exported = |entry: &code::RecordEntry| {
                values.extend(entry.defaults.iter().copied());
                entry.is_exported().then_some(entry.definition)
            };
            let atoms = id.as_tuple_of().and_then(|[module, name]| Some((module.as_atom()?, name.as_atom()?)));
            atoms.and_then(|(module, name)| code::record_definition(module, name, exported)?)
        } else {
            values.extend(old.as_record().map_or(&[][..], |r| r.values).iter().copied());
            record::definition_of(old)
        };
        let result = definition.ok_or((atom::BADRECORD, if old.is_nil() { id } else { old })).and_then(|definition| {
            let fields = record::fields_of(definition);
            // Of several wrong fields stock names the one whose atom is the oldest.
            let mut wrong: Option<(Atom, Term)> = None;
            let mut note = |error, field: Term| {
                if wrong.is_none_or(|w| w.0 == error && field.raw() < w.1.raw()) {
                    wrong = Some((error, field));
                }
            };
            for (field, value) in (0..n).map(given) {
                match fields.iter().position(|f| *f == field) {
                    Some(at) => values[at] = value,
                    None => note(atom::BADFIELD, field),
                }
            }
            fields.iter().zip(&values).filter(|f| f.1.is_none()).for_each(|f| note(atom::NOVALUE, *f.0));
            if let Some((error, field)) = wrong {
                return Err((error, record::with_field(p, definition, field)));
            }
            Ok(record::record(p, definition, &values))
        });
        match result {
            Ok(t) => self.keep(t, live),
            Err((error, what)) => {
                let _ = p.error_pair(error, what);
                Term::NONE
            }
        }
    }
}
