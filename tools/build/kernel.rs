//! The kernel's own cargo call. It shares the host's target triple, and with it cargo's unified features, so it must
//! never be built in one call with host crates: it gets a call, a target directory and flags of its own.

use crate::{elf, report, symbols};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a change means that the kernel must be built again.
const SOURCES: [&str; 8] = ["kernel", "net", "vfs", "vm", "bif", "image", "Cargo.toml", "Cargo.lock"];

/// Call frame information for a panic's backtrace (frame pointers would cost each of the engine's handlers three
/// instructions); and no paths of the building machine in what is built.
fn rustflags(root: &Path) -> String {
    let mut flags = vec!["-Cforce-unwind-tables=yes".to_string()];
    let mut remap = |from: &Path, to: &str| flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    if let Ok(root) = root.canonicalize() {
        remap(&root, "");
    }
    if let Some(home) = cargo_home() {
        remap(&home, "cargo");
    }
    flags.join("\u{1f}")
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
}

/// Builds the kernel and puts it into `OUT_DIR/joist-kernel`.
pub fn build() -> Result<(), String> {
    let manifest = dir("CARGO_MANIFEST_DIR")?;
    let root =
        manifest.ancestors().find(|d| d.join("kernel/kernel.ld").exists()).ok_or("no kernel beside the crate")?;
    let out = dir("OUT_DIR")?;
    // TARGET/PROFILE/build/CRATE/out: one place for every crate and profile that embeds the kernel.
    let target = out.ancestors().nth(4).unwrap_or(&out).join("kernel");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", root.join(source).display());
    }
    // `$JOIST_KERNEL`: a kernel linked before, embedded as it is. For work on the host's side alone.
    println!("cargo:rerun-if-env-changed=JOIST_KERNEL");
    let built = match env::var_os("JOIST_KERNEL") {
        Some(kernel) => PathBuf::from(kernel),
        None => compile(root, &target)?,
    };
    let kernel = std::fs::read(&built).map_err(|e| format!("{}: {e}", built.display()))?;
    let symbols = symbols::table(&kernel).map_err(|e| format!("the kernel's symbols: {e}"))?;
    let (tables, replaced) = report::tables(&kernel, &symbols).map_err(|e| format!("the kernel's backtraces: {e}"))?;
    let kernel = elf::append(&kernel, elf::REPORT, tables, Some(replaced))?;
    let to = out.join("joist-kernel");
    std::fs::write(&to, kernel).map_err(|e| format!("{}: {e}", to.display()))
}

fn dir(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| format!("cargo did not set {variable}"))
}

/// Runs cargo for the kernel; answers the path of the linked ELF.
fn compile(root: &Path, target: &Path) -> Result<PathBuf, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command
        .current_dir(root)
        .args(["build", "--profile", "kernel", "--package", "joist-kernel", "--target-dir"])
        .arg(target);
    // What the outer call set for the host's crates is not meant for the kernel.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        let outer = name.starts_with("CARGO_PROFILE_")
            || name.starts_with("CARGO_FEATURE_")
            || name.starts_with("CARGO_CFG_")
            || name.starts_with("CARGO_PKG_")
            || matches!(
                &*name,
                "RUSTC_WORKSPACE_WRAPPER"
                    | "CARGO_ENCODED_RUSTFLAGS"
                    | "CARGO_BUILD_TARGET"
                    | "CARGO_MANIFEST_DIR"
                    | "RUSTFLAGS"
            );
        if outer {
            command.env_remove(&*name);
        }
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", rustflags(root));
    let status = command.status().map_err(|e| format!("cargo did not start: {e}"))?;
    if !status.success() {
        return Err(format!("cargo ended with {status}"));
    }
    Ok(target.join("kernel/joist-kernel"))
}
