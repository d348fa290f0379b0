//! This node's name and creation: what tells local identifiers from those of other nodes.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::atom::{self, Atom};

/// A node's name, and which of its lives it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeName {
    pub name: Atom,
    pub creation: u32,
}

impl NodeName {
    /// The name of a node that is not distributed.
    pub const NONODE: NodeName = NodeName { name: atom::NONODE_NOHOST, creation: 0 };
}

static NAME: AtomicU32 = AtomicU32::new(atom::NONODE_NOHOST.0);
static CREATION: AtomicU32 = AtomicU32::new(0);

/// This node.
#[must_use]
pub fn this() -> NodeName {
    NodeName { name: Atom(NAME.load(Ordering::Acquire)), creation: CREATION.load(Ordering::Acquire) }
}

/// Names this node: when distribution starts or stops.
pub fn set(node: NodeName) {
    CREATION.store(node.creation, Ordering::Release);
    NAME.store(node.name.0, Ordering::Release);
}
