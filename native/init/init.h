/*
 * The init stub: what the sealed copy of railcar does when it was executed as "railcar-init". Receives its program over
 * the control descriptor (a SOCK_SEQPACKET end, see channel.h) and becomes the container's process.
 */
#pragma once

/*
 * argv[0] of the sealed copy; argv[1] is the number of the control descriptor in decimal, argv[2], if it is traced, that of
 * the memory for its steps (steps.h).
 */
#define INIT_NAME "railcar-init"

_Noreturn void init_main(int control, int steps);
