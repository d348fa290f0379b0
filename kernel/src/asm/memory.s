# memcpy, memmove, memset, memcmp, bcmp, strlen: the prebuilt compiler_builtins of a Linux target has none, and in
# assembly no optimiser can turn their loops into calls to themselves. SSE loops: `rep movsb` is some 30 times
# slower under QEMU's TCG. All follow the System V ABI and keep to caller-saved registers.

.section .text.memory, "ax", @progbits
.global memcpy
.global memmove
.global memset
.global memcmp
.global bcmp
.global strlen

.p2align 5
memcpy:                        # rdi <- rsi, rdx bytes; loads come before the stores that may overlap them
    mov rax, rdi
    cmp rdx, 16
    jb 4f
    cmp rdx, 32
    ja 1f
    movups xmm0, [rsi]
    movups xmm1, [rsi + rdx - 16]
    movups [rdi], xmm0
    movups [rdi + rdx - 16], xmm1
    ret
1:  cmp rdx, 256
    ja 3f
    movups xmm1, [rsi + rdx - 16]
    lea r8, [rdi + rdx - 16]
    lea r9, [rdx - 1]
    shr r9, 4
2:  movups xmm0, [rsi]
    movups [rdi], xmm0
    add rsi, 16
    add rdi, 16
    dec r9
    jne 2b
    movups [r8], xmm1
    ret
3:  movups xmm4, [rsi + rdx - 64]
    movups xmm5, [rsi + rdx - 48]
    movups xmm6, [rsi + rdx - 32]
    movups xmm7, [rsi + rdx - 16]
    lea r8, [rdi + rdx - 64]
    lea r9, [rdx - 1]
    shr r9, 6
5:  movups xmm0, [rsi]
    movups xmm1, [rsi + 16]
    movups xmm2, [rsi + 32]
    movups xmm3, [rsi + 48]
    movups [rdi], xmm0
    movups [rdi + 16], xmm1
    movups [rdi + 32], xmm2
    movups [rdi + 48], xmm3
    add rsi, 64
    add rdi, 64
    dec r9
    jne 5b
    movups [r8], xmm4
    movups [r8 + 16], xmm5
    movups [r8 + 32], xmm6
    movups [r8 + 48], xmm7
    ret
4:  cmp edx, 8
    jae 7f
    cmp edx, 4
    jae 6f
    test edx, edx
    je 8f
    movzx ecx, byte ptr [rsi]
    movzx r8d, byte ptr [rsi + rdx - 1]
    mov r9, rdx
    shr r9, 1
    movzx r10d, byte ptr [rsi + r9]
    mov [rdi], cl
    mov [rdi + r9], r10b
    mov [rdi + rdx - 1], r8b
8:  ret
6:  mov ecx, [rsi]
    mov r8d, [rsi + rdx - 4]
    mov [rdi], ecx
    mov [rdi + rdx - 4], r8d
    ret
7:  mov rcx, [rsi]
    mov r8, [rsi + rdx - 8]
    mov [rdi], rcx
    mov [rdi + rdx - 8], r8
    ret

.p2align 5
memmove:
    mov rcx, rdi
    sub rcx, rsi
    cmp rcx, rdx
    jae memcpy                 # the destination does not begin inside the source: forwards is right
    mov rax, rdi
1:  cmp rdx, 64
    jb 2f
    movups xmm0, [rsi + rdx - 16]
    movups xmm1, [rsi + rdx - 32]
    movups xmm2, [rsi + rdx - 48]
    movups xmm3, [rsi + rdx - 64]
    movups [rdi + rdx - 16], xmm0
    movups [rdi + rdx - 32], xmm1
    movups [rdi + rdx - 48], xmm2
    movups [rdi + rdx - 64], xmm3
    sub rdx, 64
    jmp 1b
2:  cmp rdx, 8
    jb 3f
    mov r8, [rsi + rdx - 8]
    mov [rdi + rdx - 8], r8
    sub rdx, 8
    jmp 2b
3:  test rdx, rdx
    je 5f
4:  mov r8b, [rsi + rdx - 1]
    mov [rdi + rdx - 1], r8b
    dec rdx
    jne 4b
5:  ret

.p2align 5
memset:
    mov rax, rdi
    movzx esi, sil
    mov r8, 0x0101010101010101
    imul r8, rsi
    cmp rdx, 16
    jb 4f
    movq xmm0, r8
    punpcklqdq xmm0, xmm0
    lea r9, [rdi + rdx - 16]
    cmp rdx, 64
    jb 2f
    mov rcx, rdx
    shr rcx, 6
1:  movups [rdi], xmm0
    movups [rdi + 16], xmm0
    movups [rdi + 32], xmm0
    movups [rdi + 48], xmm0
    add rdi, 64
    dec rcx
    jne 1b
2:  cmp rdi, r9
    jae 3f
    movups [rdi], xmm0
    add rdi, 16
    jmp 2b
3:  movups [r9], xmm0          # the tail, overlapping what is written already
    ret
4:  cmp edx, 8
    jb 5f
    mov [rdi], r8
    mov [rdi + rdx - 8], r8
    ret
5:  test edx, edx
    je 7f
6:  mov [rdi + rdx - 1], r8b
    dec edx
    jne 6b
7:  ret

.p2align 5
bcmp:
memcmp:
    xor ecx, ecx
1:  lea r9, [rcx + 8]
    cmp r9, rdx
    ja 3f
    mov r8, [rdi + rcx]
    mov r10, [rsi + rcx]
    cmp r8, r10
    jne 2f
    mov rcx, r9
    jmp 1b
2:  bswap r8                   # the first differing byte decides
    bswap r10
    cmp r8, r10
    sbb eax, eax
    or eax, 1
    ret
3:  cmp rcx, rdx
    je 4f
    movzx eax, byte ptr [rdi + rcx]
    movzx r8d, byte ptr [rsi + rcx]
    inc rcx
    sub eax, r8d
    je 3b
    ret
4:  xor eax, eax
    ret

.p2align 4
strlen:
    xor eax, eax
1:  cmp byte ptr [rdi + rax], 0
    je 2f
    inc rax
    jmp 1b
2:  ret
.text
