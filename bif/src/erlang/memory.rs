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

use crate::term_args;

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

fn atom(name: &str) -> Term {
    Term::atom(Atom::new(name))
}

fn pair(p: &mut Process, name: Term, value: Term) -> Term {
    build::tuple(p, &[name, value])
}

pub(crate) fn allocators(p: &mut Process) -> Term {
    build::list(p, &NAMES.map(atom))
}

/// `[{mbcs, [{blocks, [{Allocator, [{size, Bytes}]}]}]}]`.
fn info(p: &mut Process, name: &str, memory: &Memory) -> Term {
    let size = pair(p, atom("size"), Term::small(memory.of(name) as i64));
    let sizes = build::list(p, &[size]);
    let of = pair(p, atom(name), sizes);
    let all = build::list(p, &[of]);
    let blocks = pair(p, atom("blocks"), all);
    let carriers = build::list(p, &[blocks]);
    let carriers = pair(p, atom("mbcs"), carriers);
    build::list(p, &[carriers])
}

/// `system_info({allocator, Name})`: its one instance; `undefined` if there is none of that name.
pub(crate) fn allocator(p: &mut Process, of: Term) -> NativeResult {
    let Some(name) = of.as_atom() else { return Err(p.badarg()) };
    if !NAMES.contains(&name.text()) {
        return Ok(Term::atom(atom::UNDEFINED));
    }
    let info = info(p, name.text(), &Memory::now());
    let instance = build::tuple(p, &[atom("instance"), Term::small(0), info]);
    Ok(build::list(p, &[instance]))
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
        ("process_table", process::limit() * size_of::<usize>()),
        ("port_table", port::all().len() * size_of::<port::Port>()),
    ] {
        let area = pair(p, atom(name), Term::small(bytes as i64));
        all.push(area);
    }
    build::list(p, &all)
}
