#include "checkup.h"
#include "wait.h"

/* Between two questions (ms). */
#define REST 1000u
/* A worker may be busy with one huge configuration, or the machine with something else (ms each). */
#define PATIENCE 500u
/* In so many parts, so that time in which the supervisor itself was stopped is not held against the worker. */
#define PARTS 4u
/* On activity, and once afterwards: the command that was its occasion may be what the worker hangs in. */
#define QUESTIONS 2u

bool checkup_awaits_activity(const struct checkup *checkup) {
    return checkup->left == 0 && !checkup->asked;
}

void checkup_activity(struct checkup *checkup) {
    if (!checkup_awaits_activity(checkup))
        return;
    checkup->left = QUESTIONS;
    checkup->next = 0;
}

void checkup_heard(struct checkup *checkup) {
    if (!checkup->asked)
        return;
    checkup->asked = false;
    checkup->next = deadline_in(REST);
}

bool checkup_fails(struct checkup *checkup, struct worker *worker) {
    if (checkup_awaits_activity(checkup) || now_ms() < checkup->next)
        return false;
    checkup->next = deadline_in(PATIENCE);
    if (checkup->asked)
        return ++checkup->missed == PARTS;
    checkup->asked = true;
    checkup->left--;
    checkup->missed = 0;
    worker_ask(worker);
    return false;
}

uint64_t checkup_deadline(const struct checkup *checkup) {
    return checkup_awaits_activity(checkup) ? NO_DEADLINE : checkup->next;
}
