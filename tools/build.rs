//! Builds the kernel for embedding: the finished ELF lies in `OUT_DIR/joist-kernel`.

#[path = "build/kernel.rs"]
mod kernel;

fn main() {
    if let Err(error) = kernel::build() {
        eprintln!("error: the kernel was not built: {error}");
        std::process::exit(1);
    }
}
