/*
 * The init stub: receives its program over the control descriptor (a SOCK_SEQPACKET end, see channel.h) and becomes the
 * container's process.
 */
#pragma once

/*
 * Its argv[0]; argv[1] is the number of the control descriptor in decimal, argv[2], if it is traced, that of the memory
 * for its steps (steps.h).
 */
#define INIT_NAME "railcar-init"

_Noreturn void init_main(int control, int steps);
