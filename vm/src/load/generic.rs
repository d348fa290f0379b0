//! Generic instructions: numbers and arities from `ops/generic.tab`, through the build script.

use super::Arg;

include!(concat!(env!("OUT_DIR"), "/generic.rs"));

/// A generic instruction with its operands.
#[derive(Debug, Clone, Copy)]
pub struct GenericOp<'a> {
    pub op: Op,
    pub args: &'a [Arg],
    /// The elements of all lists among the module's operands.
    pub lists: &'a [Arg],
}
