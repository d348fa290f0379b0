//! What the end-to-end tests share: the `joist` under test, the example releases, and stock Erlang to compare with.
#![forbid(unsafe_code)]

mod examples;
mod fixtures;
mod joist;
mod machine;
mod otps;
mod patience;
pub mod peer;
pub mod processor;
mod properties;
mod stock;
mod terminal;
pub mod wire;

pub use examples::{Example, copy_of, copy_tree, release_of, release_with};
pub use fixtures::{Outputs, compile_fixtures, difference, fixture_sources, run_fixtures, sections};
pub use joist::{Run, binary, inspect, joist, packed};
pub use machine::{Boot, Machine, boot};
pub use otps::{Installation, erl_of, installations, made_by, other_otps};
pub use patience::{output, output_within};
pub use properties::{Block, Properties};
pub use stock::{Stock, stock};
pub use terminal::Terminal;

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}
