//! Tables that are made when the crate is built.

mod natives;
mod unicode;

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    natives::write(&out);
    unicode::write(&out);
}
