//! Any terms as a match specification, of tables and of traces: it compiles, or `lint` says what is wrong; it can be run on
//! any term, and what comes out is the same whether the term is the host's own or not.
#![no_main]

use joist_vm::atom::Atom;
use joist_vm::heap::Fragments;
use joist_vm::match_spec::{Dialect, Host, Matcher, Subject, TraceOp, compile_with, lint};
use joist_vm::term::compare::exact_eq;
use joist_vm::term::{Alloc, OffHeap, Pid, Reference, Term, build};
use libfuzzer_sys::fuzz_target;

struct Room(Fragments);

impl Alloc for Room {
    fn alloc(&mut self, words: usize) -> *mut u64 {
        self.0.alloc(words)
    }

    fn off_heap(&mut self) -> &mut OffHeap {
        self.0.off_heap()
    }
}

impl Host for Room {
    fn self_pid(&self) -> Pid {
        Pid::new(7, 0)
    }

    /// Every second one fails.
    fn trace(&mut self, op: TraceOp, args: &[Term]) -> Option<Term> {
        (op as usize + args.len()).is_multiple_of(2).then_some(Term::NIL)
    }
}

/// What specifications are made of.
const NAMES: &str = "$1 $2 $3 $9 $$ $_ _ const and or andalso andthen orelse self true false node is_atom is_float \
    is_integer is_list is_number is_pid is_port is_reference is_tuple is_map is_binary is_bitstring is_boolean is_function \
    is_record abs element hd tl length max min size tuple_size map_size map_get is_map_key bit_size byte_size binary_part \
    round trunc ceil floor float + - * / div rem band bor bxor bnot bsl bsr > >= < =< =:= == =/= /= not xor return_trace \
    exception_trace message trace silent caller caller_line current_stacktrace display process_dump is_seq_trace \
    set_seq_token get_seq_token set_tcw get_tcw enable_trace disable_trace x y";

/// Makes terms of bytes: each pushes a leaf, or builds something of what was pushed before.
fn terms(h: &mut Room, bytes: &[u8]) -> Vec<Term> {
    let names: Vec<&str> = NAMES.split_whitespace().collect();
    let mut stack: Vec<Term> = Vec::new();
    let mut bytes = bytes.iter().copied();
    while let Some(b) = bytes.next() {
        let n = usize::from(b & 15).min(stack.len());
        let at = stack.len() - n;
        let made = match b >> 4 {
            0..=5 => Term::atom(Atom::new(names[usize::from(b) % names.len()])),
            6 => Term::small(i64::from(b & 15) - 4),
            7 => match b & 7 {
                0 => {
                    let shift = u32::from(bytes.next().unwrap_or(0));
                    build::big(h, shift > 127, &[u64::MAX << (shift & 63) | 1, u64::MAX >> (shift & 63)])
                }
                1 => build::float(h, f64::from(bytes.next().unwrap_or(0)) / 3.0),
                2 => build::binary(h, &[1, 2, 3, b]),
                3 => build::reference(h, Reference { numbers: [1, 2, 3], pid: None }),
                4 => Term::pid(Pid::new(1, 2)),
                5 => build::binary(h, &[b; 100]),
                6 => Term::NIL,
                // Twice the same.
                _ => stack.last().copied().unwrap_or(Term::NIL),
            },
            8..=10 => {
                let t = build::tuple(h, &stack[at..]);
                stack.truncate(at);
                t
            }
            11..=13 => {
                let t = build::list(h, &stack[at..]);
                stack.truncate(at);
                t
            }
            14 if n > 1 => {
                let t = build::list_with_tail(h, &stack[at + 1..], stack[at]);
                stack.truncate(at);
                t
            }
            _ => {
                let pairs: Vec<(Term, Term)> = stack[at..].chunks_exact(2).map(|kv| (kv[0], kv[1])).collect();
                let t = joist_vm::map::from_pairs(h, &pairs);
                stack.truncate(at);
                t
            }
        };
        stack.push(made);
    }
    stack
}

fuzz_target!(|bytes: &[u8]| {
    joist_vm::atom::init();
    let h = &mut Room(Fragments::new());
    let Some((kind, bytes)) = bytes.split_first() else { return };
    // Doubling makes a term exponentially larger than its bytes.
    if bytes.iter().filter(|b| **b & 0xf7 == 0x77).count() > 8 {
        return;
    }
    let mut stack = terms(h, bytes);
    let Some(object) = stack.pop() else { return };
    let spec = if kind & 1 == 0 {
        // So that more of them get past the outermost shape.
        let clauses: Vec<Term> = stack.chunks_exact(3).map(|c| build::tuple(h, c)).collect();
        build::list(h, &clauses)
    } else {
        stack.pop().unwrap_or(Term::NIL)
    };
    let dialect = if kind & 2 == 0 { Dialect::TABLE } else { Dialect::CALL_TRACE };
    let found = lint(spec, dialect);
    let program = compile_with(spec, dialect);
    assert_eq!(program.is_ok(), found.is_empty(), "{found:?}");
    let Ok(program) = program else { return };
    let mut run = |subject: Subject<'_>| Matcher::new(&program).run(h, subject);
    let own = run(Subject::Own(object));
    let foreign = run(Subject::Foreign(object));
    assert_eq!(own.is_some(), foreign.is_some());
    if let (Some(own), Some(foreign)) = (own, foreign) {
        assert!(exact_eq(own.value, foreign.value));
        assert_eq!((own.return_trace, own.exception_trace), (foreign.return_trace, foreign.exception_trace));
    }
    let arguments: Vec<Term> = object.list_to_vec().unwrap_or_default();
    let _ = run(Subject::Arguments(&arguments));
});
