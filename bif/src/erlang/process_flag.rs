//! `process_flag/2,3`, group leaders, garbage collection on demand.

use joist_vm::atom;
use joist_vm::heap::Policy;
use joist_vm::map;
use joist_vm::process::{Bail, NativeResult, Process};
use joist_vm::term::{Alloc, Term};
use joist_vm::trace::SavedCalls;

use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] =
    &[("process_flag", 2, |p, a| set(p, a[0], a[1])), ("group_leader", 0, |p, _| Ok(p.group_leader))];

fn set(p: &mut Process, flag: Term, value: Term) -> NativeResult {
    let options = flag.as_tuple_of::<2>();
    if flag.as_atom().is_some_and(|f| f.text() == "monitor_nodes")
        || options.is_some_and(|[k, o]| {
            k.as_atom().is_some_and(|k| k.text() == "monitor_nodes") && (o.is_list() || o.is_map())
        })
    {
        // How many subscriptions there were: none is kept, since no node ever comes or goes.
        term_args::boolean(p, value)?;
        return Ok(Term::small(0));
    }
    let Some(flag) = flag.as_atom() else { return Err(term_args::badopt(p)) };
    Ok(match flag {
        atom::TRAP_EXIT => {
            let on = term_args::boolean(p, value)?;
            Term::bool(core::mem::replace(&mut p.flags.trap_exit, on))
        }
        atom::PRIORITY => {
            let new = super::spawn::priority(p, value)?;
            Term::atom(super::spawn::priority_atom(core::mem::replace(&mut p.priority, new)))
        }
        atom::ERROR_HANDLER => {
            let new = term_args::atom(p, value)?;
            Term::atom(core::mem::replace(&mut p.error_handler, new))
        }
        atom::MIN_HEAP_SIZE => {
            let new = joist_vm::heap::sizes::next_size(term_args::size(p, value)?.min(1 << 40));
            Term::small(core::mem::replace(&mut p.heap.policy_mut().min_heap_size, new) as i64)
        }
        atom::MIN_BIN_VHEAP_SIZE => {
            let new = joist_vm::heap::sizes::next_size(term_args::size(p, value)?.min(1 << 40));
            Term::small(core::mem::replace(&mut p.heap.policy_mut().min_bin_vheap_size, new) as i64)
        }
        atom::FULLSWEEP_AFTER => {
            let new = term_args::size(p, value)?.min(u32::MAX as usize) as u32;
            Term::small(i64::from(core::mem::replace(&mut p.heap.policy_mut().fullsweep_after, new)))
        }
        atom::MAX_HEAP_SIZE => {
            let mut policy = *p.heap.policy();
            let old = max_heap_size_map(p, policy);
            max_heap_size(p, &mut policy, value)?;
            *p.heap.policy_mut() = policy;
            old
        }
        atom::MESSAGE_QUEUE_DATA => {
            let off = match value.as_atom() {
                Some(atom::ON_HEAP) => false,
                Some(atom::OFF_HEAP) => true,
                _ => return Err(p.badarg()),
            };
            let was = core::mem::replace(&mut p.flags.message_queue_off_heap, off);
            Term::atom(if was { atom::OFF_HEAP } else { atom::ON_HEAP })
        }
        atom::SAVE_CALLS => {
            let new = term_args::size(p, value)?;
            if new > 10_000 {
                return Err(p.badarg());
            }
            let old = core::mem::replace(&mut p.saved_calls, SavedCalls::new(new));
            Term::small(old.map_or(0, |old| old.limit() as i64))
        }
        atom::SENSITIVE => {
            let on = term_args::boolean(p, value)?;
            p.slot().traced.set_sensitive(on);
            Term::bool(core::mem::replace(&mut p.flags.sensitive, on))
        }
        atom::ASYNC_DIST => {
            let on = term_args::boolean(p, value)?;
            Term::bool(core::mem::replace(&mut p.flags.async_dist, on))
        }
        flag if flag.text() == "scheduler" => {
            let n = term_args::size(p, value)?;
            if n > joist_vm::sched::schedulers() {
                return Err(p.badarg());
            }
            Term::small(p.bind(n) as i64)
        }
        _ => return Err(term_args::badopt(p)),
    })
}

/// Reads `max_heap_size`: a number of words, or a map of size, kill, error_logger, include_shared_binaries.
pub(crate) fn max_heap_size(p: &mut Process, policy: &mut Policy, value: Term) -> Result<(), Bail> {
    let mut new = *policy;
    if value.is_map() {
        let get = |name: &str| map::get(value, Term::atom(joist_vm::atom::Atom::new(name)));
        let Some(size) = get("size") else { return Err(p.badarg()) };
        new.max_heap_size = term_args::size(p, size)?;
        for (name, field) in [
            ("kill", &mut new.max_heap_kill),
            ("error_logger", &mut new.max_heap_log),
            ("include_shared_binaries", &mut new.max_heap_binaries),
        ] {
            if let Some(v) = get(name) {
                *field = term_args::boolean(p, v)?;
            }
        }
    } else {
        new.max_heap_size = term_args::size(p, value)?;
    }
    if new.max_heap_size != 0 && new.max_heap_size < new.min_heap_size {
        return Err(p.badarg());
    }
    *policy = new;
    Ok(())
}

/// `max_heap_size` as a map.
pub(crate) fn max_heap_size_map(heap: &mut dyn Alloc, policy: Policy) -> Term {
    let name = |n: &str| Term::atom(joist_vm::atom::Atom::new(n));
    let mut pairs = alloc::vec![
        (name("error_logger"), Term::bool(policy.max_heap_log)),
        (name("kill"), Term::bool(policy.max_heap_kill)),
        (name("size"), Term::small(policy.max_heap_size as i64)),
    ];
    if joist_vm::release::current() >= 27 {
        pairs.push((name("include_shared_binaries"), Term::bool(policy.max_heap_binaries)));
    }
    map::from_pairs(heap, &pairs)
}
