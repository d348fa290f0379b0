//! Generates, from the tables under `ops/`: the generic instructions (`generic.rs`), and for the specialised ones
//! their handlers for both back ends, the table of their operands, and the emitters.

#[path = "build/generic.rs"]
mod generic;
#[path = "build/handlers.rs"]
mod handlers;
#[path = "build/parse.rs"]
mod parse;

use std::{env, fs, path::PathBuf};

fn main() {
    let dir = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=ops");
    let table = fs::read_to_string(dir.join("ops/generic.tab")).expect("ops/generic.tab");
    fs::write(out.join("generic.rs"), generic::generate(&table)).expect("write generic.rs");

    let mut files: Vec<PathBuf> = fs::read_dir(dir.join("ops"))
        .expect("ops")
        .map(|e| e.expect("entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "ops"))
        .collect();
    files.sort();
    let ops: Vec<parse::Op> = files
        .iter()
        .flat_map(|p| parse::parse(&fs::read_to_string(p).expect("ops file"), &p.display().to_string()))
        .collect();
    let variants = parse::variants(&ops);
    fs::write(out.join("threaded.rs"), handlers::threaded(&variants)).expect("write threaded.rs");
    fs::write(out.join("match_loop.rs"), handlers::match_loop(&variants)).expect("write match_loop.rs");
    fs::write(out.join("ops_table.rs"), handlers::table(&ops, &variants)).expect("write ops_table.rs");
    fs::write(out.join("emitters.rs"), handlers::emitters(&ops)).expect("write emitters.rs");
}
