//! `nif_supports/0,1`: what this node's sockets can do.

use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::platform::platform;
use joist_vm::process::{NativeResult, Process};
use joist_vm::release;
use joist_vm::term::{Term, build};

use super::answers::named;
use super::control::FLAGS;
use super::ioctl::{INTERFACE_FLAGS, REQUESTS};
use super::options::table::{Kind, LEVELS};
use super::protocols;

/// `nif_supports()`
pub(super) fn all(p: &mut Process, _: &[Term]) -> NativeResult {
    let what =
        [("sctp", false), ("ipv6", true), ("local", true), ("netns", platform().has_namespaces()), ("sendfile", true)];
    let pairs: Vec<Term> = what.iter().map(|(k, v)| build::tuple(p, &[named(k), Term::bool(*v)])).collect();
    Ok(build::list(p, &pairs))
}

/// `nif_supports(Key)`
pub(super) fn one(p: &mut Process, a: &[Term]) -> NativeResult {
    let key = a[0].as_atom().map(Atom::text);
    let mut items = Vec::new();
    let number = |n: i32| Term::small(i64::from(n));
    match key {
        Some("protocols") => return Ok(protocols::list(p)),
        Some("options") => {
            for (name, level, options) in &LEVELS {
                let mut list = Vec::new();
                for option in options.iter() {
                    let is_there = option.kind != Kind::None && release::at_least(option.since);
                    list.push(match is_there {
                        true => build::tuple(p, &[named(option.name), number(option.number)]),
                        false => named(option.name),
                    });
                }
                let list = build::list(p, &list);
                // Up to OTP 27 levels went by their numbers, and several names.
                let level = number(*level);
                items.push(match (release::at_least(28), *name) {
                    (true, name) => build::tuple(p, &[named(name), level, list]),
                    (false, "socket") => build::tuple(p, &[named("socket"), list]),
                    (false, _) => build::tuple(p, &[level, list]),
                });
            }
        }
        Some("msg_flags") => items.extend(pairs(p, &FLAGS)),
        Some("ioctl_requests") => items.extend(pairs(p, &REQUESTS)),
        Some("ioctl_flags") => items.extend(pairs(p, &INTERFACE_FLAGS)),
        _ => {}
    }
    Ok(build::list(p, &items))
}

fn pairs(p: &mut Process, all: &[(&str, i32)]) -> Vec<Term> {
    let is_there = |name: &str| match name {
        "notification" => release::at_least(28),
        "nread" | "atmark" => release::at_least(26),
        _ => true,
    };
    let all = all.iter().filter(|(name, _)| is_there(name));
    all.map(|(name, n)| build::tuple(p, &[named(name), Term::small(i64::from(*n))])).collect()
}
