# The 256 interrupt entries. Each pushes its vector (and a zero where the CPU gives no error code), saves the
# registers as arch::frame::Frame has them and the x87/SSE state, and calls interrupt_entry. Every gate runs on an
# IST stack: the interrupted code's red zone stays whole. Interrupts stay off inside.
# Read: Intel SDM vol. 3, 6.14 (64-bit exceptions and interrupts).

.section .text.interrupts, "ax", @progbits
.p2align 4
.global interrupt_stubs
interrupt_stubs:
.set vector, 0
.rept 256
.p2align 4
.if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)
.else
    push 0
.endif
.byte 0x68                     # push imm32
.long vector
    jmp interrupt_common
.set vector, vector + 1
.endr

.p2align 4
interrupt_common:
    push rax
    push rcx
    push rdx
    push rbx
    push rbp
    push rsi
    push rdi
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    mov rdi, rsp
    sub rsp, 512
    fxsave64 [rsp]
    cld
    call interrupt_entry
    fxrstor64 [rsp]
    add rsp, 512
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rdi
    pop rsi
    pop rbp
    pop rbx
    pop rdx
    pop rcx
    pop rax
    add rsp, 16
    iretq
.text
