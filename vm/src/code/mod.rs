//! Code: exports, fun entries, natives, modules in their current and old versions, and where an address lies.

mod catches;
mod export;
mod funs;
pub mod guard;
mod literals;
mod module;
pub mod natives;
pub mod purge;
mod records;
mod registry;
pub mod retired;

pub(crate) use catches::Catch;
pub use export::{Export, FunEntry, Mfa, all_exports, export, exports_of, find_export};
pub use funs::fun_entry;
pub use literals::{Literals, make_literal};
pub use module::{Function, Location, Module, Prepared};
pub use natives::{Kind, NativeDecl};
pub use records::{RecordEntry, record_definition};
pub(crate) use registry::try_function_at;
pub use registry::{
    current, delete, finish_loading, function_and_offset, is_loaded, loaded, locate, locate_each, memory,
    module_of_address, old, on_load_entry, set_on_load_done,
};
