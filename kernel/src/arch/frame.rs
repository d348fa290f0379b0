//! What an interrupt entry saved, in the order of `asm/interrupts.s`.

use core::fmt;

#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Frame {
    pub r15: u64,
    pub r14: u64,
    pub r13: u64,
    pub r12: u64,
    pub r11: u64,
    pub r10: u64,
    pub r9: u64,
    pub r8: u64,
    pub rdi: u64,
    pub rsi: u64,
    pub rbp: u64,
    pub rbx: u64,
    pub rdx: u64,
    pub rcx: u64,
    pub rax: u64,
    pub vector: u64,
    pub error: u64,
    pub rip: u64,
    pub cs: u64,
    pub rflags: u64,
    pub rsp: u64,
    pub ss: u64,
}

impl Frame {
    /// The exception's name as Intel's manual has it.
    pub fn name(&self) -> &'static str {
        match self.vector {
            0 => "divide error",
            1 => "debug",
            2 => "non-maskable interrupt",
            3 => "breakpoint",
            4 => "overflow",
            5 => "bound range exceeded",
            6 => "invalid opcode",
            7 => "device not available",
            8 => "double fault",
            10 => "invalid TSS",
            11 => "segment not present",
            12 => "stack-segment fault",
            13 => "general protection",
            14 => "page fault",
            16 => "x87 floating-point error",
            17 => "alignment check",
            18 => "machine check",
            19 => "SIMD floating-point error",
            21 => "control protection",
            _ => "unexpected interrupt",
        }
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rip {:016x}  rsp {:016x}  rbp {:016x}  rflags {:08x}", self.rip, self.rsp, self.rbp, self.rflags)?;
        writeln!(f, "rax {:016x}  rbx {:016x}  rcx {:016x}  rdx {:016x}", self.rax, self.rbx, self.rcx, self.rdx)?;
        writeln!(f, "rsi {:016x}  rdi {:016x}  r8  {:016x}  r9  {:016x}", self.rsi, self.rdi, self.r8, self.r9)?;
        writeln!(f, "r10 {:016x}  r11 {:016x}  r12 {:016x}  r13 {:016x}", self.r10, self.r11, self.r12, self.r13)?;
        write!(f, "r14 {:016x}  r15 {:016x}  vector {}  error {:#x}", self.r14, self.r15, self.vector, self.error)
    }
}
