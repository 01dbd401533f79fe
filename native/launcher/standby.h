/* Finding a Node layer that already waits, instead of starting one. */
#pragma once
#include "message.h"
#include "options.h"
#include <stdbool.h>
#include <stdint.h>

/* How long (ms) it may take for its first answer; for the others before the plan; and for the last word. */
struct patience {
    uint64_t first, next, last;
};
/* There is nothing to fall back to if it is required, and after a plan. */
struct patience standby_patience(enum wish wish);

/*
 * Answers larger than this (bytes) are for a Node layer of this command's own: read, parsed and checked they take some
 * ten times as much, and a standby's heap of 64 MiB is for all who are being served.
 */
#define STANDBY_ANSWERS_MAX (4u * 1024 * 1024)

/* Connects to it. Returns a non-blocking socket, or -1 and the reason as a way. */
int standby_connect(enum way *way);
/* That it cannot be used, though it is required. */
void standby_explain(enum way way);
