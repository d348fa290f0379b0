//! A process's stack as text: `process_info(Pid, backtrace)`, `erts_internal:process_display/2` (`erts_stack_dump` in
//! `erl_process.c`).

use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use joist_vm::code;
use joist_vm::process::{Process, StackWord};

/// Code by its function and the distance from its entry.
fn place(address: usize) -> String {
    match code::function_and_offset(address) {
        Some((m, offset)) => {
            let (module, function) = (joist_vm::term::Term::atom(m.module), joist_vm::term::Term::atom(m.function));
            format!("({module}:{function}/{} + {offset})", m.arity)
        }
        // What is no code of a module is where the first function returns to.
        None => "(<terminate process normally>)".into(),
    }
}

/// The stack, innermost frame first.
pub(crate) fn text(p: &Process) -> String {
    let mut s = String::new();
    let pc = p.current_address();
    // Writing to a string never fails.
    let _ = writeln!(s, "Program counter: 0x{pc:016x} {}", place(pc));
    let mut y = 0;
    for word in p.stack_words() {
        let _ = match word {
            StackWord::Return { at, address } => {
                y = 0;
                writeln!(s, "\n0x{at:016x} Return addr 0x{address:016x} {}", place(address))
            }
            StackWord::Catch => writeln!(s, "y({y})     Catch"),
            StackWord::Term(t) => writeln!(s, "y({y})     {t}"),
        };
        if !matches!(word, StackWord::Return { .. }) {
            y += 1;
        }
    }
    s
}
