//! The table of all natives (`natives.tab`) joined with the bindings of those that are there.

use alloc::boxed::Box;
use alloc::vec::Vec;

use ahash::RandomState;
use hashbrown::HashMap;
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
    let mut natives: HashMap<(&str, &str, u32), Native, _> = HashMap::with_hasher(RandomState::with_seeds(1, 2, 3, 4));
    for (module, bindings) in crate::MODULES {
        natives.extend(bindings.iter().map(|(function, arity, native)| ((*module, *function, *arity), *native)));
    }
    let declared = |e: &Entry| NativeDecl {
        module: e.module,
        function: e.function,
        arity: e.arity,
        kind: e.kind,
        since: e.since,
        until: e.until,
        native: natives.get(&(e.module, e.function, e.arity)).copied(),
    };
    TABLE.iter().map(declared).collect()
}

/// Why a native is not counted among those to be had; none if it is.
#[must_use]
pub fn exempt(module: &str, function: &str) -> Option<&'static str> {
    let named = |e: &&(&str, &str, &str)| e.0 == module && (e.1.is_empty() || e.1 == function);
    EXEMPT.iter().find(named).map(|e| e.2)
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
