/*
 * A launcher that watches a container. Between two reports it holds a process, what tells that memory ran out, and
 * nothing else: no Node layer waits with it, each report is a conversation of its own.
 */
#pragma once
#include "hands.h"

/* The first time, takes what is to be watched out of the slots; each time, what the next request is to give back. */
void watch_take(const struct watch_wish *wish, struct hands *hands);
/* Waits for something to report. Returns -1 when there is, or what to exit with when nobody wants to know any more. */
int watch_wait(void);

/* For the request: bits of `wakings` in src/execute/messages.ts, 0 if nothing has been watched yet. */
uint64_t watch_woken(void);
uint64_t watch_seen(void);
