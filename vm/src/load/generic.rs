//! Generic instructions: numbers and arities from `ops/generic.tab`, through the build script.

use alloc::vec::Vec;

use super::Arg;

include!(concat!(env!("OUT_DIR"), "/generic.rs"));

/// A generic instruction with its operands.
#[derive(Debug, Clone)]
pub struct GenericOp {
    pub op: Op,
    pub args: Vec<Arg>,
}
