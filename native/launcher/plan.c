#include "plan.h"
#include "io.h"
#include "message.h"
#include "ops.h"
#include "trace.h"
#include <errno.h>

/* Programs that a plan may have: no plan needs more than a few stubs. */
#define MAX_PROGRAMS 64u
/* Of FINISH: alone, and those that follow of a standby and of a watch. */
enum { FINISH_NUMBERS = 3, STANDBY_NUMBERS = 4, WATCH_NUMBERS = 5 };

static void take_standby(struct cursor *body, struct standby_wish *standby) {
    standby->wanted = true;
    standby->detach = take_number(body) != 0;
    standby->idle_exit = take_number(body);
    standby->max_commands = take_number(body);
    standby->max_memory = take_number(body);
}

static void take_watch(struct cursor *body, struct watch_wish *watch) {
    watch->wanted = true;
    watch->process = take_number(body);
    watch->oom = take_number(body);
    watch->interval = take_number(body);
    watch->seen = take_number(body);
    if (take_number(body) != 0)
        body->bad = true;
}

static void take_finish(struct cursor *body, struct finish *finish) {
    *finish = (struct finish){.code = take_number(body)};
    finish->out = take_bytes(body, &finish->out_size);
    finish->err = take_bytes(body, &finish->err_size);
    finish->log_path = take_string(body);
    finish->log = take_bytes(body, &finish->log_size);
    uint32_t numbers = take_count(body);
    uint32_t more = numbers - FINISH_NUMBERS;
    if (numbers < FINISH_NUMBERS || (more && more != STANDBY_NUMBERS && more != WATCH_NUMBERS))
        body->bad = true;
    finish->monitor = take_number(body) != 0;
    finish->console = take_number(body);
    finish->report = take_number(body) != 0;
    if (more == STANDBY_NUMBERS)
        take_standby(body, &finish->standby);
    if (more == WATCH_NUMBERS)
        take_watch(body, &finish->watch);
    if (tracing)
        finish->trace = take_bytes(body, &finish->trace_size);
}

static bool at_end(const struct cursor *body) {
    return !body->bad && body->left == 0;
}

int finish_decode(struct finish *finish, const struct message *message) {
    struct cursor body = message_body(message);
    take_finish(&body, finish);
    if (at_end(&body))
        return 0;
    finish_free(finish);
    errno = EPROTO;
    return -1;
}

void finish_free(struct finish *finish) {
    free_memory(&finish->log_path);
    finish->log_path = NULL;
}

/* A stub decodes its program itself, but only after things have been done: so it is checked here first. */
static const char *check_stub(const unsigned char *bytes, size_t size) {
    struct program program;
    const char *wrong = program_decode(&program, &stub_table, bytes, size);
    if (!wrong)
        program_free(&program);
    return wrong;
}

static const char *take_program(struct plan *plan, unsigned number, const unsigned char *bytes, size_t size) {
    switch (number) {
    case PROGRAM_HANDS:
        return program_decode(&plan->hands, &hands_table, bytes, size);
    case PROGRAM_UNDO:
        return program_decode(&plan->undo, &hands_table, bytes, size);
    case PROGRAM_TEARDOWN:
        plan->teardown_bytes = bytes;
        plan->teardown_size = size;
        return program_decode(&plan->teardown, &hands_table, bytes, size);
    default:
        plan->stubs[plan->stub_count++] = (struct stub_program){bytes, size};
        return check_stub(bytes, size);
    }
}

/* What no signature tells: guards lie in the hands' program, and `spawn` names a program that there is. */
static const char *check_plan(const struct plan *plan, unsigned *program) {
    *program = PROGRAM_UNDO;
    for (size_t i = 0; i < plan->undo.count; i++) {
        if (plan->undo.ops[i].guard >= plan->hands.count)
            return "guard outside the program of the hands";
    }
    *program = PROGRAM_HANDS;
    for (size_t i = 0; i < plan->hands.count; i++) {
        const struct op *op = &plan->hands.ops[i];
        const struct hands_spawn *spawn = (const void *)op->args;
        if (op->code == HANDS_SPAWN && spawn->program.n >= plan->stub_count)
            return "spawn of a program that is not there";
    }
    return NULL;
}

static const char *decode(struct plan *plan, struct cursor *body, unsigned *program) {
    *program = PROGRAM_NONE;
    uint32_t count = take_count(body);
    if (count < PROGRAM_STUBS || count > MAX_PROGRAMS)
        return "number of programs";
    plan->stubs = calloc(count, sizeof *plan->stubs);
    if (!plan->stubs)
        return "out of memory";
    for (uint32_t i = 0; i < count; i++) {
        *program = i;
        size_t size;
        const unsigned char *bytes = take_bytes(body, &size);
        const char *wrong = bytes ? take_program(plan, i, bytes, size) : "message ends early";
        if (wrong)
            return wrong;
    }
    *program = PROGRAM_NONE;
    take_finish(body, &plan->finish);
    return at_end(body) ? check_plan(plan, program) : "malformed finish";
}

int plan_decode(struct plan *plan, const struct message *message, struct refusal *refusal) {
    *plan = (struct plan){0};
    struct cursor body = message_body(message);
    refusal->reason = decode(plan, &body, &refusal->program);
    if (!refusal->reason)
        return 0;
    plan_free(plan);
    finish_free(&plan->finish);
    errno = EPROTO;
    return -1;
}

void plan_free(struct plan *plan) {
    program_free(&plan->hands);
    program_free(&plan->undo);
    program_free(&plan->teardown);
    free_memory(&plan->stubs);
    plan->stubs = NULL;
}
