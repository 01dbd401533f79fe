/* The failures of one plan in the order in which they happened: the one that stopped it, and those of undoing it. */
#pragma once
#include "fail.h"
#include "wire.h"

struct failures {
    struct failure_entry {
        unsigned program;
        struct failure failure;
    } * list;
    size_t count;
};

/* More are dropped: nobody reads them, and each is a few kilobytes. */
#define FAILURES_MAX 64

void failures_add(struct failures *failures, unsigned program, const struct failure *failure);
void failures_put(const struct failures *failures, struct frame *frame);
void failures_say(const struct failures *failures);
void failures_free(struct failures *failures);
