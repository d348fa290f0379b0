//! Hashes of terms: the internal one of maps and tables, and `phash2` and `phash`, which are the same on every node.

mod internal;
mod portable;

pub use internal::internal;
pub(super) use portable::tuple_of_immediates;
pub use portable::{Hasher, phash, phash2};
