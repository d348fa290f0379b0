//! The machine code of the threaded engine's handlers. Rust doesn't promise that a call in tail position becomes a
//! jump; here the release build is disassembled and held to it. A handler must never call another one; it may return
//! only where its op can stop the engine.

#[path = "../../vm/build/parse.rs"]
#[allow(dead_code)]
mod parse;

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};
use joist_tests::{binary, root};
use object::{Object, ObjectSection, ObjectSymbol};
use std::collections::{BTreeMap, BTreeSet};

/// A part of an op's variant: `op_add_x_c_x`, `mid_add_x_c_x`, `slow_add_x_c_x`.
struct Handler {
    name: String,
    code: Vec<Instruction>,
}

fn handlers() -> (Vec<Handler>, BTreeSet<u64>) {
    let file = std::fs::read(binary()).expect("the binary");
    let elf = object::File::parse(&*file).expect("an ELF");
    let text = elf.section_by_name(".text").expect(".text");
    let bytes = text.data().expect("its bytes");
    let mut found = Vec::new();
    let mut addresses = BTreeSet::new();
    for symbol in elf.symbols() {
        let Some(name) = symbol.name().ok().and_then(handler_name) else { continue };
        let start = (symbol.address() - text.address()) as usize;
        let code = &bytes[start..start + symbol.size() as usize];
        let code = Decoder::with_ip(64, code, symbol.address(), DecoderOptions::NONE).into_iter().collect();
        addresses.insert(symbol.address());
        found.push(Handler { name, code });
    }
    (found, addresses)
}

fn handler_name(symbol: &str) -> Option<String> {
    let path = format!("{:#}", rustc_demangle::demangle(symbol));
    let name = path.strip_prefix("joist_vm::engine::threaded::")?;
    let part = ["op_", "mid_", "slow_"].iter().any(|p| name.starts_with(p));
    part.then(|| name.split('.').next().unwrap_or(name).to_owned())
}

/// Of each handler that the op tables make: may it leave the engine?
fn may_stop() -> BTreeMap<String, bool> {
    let dir = std::fs::read_dir(root().join("vm/ops")).expect("vm/ops");
    let files = dir.map(|e| e.expect("an entry").path()).filter(|p| p.extension().is_some_and(|e| e == "ops"));
    let ops: Vec<parse::Op> = files
        .flat_map(|p| parse::parse(&std::fs::read_to_string(&p).expect("ops"), &p.display().to_string()))
        .collect();
    let mut all = BTreeMap::new();
    for v in parse::variants(&ops) {
        for (part, text) in [("op", Some(&v.op.fast)), ("mid", v.op.mid.as_ref()), ("slow", v.op.slow.as_ref())] {
            if let Some(text) = text {
                all.insert(format!("{part}_{}", v.name), text.contains("STOP!") || text.contains("RAISE!"));
            }
        }
    }
    all
}

/// A call whose target is only known when it runs: not through the table of what the linker binds, and not of a
/// function whose address was put into the register before.
fn is_indirect_call(i: &Instruction, known: &BTreeSet<Register>) -> bool {
    i.flow_control() == FlowControl::IndirectCall
        && match i.op0_kind() {
            OpKind::Memory => i.memory_base() != Register::RIP,
            _ => !known.contains(&i.op0_register()),
        }
}

/// Registers that are given the address of a function which is no handler, and nothing else that is called.
fn known_functions(code: &[Instruction], handlers: &BTreeSet<u64>) -> BTreeSet<Register> {
    let address = |i: &&Instruction| {
        let relative = matches!(i.mnemonic(), Mnemonic::Lea | Mnemonic::Mov) && i.memory_base() == Register::RIP;
        relative && !(i.mnemonic() == Mnemonic::Lea && handlers.contains(&i.memory_displacement64()))
    };
    code.iter().filter(address).map(Instruction::op0_register).collect()
}

fn is_return(i: &Instruction) -> bool {
    i.flow_control() == FlowControl::Return
}

#[test]
fn handlers_end_in_jumps() {
    let stops = may_stop();
    let (handlers, addresses) = handlers();
    // Handlers of equal code are merged, so not each variant has one of its own.
    assert!(handlers.len() > 600, "{} handlers", handlers.len());
    let mut wrong = Vec::new();
    for h in &handlers {
        let name = &h.name;
        let may_stop = *stops.get(name).unwrap_or_else(|| panic!("{name} is in no table"));
        let known = known_functions(&h.code, &addresses);
        for i in &h.code {
            if is_indirect_call(i, &known) {
                wrong.push(format!("{name}: {:#x} calls what may be the next handler", i.ip()));
            }
            if i.flow_control() == FlowControl::Call && addresses.contains(&i.near_branch_target()) {
                wrong.push(format!("{name}: {:#x} calls a handler", i.ip()));
            }
            if is_return(i) && !may_stop {
                wrong.push(format!("{name}: {:#x} returns", i.ip()));
            }
        }
        let jumps = h.code.iter().any(|i| match i.flow_control() {
            FlowControl::IndirectBranch => true,
            FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch => {
                addresses.contains(&i.near_branch_target())
            }
            _ => false,
        });
        if !jumps && !may_stop {
            wrong.push(format!("{name}: has no jump to another handler"));
        }
    }
    assert!(wrong.is_empty(), "{} offenders: {wrong:#?}", wrong.len());
}

/// Ops whose fast part walks over operands, searches, or shifts by a variable amount (for which the machine wants the register
/// that holds hp): these need more registers than are free.
const EXCUSED: [&str; 11] = [
    "op_bs_get_small_",
    "op_bs_skip",
    "op_get_map_constants",
    "op_get_map_element_",
    "op_has_map_fields",
    "op_make_fun",
    "op_map_get_",
    "op_new_map",
    "op_new_record",
    "op_select_val_",
    "op_update_record",
];

/// Saving registers costs an op more than many do altogether: a part that calls nothing has to get by without. What
/// it leaves over belongs into the next part.
#[test]
fn fast_parts_save_no_registers() {
    let (handlers, _) = handlers();
    let saves = |h: &Handler| h.code.iter().any(|i| i.mnemonic() == Mnemonic::Push);
    let calls =
        |h: &Handler| h.code.iter().any(|i| matches!(i.flow_control(), FlowControl::Call | FlowControl::IndirectCall));
    let wrong: Vec<&str> = handlers
        .iter()
        .filter(|h| h.name.starts_with("op_") && saves(h) && !calls(h))
        .map(|h| h.name.as_str())
        .filter(|name| !EXCUSED.iter().any(|w| name.starts_with(w)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
