//! What the compiler expects of a program without the standard library.

use crate::report;
use core::panic::PanicInfo;

core::arch::global_asm!(include_str!("asm/memory.s"));

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    report::panic(info)
}

/// Named by the prebuilt `core`, which was made for unwinding; never called under `panic = "abort"`.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// As [`rust_eh_personality`].
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    unreachable!("no unwinding in the kernel")
}
