//! Builds the kernel for embedding: the finished ELF lies in `OUT_DIR/joist-kernel`.

#[path = "build/elf.rs"]
mod elf;
#[path = "build/kernel.rs"]
mod kernel;
#[path = "build/report.rs"]
mod report;
#[path = "build/symbols.rs"]
mod symbols;

fn main() {
    if let Err(error) = kernel::build() {
        eprintln!("error: the kernel was not built: {error}");
        std::process::exit(1);
    }
}
