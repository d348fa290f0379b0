//! `erl_ddll` (`erl_bif_ddll.c`): drivers that are loaded from shared objects. There are none here, since native code of
//! others can't be run: each one fails to be opened. The drivers that are part of the VM are known as linked in.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::process::{self, Bail, NativeResult, Process};
use joist_vm::term::{Term, build};

use crate::drivers::NAMES;
use crate::erlang::iolist;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("try_load", 3, |p, a| {
        let path = a[0].is_atom() || iolist::to_bytes(a[0]).is_some();
        let (name, reload) = (name(p, a[1])?, load_options(p, a[2])?);
        match () {
            () if !path => Err(p.badarg()),
            () if linked_in(&name) => refuse(p, "linked_in_driver"),
            () if reload => refuse(p, "not_loaded"),
            () => {
                let reason = build::tuple(p, &[Term::atom(Atom::new("open_error")), Term::small(OPEN_ERROR)]);
                Ok(build::tuple(p, &[Term::atom(atom::ERROR), reason]))
            }
        }
    }),
    ("try_unload", 2, |p, a| {
        let name = name(p, a[0])?;
        for option in term_args::list(p, a[1])? {
            let known = is(option, "kill_ports") || is_pair(option, "monitor", &["pending", "pending_driver"]);
            if !known {
                return Err(p.badarg());
            }
        }
        refuse(p, if linked_in(&name) { "linked_in_driver" } else { "not_loaded" })
    }),
    ("loaded_drivers", 0, |p, _| {
        let names = NAMES.map(|n| build::string(p, n.as_bytes()));
        let list = build::list(p, &names);
        Ok(build::tuple(p, &[Term::atom(atom::OK), list]))
    }),
    ("info", 2, |p, a| {
        let name = name(p, a[0])?;
        let item = term_args::atom(p, a[1])?.text();
        match item {
            _ if !linked_in(&name) => Err(p.badarg()),
            "linked_in_driver" => Ok(Term::bool(true)),
            "permanent" => Ok(Term::bool(false)),
            "processes" | "driver_options" | "port_count" | "awaiting_load" | "awaiting_unload" => {
                Ok(Term::atom(Atom::new("linked_in_driver")))
            }
            _ => Err(p.badarg()),
        }
    }),
    ("format_error_int", 1, |p, a| match text_of(a[0]) {
        Some(text) => Ok(build::string(p, text.as_bytes())),
        None => Err(p.badarg()),
    }),
    ("monitor", 2, monitor),
    ("demonitor", 1, |p, a| match a[0].is_reference() {
        // A monitor's message is sent at once: none is ever left to end.
        true => Ok(Term::bool(true)),
        false => Err(p.badarg()),
    }),
];

/// The number that `{open_error, _}` tells; `dlopen` has no numbers, and stock counts its texts down from here.
const OPEN_ERROR: i64 = -10;

/// A driver's name: an atom or an io list.
fn name(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    let bytes = match t.as_atom() {
        Some(a) => Some(a.text().as_bytes().to_vec()),
        None if t.is_list() => iolist::to_bytes(t),
        None => None,
    };
    bytes.ok_or_else(|| p.badarg())
}

fn linked_in(name: &[u8]) -> bool {
    NAMES.iter().any(|n| n.as_bytes() == name)
}

fn refuse(p: &mut Process, why: &str) -> NativeResult {
    Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(Atom::new(why))]))
}

fn is(t: Term, name: &str) -> bool {
    t.as_atom().is_some_and(|a| a.text() == name)
}

fn is_pair(t: Term, key: &str, values: &[&str]) -> bool {
    t.as_tuple_of::<2>().is_some_and(|[k, v]| is(*k, key) && values.iter().any(|value| is(*v, value)))
}

/// Checks the options of `try_load`; do they ask for a reload?
fn load_options(p: &mut Process, list: Term) -> Result<bool, Bail> {
    let mut reload = false;
    for option in term_args::list(p, list)? {
        if is_pair(option, "reload", &["pending", "pending_driver"]) {
            reload = true;
        } else if let Some([k, flags]) = option.as_tuple_of::<2>()
            && is(*k, "driver_options")
        {
            if !term_args::list(p, *flags)?.into_iter().all(|flag| is(flag, "kill_ports")) {
                return Err(p.badarg());
            }
        } else if !is_pair(option, "monitor", &["pending", "pending_driver"]) {
            return Err(p.badarg());
        }
    }
    Ok(reload)
}

/// `monitor(driver, {Name, When})`: what is linked in is there for good, everything else is not.
fn monitor(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some([driver, when]) = a[1].as_tuple_of::<2>().copied() else { return Err(p.badarg()) };
    let known = ["loaded", "unloaded", "unloaded_only"].iter().any(|w| is(when, w));
    if !is(a[0], "driver") || !known {
        return Err(p.badarg());
    }
    let there = linked_in(&name(p, driver)?);
    let reference = build::reference(p, process::make_reference());
    let (tag, state) = if there { ("UP", "permanent") } else { ("DOWN", "unloaded") };
    let words = [Term::atom(Atom::new(tag)), reference, a[0], driver, Term::atom(Atom::new(state))];
    let message = build::tuple(p, &words);
    process::send(p.pid(), message);
    Ok(reference)
}

/// An error in words.
fn text_of(error: Term) -> Option<&'static str> {
    if let Some([k, number]) = error.as_tuple_of::<2>() {
        let opening = is(*k, "open_error") && number.is_integer();
        return opening.then_some("native drivers can't be loaded: Joist runs no native code but its own");
    }
    Some(match error.as_atom()?.text() {
        "inconsistent" => "The loaded driver has another name or other options",
        "linked_in_driver" => "The driver is part of the VM and can be neither loaded nor unloaded",
        "permanent" => "The driver is loaded for good",
        "not_loaded" => "The driver is not loaded",
        "not_loaded_by_this_process" => "The driver was loaded by another process",
        "not_pending" => "No load of this driver is pending",
        "already_loaded" => "The driver is loaded already",
        "bad_driver_name" => "The driver's own name is another one",
        "pending_process" => "Other processes have loaded the driver that is to be reloaded",
        "pending_reload" => "A reload of the driver is pending already",
        "load_cancelled" => "Another process has cancelled the load",
        "driver_incorrect_version" => "The driver was made for another version of the interface",
        _ => return None,
    })
}
