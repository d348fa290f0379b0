//! Memory by kind (`erl_alloc.c`): what `erlang:memory/0,1` and `system_info({allocator, _})` of `erlang.erl` are made of.
//! Those expect a message from each thread with allocators of its own; here one message has it all, under the names of
//! stock's allocators.

use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::heap::usage;
use joist_vm::platform::platform;
use joist_vm::process::{self, NativeResult, Process};
use joist_vm::term::{Term, build};
use joist_vm::{code, ets, port};

use crate::table::Binding;
use crate::term_args;

/// What `instrument` asks each allocator for. Blocks bear no tags here, and there are no carriers to look into: no message
/// will come, which it reports as `not_enabled`.
pub(crate) const INTERNAL: &[Binding] = &[("gather_alloc_histograms", 1, gather), ("gather_carrier_info", 1, gather)];

/// `{Allocator, Scheduler, Width, Start, Reference}`: how many messages are to come.
fn gather(p: &mut Process, a: &[Term]) -> NativeResult {
    let Some([allocator, scheduler, width, start, reference]) = a[0].as_tuple_of::<5>() else { return Err(p.badarg()) };
    let known = allocator.as_atom().is_some_and(|a| NAMES.contains(&a.text()));
    let numbers = [scheduler, width, start].iter().all(|n| n.as_usize().is_some());
    if known && numbers && reference.is_reference() { Ok(Term::small(0)) } else { Err(p.badarg()) }
}

/// Stock's allocators.
const NAMES: [&str; 11] = [
    "temp_alloc",
    "sl_alloc",
    "std_alloc",
    "ll_alloc",
    "eheap_alloc",
    "ets_alloc",
    "fix_alloc",
    "literal_alloc",
    "exec_alloc",
    "binary_alloc",
    "driver_alloc",
];

/// Bytes in use.
pub(crate) struct Memory {
    pub total: usize,
    pub processes: usize,
    pub binaries: usize,
    pub tables: usize,
    pub code: usize,
    pub literals: usize,
    atom_table: usize,
    atom_text: usize,
}

impl Memory {
    pub(crate) fn now() -> Memory {
        let (code, literals) = code::memory();
        let (atom_table, atom_text) = atom::memory();
        let mut m = Memory {
            total: 0,
            // Literals lie in the same kind of memory as messages.
            processes: usage::HEAPS.bytes().saturating_sub(literals),
            binaries: usage::BINARIES.bytes(),
            tables: ets::all().iter().map(|t| t.memory() * 8).sum(),
            code,
            literals,
            atom_table,
            atom_text,
        };
        m.total = platform().memory().0.max(m.known());
        m
    }

    /// What is accounted for.
    fn known(&self) -> usize {
        self.processes + self.binaries + self.tables + self.code + self.literals + self.atoms()
    }

    pub(crate) const fn atoms(&self) -> usize {
        self.atom_table + self.atom_text
    }

    /// What an allocator's blocks come to. All that is not accounted for is `std_alloc`'s.
    fn of(&self, allocator: &str) -> usize {
        match allocator {
            "eheap_alloc" => self.processes,
            "ets_alloc" => self.tables,
            "binary_alloc" => self.binaries,
            "literal_alloc" => self.literals,
            "ll_alloc" => self.code + self.atoms(),
            "std_alloc" => self.total - self.known(),
            _ => 0,
        }
    }
}

fn process_table() -> usize {
    process::limit() * size_of::<usize>()
}

/// What `erlang:memory/0` makes of all this, in one go.
pub(crate) fn summary(p: &mut Process) -> Term {
    let m = Memory::now();
    let processes = m.processes + process_table();
    let kinds = [
        ("total", m.total),
        ("processes", processes),
        ("processes_used", processes),
        ("system", m.total.saturating_sub(processes)),
        ("atom", m.atoms()),
        ("atom_used", m.atoms()),
        ("binary", m.binaries),
        ("code", m.code + m.literals),
        ("ets", m.tables),
    ];
    let all = kinds.map(|(name, bytes)| pair(p, atom(name), Term::small(bytes as i64)));
    build::list(p, &all)
}

fn atom(name: &str) -> Term {
    Term::atom(Atom::new(name))
}

fn pair(p: &mut Process, name: Term, value: Term) -> Term {
    build::tuple(p, &[name, value])
}

pub(crate) fn allocators(p: &mut Process) -> Term {
    build::list(p, &NAMES.map(atom))
}

/// `[{mbcs, [{blocks, [{Allocator, [{size, Bytes, …}]}]}, {carriers_size, Bytes, …}]}, {sbcs, …}]`: now, and what the most
/// ever was, which isn't known.
fn info(p: &mut Process, name: &str, memory: &Memory) -> Term {
    let bytes = Term::small(memory.of(name) as i64);
    let size = build::tuple(p, &[atom("size"), bytes, bytes, bytes]);
    let size = build::list(p, &[size]);
    let blocks = pair(p, atom(name), size);
    let blocks = build::list(p, &[blocks]);
    let carriers = [("mbcs", blocks, bytes), ("sbcs", Term::NIL, Term::small(0))].map(|(kind, blocks, bytes)| {
        let blocks = pair(p, atom("blocks"), blocks);
        let carried = build::tuple(p, &[atom("carriers_size"), bytes, bytes, bytes]);
        let all = build::list(p, &[blocks, carried]);
        pair(p, atom(kind), all)
    });
    build::list(p, &carriers)
}

/// `system_info({allocator, Name | [Name]})`: its one instance.
pub(crate) fn allocator(p: &mut Process, of: Term) -> NativeResult {
    let memory = Memory::now();
    let one = |p: &mut Process, name: Term| match name.as_atom() {
        Some(a) if NAMES.contains(&a.text()) => {
            let info = info(p, a.text(), &memory);
            let instance = build::tuple(p, &[atom("instance"), Term::small(0), info]);
            Some(build::list(p, &[instance]))
        }
        // What lies below the others is the Rust global allocator; segments are nobody's.
        Some(a) if a.text() == "sys_alloc" => {
            let enabled = build::tuple(p, &[atom("e"), Term::bool(true)]);
            let which = build::tuple(p, &[atom("m"), atom("rust")]);
            let options = build::list(p, &[enabled, which]);
            let options = build::tuple(p, &[atom("options"), options]);
            let options = build::list(p, &[options]);
            let instance = build::tuple(p, &[atom("instance"), Term::small(0), options]);
            Some(build::list(p, &[instance]))
        }
        Some(a) if a.text() == "mseg_alloc" => Some(Term::bool(false)),
        _ => None,
    };
    if of.is_atom() {
        return one(p, of).ok_or_else(|| p.badarg());
    }
    let mut all = Vec::new();
    for name in term_args::list(p, of)? {
        let Some(instances) = one(p, name) else { return Err(p.badarg()) };
        all.push(pair(p, name, instances));
    }
    Ok(build::list(p, &all))
}

/// `system_info({memory_internal, Reference, Names})`: the caller gets `{Reference, 0, [{Name, 0, Info}]}`.
pub(crate) fn send(p: &mut Process, reference: Term, names: Term) -> NativeResult {
    if !reference.is_reference() {
        return Err(p.badarg());
    }
    let memory = Memory::now();
    let mut all = Vec::new();
    for name in term_args::list(p, names)? {
        let Some(text) = name.as_atom().map(|a| a.text()).filter(|n| NAMES.contains(n)) else { return Err(p.badarg()) };
        let info = info(p, text, &memory);
        all.push(build::tuple(p, &[name, Term::small(0), info]));
    }
    let all = build::list(p, &all);
    let message = build::tuple(p, &[reference, Term::small(0), all]);
    process::send_from(p, p.pid(), message);
    Ok(Term::bool(true))
}

/// `system_info(allocated_areas)`: what is in the allocators' memory, once more by its use.
pub(crate) fn areas(p: &mut Process) -> Term {
    let m = Memory::now();
    let text = Term::small(m.atom_text as i64);
    let space = build::tuple(p, &[atom("atom_space"), text, text]);
    let mut all = alloc::vec![space];
    for (name, bytes) in [
        ("atom_table", m.atom_table),
        ("loaded_code", m.code + m.literals),
        ("process_table", process_table()),
        ("port_table", port::all().len() * size_of::<port::Port>()),
    ] {
        let area = pair(p, atom(name), Term::small(bytes as i64));
        all.push(area);
    }
    build::list(p, &all)
}
