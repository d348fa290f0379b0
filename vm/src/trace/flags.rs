//! The flags of a traced process or port, as `erlang:trace/3` names them (`erts_trace_flag2bit` in `erl_bif_trace.c`).

use crate::atom::Atom;

/// A set of flags.
pub type Flags = u32;

pub const SEND: Flags = 1;
pub const RECEIVE: Flags = 1 << 1;
pub const SET_ON_SPAWN: Flags = 1 << 2;
pub const CALL: Flags = 1 << 3;
pub const PROCS: Flags = 1 << 4;
pub const SET_ON_FIRST_SPAWN: Flags = 1 << 5;
pub const SET_ON_LINK: Flags = 1 << 6;
pub const SET_ON_FIRST_LINK: Flags = 1 << 7;
pub const RUNNING: Flags = 1 << 8;
pub const EXITING: Flags = 1 << 9;
pub const GARBAGE_COLLECTION: Flags = 1 << 10;
pub const ARITY: Flags = 1 << 11;
pub const RETURN_TO: Flags = 1 << 12;
pub const SILENT: Flags = 1 << 13;
pub const SCHEDULER_ID: Flags = 1 << 14;
pub const PORTS: Flags = 1 << 15;
pub const RUNNING_PORTS: Flags = 1 << 16;
pub const RUNNING_PROCS: Flags = 1 << 17;
pub const TIMESTAMP: Flags = 1 << 18;
pub const STRICT_MONOTONIC: Flags = 1 << 19;
pub const MONOTONIC: Flags = 1 << 20;

/// Flags of timestamps.
const STAMPS: Flags = TIMESTAMP | STRICT_MONOTONIC | MONOTONIC;
/// What `all` stands for.
pub const ALL: Flags = (1 << 21) - 1;
/// Flags that mean something for processes and for ports.
pub const MODIFIERS: Flags = SILENT | STAMPS | SCHEDULER_ID | RECEIVE | SEND;
pub const OF_PORTS: Flags = MODIFIERS | PORTS | RUNNING_PORTS;
pub const OF_PROCESSES: Flags = (ALL & !OF_PORTS) | MODIFIERS;
/// Flags by which children and linked processes inherit the others.
pub const INHERIT: Flags = SET_ON_SPAWN | SET_ON_FIRST_SPAWN | SET_ON_LINK | SET_ON_FIRST_LINK;

/// Names, in the order in which `trace_info` puts one in front of the other.
const NAMES: [(Flags, &str); 21] = [
    (TIMESTAMP, "timestamp"),
    (STRICT_MONOTONIC, "strict_monotonic_timestamp"),
    (MONOTONIC, "monotonic_timestamp"),
    (SEND, "send"),
    (RECEIVE, "receive"),
    (SET_ON_SPAWN, "set_on_spawn"),
    (CALL, "call"),
    (PROCS, "procs"),
    (SET_ON_FIRST_SPAWN, "set_on_first_spawn"),
    (SET_ON_LINK, "set_on_link"),
    (SET_ON_FIRST_LINK, "set_on_first_link"),
    (RUNNING, "running"),
    (EXITING, "exiting"),
    (GARBAGE_COLLECTION, "garbage_collection"),
    (ARITY, "arity"),
    (RETURN_TO, "return_to"),
    (SILENT, "silent"),
    (SCHEDULER_ID, "scheduler_id"),
    (PORTS, "ports"),
    (RUNNING_PORTS, "running_ports"),
    (RUNNING_PROCS, "running_procs"),
];

/// The flags that an atom names.
#[must_use]
pub fn of_name(name: Atom) -> Option<Flags> {
    let text = name.text();
    if text == "all" {
        return Some(ALL);
    }
    NAMES.iter().find(|(_, n)| *n == text).map(|(bit, _)| *bit)
}

/// The names of flags, as `trace_info` lists them.
pub fn names(flags: Flags) -> impl Iterator<Item = Atom> {
    NAMES.iter().rev().filter(move |(bit, _)| flags & bit != 0).map(|(_, n)| Atom::new(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_different_flags() {
        crate::atom::init();
        let all = NAMES.iter().fold(0, |all, (bit, name)| {
            assert_eq!(all & bit, 0, "{name}");
            assert_eq!(of_name(Atom::new(name)), Some(*bit));
            all | bit
        });
        assert_eq!(all, ALL);
        assert_eq!(names(ALL).count(), NAMES.len());
        assert_eq!(of_name(Atom::new("cpu_timestamp")), None);
    }
}
