//! Builds the kernel as `tools` does, in the same place, so that the tests boot what is shipped.

#[path = "../../tools/build/elf.rs"]
mod elf;
#[path = "../../tools/build/kernel.rs"]
mod kernel;
#[path = "../../tools/build/report.rs"]
mod report;
#[path = "../../tools/build/symbols.rs"]
mod symbols;

fn main() {
    if let Err(error) = kernel::build() {
        eprintln!("error: the kernel was not built: {error}");
        std::process::exit(1);
    }
}
