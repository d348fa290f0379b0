//! The end of the node: `halt/2` (`erl_bif_info.c`, `erl_init.c`). A flushing halt waits for the ports' output.

use joist_vm::atom;
use joist_vm::platform::{Halt, platform};
use joist_vm::port;
use joist_vm::process::{NativeResult, Process};
use joist_vm::sched;
use joist_vm::term::{Term, build};

use crate::console::output;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[("halt", 2, |p, a| halt(p, a[0], a[1]))];

fn halt(p: &mut Process, status: Term, options: Term) -> NativeResult {
    let (mut flush, mut timeout) = (true, None);
    for o in term_args::list(p, options)? {
        match o.as_tuple_of::<2>() {
            Some([k, v]) if k.is(atom::FLUSH) && v.as_bool().is_some() => flush = v.as_bool() == Some(true),
            Some([k, v])
                if k.as_atom().is_some_and(|k| k.text() == "flush_timeout")
                    && (v.is_integer() || v.is(atom::INFINITY)) =>
            {
                timeout = v.as_u64();
            }
            _ => return Err(p.badarg()),
        }
    }
    if let Some(code) = status.as_small().filter(|c| *c >= 0) {
        if !flush {
            end(code);
        }
        let ns = timeout.map(|ms| platform().monotonic_ns().saturating_add(ms.saturating_mul(1_000_000)));
        let deadline = ns.map_or(Term::NIL, |ns| build::unsigned(p, ns));
        let grace = build::unsigned(p, platform().monotonic_ns() + GRACE_NS);
        return when_flushed(p, &[Term::small(code), deadline, grace]);
    }
    if status.is(atom::ABORT) {
        platform().halt(Halt::Abort);
    }
    if status.is_list() {
        let Some(slogan) = term_args::text(status) else { return Err(p.badarg()) };
        crate::crash_dump::write(Some(p), &slogan);
        platform().halt(Halt::Status(1));
    }
    Err(p.badarg())
}

fn end(code: i64) -> ! {
    platform().halt(Halt::Status((code & 0x7fff_ffff) as i32))
}

/// For so long others that are at work go first: what was sent to the console's server is written before the end.
const GRACE_NS: u64 = 20_000_000;

/// `[Status, Deadline, Grace]`: halts once no port has output left, or when the time is over. Without a deadline that may
/// be never, as with stock: a program that doesn't read holds the node.
fn when_flushed(p: &mut Process, a: &[Term]) -> NativeResult {
    let now = platform().monotonic_ns();
    let over = |t: Term| t.as_u64().is_some_and(|ns| now >= ns);
    if sched::others_at_work() && !over(a[2]) && !over(a[1]) {
        return Err(p.yield_to(when_flushed, a));
    }
    if over(a[1]) || !(output::wait_until_flushed(p.pid()) || port::wait_until_flushed(p.pid())) {
        end(a[0].as_small().unwrap_or(0));
    }
    // A deadline is looked at in each slice, which is soon over; without one there is nothing to do meanwhile.
    if a[1].is_nil() { Err(p.wait_for(when_flushed, a)) } else { Err(p.yield_to(when_flushed, a)) }
}
