//! The table of all natives (`natives.tab`) joined with the bindings of those that are there.

use alloc::boxed::Box;
use alloc::vec::Vec;

use joist_vm::code::natives::{Kind, NativeDecl, register};
use joist_vm::process::Native;

/// A line of `natives.tab`.
#[derive(Debug)]
pub(crate) struct Entry {
    pub module: &'static str,
    pub function: &'static str,
    pub arity: u32,
    pub kind: Kind,
    pub since: u32,
    pub until: u32,
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// A native that is there: function, arity, code.
pub(crate) type Binding = (&'static str, u32, Native);

/// The declarations: every native, with its code if it is there.
#[must_use]
pub fn declarations() -> Vec<NativeDecl> {
    TABLE
        .iter()
        .map(|e| {
            let module = crate::MODULES.iter().filter(|m| m.0 == e.module);
            let native = module.flat_map(|m| m.1.iter()).find(|b| (b.0, b.1) == (e.function, e.arity)).map(|b| b.2);
            NativeDecl {
                module: e.module,
                function: e.function,
                arity: e.arity,
                kind: e.kind,
                since: e.since,
                until: e.until,
                native,
            }
        })
        .collect()
}

/// Enters all natives that the node's OTP release has.
pub fn init() {
    register(Box::leak(declarations().into_boxed_slice()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_binding_is_in_the_table_once() {
        for (module, bindings) in crate::MODULES {
            for (function, arity, _) in *bindings {
                let n = TABLE.iter().filter(|e| (e.module, e.function, e.arity) == (module, function, *arity)).count();
                assert_eq!(n, 1, "{module}:{function}/{arity}");
                let bound = crate::MODULES.iter().filter(|m| m.0 == *module).flat_map(|m| m.1.iter());
                assert_eq!(
                    bound.filter(|b| (b.0, b.1) == (*function, *arity)).count(),
                    1,
                    "{module}:{function}/{arity}"
                );
            }
        }
    }
}
