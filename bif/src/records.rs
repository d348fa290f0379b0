//! `records` (OTP 29): native records made and looked into by functions (`erl_record.c`).

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::code;
use joist_vm::map::{self, MapIter};
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::compare::compare_exact;
use joist_vm::term::{Record, Term, build, record};

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("create", 4, create),
    ("get", 2, |p, a| {
        let r = a[1].as_record().filter(|_| a[0].is_atom());
        r.and_then(|r| r.get(a[0])).ok_or_else(|| p.badarg())
    }),
    ("get_definition", 2, get_definition),
    ("get_field_names", 1, |p, a| {
        let r = need_record(p, a[0])?;
        Ok(build::list(p, r.fields()))
    }),
    ("get_module", 1, |p, a| a[0].as_record().map(|r| r.module()).ok_or_else(|| p.badarg())),
    ("get_name", 1, |p, a| a[0].as_record().map(|r| r.name()).ok_or_else(|| p.badarg())),
    ("is_exported", 1, |p, a| need_record(p, a[0]).map(|r| Term::bool(r.is_exported()))),
    ("update", 4, update),
];

fn need_record(p: &mut Process, t: Term) -> Result<Record, Bail> {
    t.as_record().ok_or_else(|| p.error_pair(atom::BADRECORD, t))
}

fn badfield(p: &mut Process, module: Term, name: Term, field: Term) -> Bail {
    let id = build::tuple(p, &[module, name]);
    let what = build::tuple(p, &[id, field]);
    p.error_pair(atom::BADFIELD, what)
}

/// `create(Module, Name, [{Field, Value}], #{is_exported => Boolean})`.
fn create(p: &mut Process, a: &[Term]) -> NativeResult {
    let (Some(module), Some(name)) = (a[0].as_atom(), a[1].as_atom()) else {
        return Err(p.error_pair(atom::BADRECORD, a[1]));
    };
    if !a[3].is_map() {
        return Err(p.error_pair(atom::BADMAP, a[3]));
    }
    let exported = map::get(a[3], Term::atom(atom::IS_EXPORTED)).filter(|_| map::size(a[3]) == 1);
    let Some(is_exported) = exported.and_then(Term::as_bool) else { return Err(p.badarg()) };
    if a[2].list_length().is_none() {
        return Err(p.badarg());
    }
    let (mut fields, mut values): (Vec<Atom>, Vec<Term>) = (Vec::new(), Vec::new());
    for pair in a[2].list() {
        let Some([field, value]) = pair.as_tuple_of() else { return Err(p.badarg()) };
        let Some(field) = field.as_atom() else { return Err(badfield(p, a[0], a[1], *field)) };
        fields.push(field);
        values.push(*value);
    }
    p.charge(fields.len() / 8);
    if !record::are_distinct(&fields) {
        return Err(p.badarg());
    }
    let definition = record::definition(p, &record::Definition { module, name, is_exported, fields: &fields });
    Ok(record::record(p, definition, &values))
}

/// `update(Record, Module, Name, #{Field => Value})`; any record for the name `_`.
fn update(p: &mut Process, a: &[Term]) -> NativeResult {
    let r = need_record(p, a[0])?;
    if !a[2].is(atom::UNDERSCORE) && (r.module() != a[1] || r.name() != a[2]) {
        return Err(p.error_pair(atom::BADRECORD, a[2]));
    }
    if !a[3].is_map() {
        return Err(p.error_pair(atom::BADMAP, a[3]));
    }
    let mut values = r.values.to_vec();
    let mut wrong: Option<Term> = None;
    for (field, value) in MapIter::new(a[3]) {
        match r.position(field) {
            Some(at) => values[at] = value,
            // Of several the first in the order of maps' keys in stock: of atoms the oldest.
            None if wrong.is_none_or(|w| first_key(field, w)) => wrong = Some(field),
            None => {}
        }
    }
    if let Some(field) = wrong {
        return Err(badfield(p, r.module(), r.name(), field));
    }
    Ok(record::with_values(p, a[0], &values).unwrap_or(a[0]))
}

fn first_key(a: Term, b: Term) -> bool {
    if a.is_atom() && b.is_atom() { a.raw() < b.raw() } else { compare_exact(a, b).is_lt() }
}

/// `get_definition(Module, Name)`: `{#{is_exported => Boolean}, [{Field, Default} | Field]}`.
fn get_definition(p: &mut Process, a: &[Term]) -> NativeResult {
    let names = a[0].as_atom().zip(a[1].as_atom());
    let found = names.and_then(|(module, name)| {
        code::record_definition(module, name, |entry| (entry.is_exported(), entry.fields().collect::<Vec<_>>()))
    });
    let Some((is_exported, fields)) = found else { return Err(p.badarg()) };
    let fields: Vec<Term> = fields
        .into_iter()
        .map(|(field, default)| if default.is_none() { field } else { build::tuple(p, &[field, default]) })
        .collect();
    let fields = build::list(p, &fields);
    let options = map::from_pairs(p, &[(Term::atom(atom::IS_EXPORTED), Term::bool(is_exported))]);
    Ok(build::tuple(p, &[options, fields]))
}
