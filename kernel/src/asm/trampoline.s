# Where a started CPU begins: real mode at physical 0x8000, to which smp copies the bytes between the two labels.
# From there into 64-bit mode on the kernel's own page tables and the stack that smp left in ap_stack.
# Read: Intel SDM vol. 3, 8.4 (multiple-processor initialisation).

.section .rodata.trampoline, "a", @progbits
.global trampoline_start
.global trampoline_end
.code16
.align 16
trampoline_start:
    cli
    cld
    xor ax, ax
    mov ds, ax
    .byte 0x66, 0x0f, 0x01, 0x16             # lgdt with a 32-bit base
    .short 0x8000 + (ap_gdtr - trampoline_start)
    mov eax, cr0
    or eax, 1
    mov cr0, eax
    .byte 0x66, 0xea                         # jmp far, 32-bit
    .long 0x8000 + (ap32 - trampoline_start)
    .short 0x10
.code32
ap32:
    mov ax, 0x18
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov eax, [ap_cr3]
    mov cr3, eax
    mov eax, cr4
    or eax, 0x620                            # PAE | OSFXSR | OSXMMEXCPT
    mov cr4, eax
    mov ecx, 0xc0000080                      # EFER
    rdmsr
    or eax, 0x900                            # LME | NXE
    wrmsr
    mov eax, cr0
    and eax, 0x9ffffff3
    or eax, 0x80010023                       # PG | WP | NE | MP | PE
    mov cr0, eax
    .byte 0xea                               # jmp far into 64-bit code
    .long 0x8000 + (ap64 - trampoline_start)
    .short 0x08
.code64
ap64:
    xor eax, eax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov fs, ax
    mov gs, ax
    mov rsp, [ap_stack]
    xor ebp, ebp
    push 0
    push 0
    mov rax, offset ap_main
    call rax
1:  cli
    hlt
    jmp 1b
.align 8
ap_gdt:
    .quad 0
    .quad 0x00af9b000000ffff                 # 64-bit code
    .quad 0x00cf9b000000ffff                 # 32-bit code
    .quad 0x00cf93000000ffff                 # data
ap_gdtr:
    .short 31
    .long 0x8000 + (ap_gdt - trampoline_start)
trampoline_end:

.section .data
.align 8
.global ap_stack
ap_stack: .quad 0
.global ap_cr3
ap_cr3: .quad 0
.text
