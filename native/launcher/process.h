/* What /proc says about one process. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
    char name[64]; /* comm; kernel threads have longer ones than 15 */
    char state;
    uint64_t start_time; /* clock ticks since boot */
};

/* Returns 0, or -1 with errno (ESRCH: no such process). */
int process_look(pid_t pid, struct process *process);
/* A zombie has ended; it is only not yet reaped. */
bool process_ended(const struct process *process);
