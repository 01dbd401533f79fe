/*
 * The monitor of a foreground `run` or `exec`: what is left of the launcher while the container's process lives. It
 * copies the terminal, passes signals on, reaps, runs the teardown, and ends with the status of that process.
 */
#pragma once
#include "hands.h"
#include "node.h"

/* Orphans of the container come to this process, which reaps them. Before the first stub. */
void monitor_adopt(void);
/*
 * Returns the exit code. Slots other than the console's are closed first. `teardown` may be empty; the Node layer is
 * dismissed already and reaped here.
 */
int monitor_run(struct hands *hands, const struct program *teardown, uint64_t console, struct node *node);
