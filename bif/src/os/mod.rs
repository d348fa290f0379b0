//! `os` (`erl_bif_os.c`).

mod signals;

pub(crate) use signals::init;

use alloc::vec::Vec;

use joist_vm::platform::platform;
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::table::Binding;
use crate::{prim_file, term_args};

pub(crate) const BINDINGS: &[Binding] = &[
    ("getenv", 1, |p, a| {
        let name = name(p, a[0])?;
        Ok(match platform().getenv(&name) {
            Some(v) => prim_file::name_to_list(p, &v),
            None => Term::bool(false),
        })
    }),
    ("env", 0, |p, _| {
        let mut items = Vec::new();
        for e in platform().env() {
            let at = e.iter().position(|b| *b == b'=').unwrap_or(e.len());
            let (k, v) =
                (prim_file::name_to_list(p, &e[..at]), prim_file::name_to_list(p, e.get(at + 1..).unwrap_or_default()));
            items.push(build::tuple(p, &[k, v]));
        }
        Ok(build::list(p, &items))
    }),
    ("putenv", 2, |p, a| {
        let (k, v) = (name(p, a[0])?, value(p, a[1])?);
        set(p, &k, Some(&v))
    }),
    ("unsetenv", 1, |p, a| {
        let k = name(p, a[0])?;
        set(p, &k, None)
    }),
    ("getpid", 0, |p, _| {
        let s = alloc::format!("{}", platform().pid());
        Ok(build::string(p, s.as_bytes()))
    }),
    ("timestamp", 0, |p, _| {
        let us = platform().system_time_ns() / 1000;
        let parts = [us / 1_000_000_000_000, us / 1_000_000 % 1_000_000, us % 1_000_000];
        Ok(build::tuple(p, &parts.map(Term::small)))
    }),
    ("system_time", 0, |p, _| Ok(build::integer(p, platform().system_time_ns()))),
    ("system_time", 1, |p, a| crate::erlang::time::convert(p, platform().system_time_ns(), a[0])),
    ("perf_counter", 0, |p, _| Ok(build::integer(p, platform().monotonic_ns() as i64))),
    ("set_signal", 2, signals::set),
];

fn name(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    let name = value(p, t)?;
    if name.is_empty() || name.contains(&b'=') { Err(p.badarg()) } else { Ok(name) }
}

fn value(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    match term_args::text(t).filter(|s| !s.contains('\0')) {
        Some(s) => Ok(s.into_bytes()),
        None => Err(p.badarg()),
    }
}

fn set(p: &mut Process, k: &[u8], v: Option<&[u8]>) -> NativeResult {
    match platform().setenv(k, v) {
        Ok(()) => Ok(Term::bool(true)),
        Err(_) => Err(p.badarg()),
    }
}
