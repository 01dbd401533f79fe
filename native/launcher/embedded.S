/* The init stub, as linked and stripped by the Makefile, which says where it is. See sealed.h. */
    .section .rodata.init_program, "a", %progbits
    .balign 4096
    .globl init_program, init_program_end
init_program:
    .incbin INIT_PROGRAM
init_program_end:
    .section .note.GNU-stack, "", %progbits
