/* The steps of stubs: what they share is made before they are forked, and read when the command ends. */
#include "io.h"
#include "ops.h"
#include "sys.h"
#include "trace-spans.h"
#include "trace.h"
#include <string.h>
#include <sys/mman.h>

/* No plan has more stubs than it has programs. */
#define STUBS_MAX 64u
/* Its program is not known yet when it is forked. Pages that no step is written to cost nothing. */
#define STEPS_MAX 16384u

struct traced_stub {
    struct steps *steps;
    size_t size;
    uint64_t forked, executed;
    unsigned char *bytes; /* its program's: the plan may be gone by then */
    struct program program;
};

static struct traced_stub stubs[STUBS_MAX];
static unsigned count;

unsigned stubs_count(void) {
    return count;
}

/* Of exactly this size for ever, so that no access can fail. */
static int make_file(size_t size) {
    autoclose int file = memfd_create("railcar-trace", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (file < 0 && errno == EINVAL)
        file = memfd_create("railcar-trace", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0 || ftruncate(file, (off_t)size) < 0 ||
        fcntl(file, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return -1;
    return steal_fd(&file);
}

static void forget(struct traced_stub *stub) {
    if (stub->steps)
        munmap(stub->steps, stub->size);
    program_free(&stub->program);
    free(stub->bytes);
    *stub = (struct traced_stub){0};
}

static int prepare(struct traced_stub *stub) {
    autoclose int file = make_file(sizeof(struct steps) + STEPS_MAX * sizeof(struct step));
    stub->steps = file < 0 ? NULL : steps_map(file, &stub->size);
    if (!stub->steps)
        return -1;
    stub->steps->count = STEPS_MAX;
    stub->steps->wall = wall_now();
    stub->steps->monotonic = monotonic_now();
    return steal_fd(&file);
}

int trace_add_stub(void) {
    if (count == STUBS_MAX)
        return -1;
    struct traced_stub *stub = &stubs[count];
    *stub = (struct traced_stub){0};
    int file = prepare(stub);
    if (file < 0)
        forget(stub);
    else
        count++;
    return file;
}

void trace_add_stub_program(const unsigned char *bytes, size_t size) {
    struct traced_stub *stub = count ? &stubs[count - 1] : NULL;
    if (!stub || !stub->steps || stub->bytes)
        return;
    stub->bytes = malloc(size + 1);
    if (!stub->bytes)
        return;
    memcpy(stub->bytes, bytes, size);
    if (program_decode(&stub->program, &stub_table, stub->bytes, size))
        stub->program = (struct program){0};
    else if (stub->program.count > STEPS_MAX)
        stub->program.count = STEPS_MAX;
}

void trace_fork_stub(uint64_t start) {
    if (count)
        stubs[count - 1].forked = start;
}

void trace_end_stub(void) {
    if (count)
        stubs[count - 1].executed = monotonic_now();
}

static void add_before(unsigned track, uint64_t from, uint64_t to, const char *name) {
    if (from && from < to)
        span_add(&(struct span){.start = from,
            .end = to,
            .track = track,
            .row = ROW_MAIN,
            .kind = "stub",
            .name = name,
            .index = NOT_INDEXED});
}

static void add_operation(
    const struct traced_stub *stub, unsigned track, unsigned row, size_t index, uint64_t end) {
    const struct op *op = &stub->program.ops[index];
    /* Read once: a stub may be at work. */
    struct step step = *(volatile const struct step *)&stub->steps->of[index];
    if (!step.start || step.start >= end)
        return;
    /* Nobody returns from execve; the launcher knows when it happened. */
    if (op->code == STUB_EXEC && !step.failed)
        step.end = stub->executed;
    bool unfinished = step.end < step.start || step.end > end;
    span_add(&(struct span){.start = step.start,
        .end = unfinished ? end : step.end,
        .track = track,
        .row = row,
        .kind = "stub",
        .name = op->name,
        .origin = op->origin,
        .subject = op_subject(&stub_table, op),
        .index = index,
        .failed = step.failed != 0,
        .error = step.error,
        .unfinished = unfinished});
}

static void collect(const struct traced_stub *stub, unsigned track, uint64_t end) {
    uint64_t began = stub->steps->began, ready = stub->steps->ready;
    add_before(track, stub->forked, began, "execute stub");
    add_before(track, began, ready, "receive program");
    unsigned row = ROW_MAIN;
    for (size_t i = 0; i < stub->program.count; i++) {
        add_operation(stub, track, row, i, end);
        if (stub->program.ops[i].code == STUB_CLONE)
            row = ROW_CONTAINER;
    }
}

void stubs_collect(uint64_t end) {
    for (unsigned i = 0; i < count; i++) {
        if (stubs[i].bytes)
            collect(&stubs[i], TRACK_STUBS + i, end);
        forget(&stubs[i]);
    }
}
