/*
 * Whether the worker that serves still does. Nothing wakes a machine that has nothing to do: somebody who connects is
 * the occasion to ask, at most once a second, and once more afterwards.
 */
#pragma once
#include "worker.h"
#include <stdbool.h>
#include <stdint.h>

struct checkup {
    bool asked;      /* and not answered yet */
    unsigned left;   /* how many times it is still to be asked; 0: when somebody connects */
    unsigned missed; /* pauses since it was asked last */
    uint64_t next;   /* when to ask, or to look again for the answer */
};

/* Somebody connects: worth a look at the socket only while nothing is under way. */
bool checkup_awaits_activity(const struct checkup *checkup);
void checkup_activity(struct checkup *checkup);
/* It has said something, whatever it was. */
void checkup_heard(struct checkup *checkup);
/* Does what is due. True: it has been silent for too long and is not worth waiting for. */
bool checkup_fails(struct checkup *checkup, struct worker *worker);
/* When to call that again; NO_DEADLINE: not before there is activity. */
uint64_t checkup_deadline(const struct checkup *checkup);
