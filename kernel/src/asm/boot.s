# PVH entry: QEMU's -kernel, Firecracker and Cloud Hypervisor (and our own loaders) jump to pvh_start in 32-bit
# protected mode without paging, ebx -> hvm_start_info. From there to 64-bit Rust with the first GiB mapped by
# tables that live only until mm builds the real ones.
# Read: Xen's docs/misc/pvh.pandoc; Intel SDM vol. 3, 10.8.5 (entering IA-32e mode).

.section .note.Xen, "a", @note
.align 4
.long 4, 4, 18                 # name size, descriptor size, XEN_ELFNOTE_PHYS32_ENTRY
.asciz "Xen"
.align 4
.long pvh_start

.section .text.boot, "ax", @progbits
.code32
.global pvh_start
pvh_start:
    cld
    cli
    mov esp, offset boot_stack_top
    mov esi, ebx
    rdtsc
    mov [boot_tsc], eax
    mov [boot_tsc + 4], edx
    # PML4 -> PDPT -> one PD of 512 pages of 2 MiB
    mov eax, offset boot_pdpt + 3
    mov [boot_pml4], eax
    mov eax, offset boot_pd + 3
    mov [boot_pdpt], eax
    xor ecx, ecx
    mov eax, 0x83              # present, writable, 2 MiB
1:  mov [boot_pd + ecx * 8], eax
    add eax, 0x200000
    inc ecx
    cmp ecx, 512
    jne 1b
    mov eax, offset boot_pml4
    mov cr3, eax
    mov eax, cr4
    or eax, 0x620              # PAE | OSFXSR | OSXMMEXCPT
    mov cr4, eax
    mov ecx, 0xc0000080        # EFER
    rdmsr
    or eax, 0x900              # LME | NXE
    wrmsr
    mov eax, cr0
    and eax, 0x9ffffff3        # caches on; no emulation, no task switch pending
    or eax, 0x80010023         # PG | WP | NE | MP | PE
    mov cr0, eax
    lgdt [boot_gdtr]
    push 8
    lea eax, [long_mode]
    push eax
    retf

.code64
long_mode:
    xor eax, eax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov fs, ax
    mov gs, ax
    mov edi, esi
    mov rsp, offset boot_stack_top
    xor ebp, ebp
    push 0                     # ends a backtrace: no return address, no frame
    push 0
    call kernel_main
2:  cli
    hlt
    jmp 2b

.align 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff   # 64-bit code
    .quad 0x00cf93000000ffff   # data
boot_gdtr:
    .short 23
    .long boot_gdt
    .long 0

.section .data
.align 8
.global boot_tsc
boot_tsc: .quad 0

.section .bss, "aw", @nobits
.align 4096
boot_pml4: .skip 4096
boot_pdpt: .skip 4096
boot_pd:   .skip 4096
.global boot_stack_guard
boot_stack_guard: .skip 4096
.global boot_stack
boot_stack: .skip 262144
.global boot_stack_top
boot_stack_top:
.text
