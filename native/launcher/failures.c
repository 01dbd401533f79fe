#include "failures.h"
#include "io.h"
#include "message.h"
#include "say.h"

void failures_add(struct failures *failures, unsigned program, const struct failure *failure) {
    if (failures->count >= FAILURES_MAX)
        return;
    struct failure_entry *larger = realloc(failures->list, (failures->count + 1) * sizeof *failures->list);
    if (!larger)
        return;
    failures->list = larger;
    larger[failures->count++] = (struct failure_entry){.program = program, .failure = *failure};
}

static void put(struct frame *frame, const struct failure_entry *entry) {
    const struct failure *failure = &entry->failure;
    const uint64_t numbers[FAILURE_NUMBERS] = {
        [FAILURE_PROGRAM] = entry->program,
        [FAILURE_INDEX] = failure->index,
        [FAILURE_ERRNO] = (uint64_t)failure->error,
        [FAILURE_STATUS] = (uint64_t)failure->status,
    };
    const char *strings[FAILURE_STRINGS] = {
        [FAILURE_OP] = failure->op,
        [FAILURE_ORIGIN] = failure->origin,
        [FAILURE_STEP] = failure->step,
        [FAILURE_SUBJECT] = failure->subject,
        [FAILURE_DETAIL] = failure->detail,
    };
    frame_u32(frame, FAILURE_NUMBERS);
    for (int i = 0; i < FAILURE_NUMBERS; i++)
        frame_number(frame, numbers[i]);
    frame_u32(frame, FAILURE_STRINGS);
    for (int i = 0; i < FAILURE_STRINGS; i++)
        frame_string(frame, strings[i]);
}

void failures_put(const struct failures *failures, struct frame *frame) {
    frame_u32(frame, (uint32_t)failures->count);
    for (size_t i = 0; i < failures->count; i++)
        put(frame, &failures->list[i]);
}

void failures_say(const struct failures *failures) {
    for (size_t i = 0; i < failures->count; i++)
        say_failure(&failures->list[i].failure);
}

void failures_free(struct failures *failures) {
    free_memory(&failures->list);
    *failures = (struct failures){0};
}
