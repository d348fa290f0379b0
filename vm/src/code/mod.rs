//! Code: exports, fun entries, modules.

mod export;

pub use export::{Export, FunEntry, Mfa};
