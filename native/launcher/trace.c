#include "trace.h"
#include "io.h"
#include "message.h"
#include "say.h"
#include "trace-spans.h"
#include <fcntl.h>
#include <string.h>

struct trace {
    int file;
    const char *path;
    struct trace_words words;
    struct spans spans;
    uint64_t forked; /* Node: when the launcher had forked it */
};

struct trace *tracing;
static struct trace the_trace;

int trace_open(const char *path, const char *command) {
    uint64_t start = monotonic_now(), wall = wall_now();
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    if (file < 0)
        return -1;
    the_trace = (struct trace){
        .file = file,
        .path = path,
        .words = {.command = command, .start = start, .wall = wall, .pid = (uint64_t)getpid()},
    };
    tracing = &the_trace;
    return 0;
}

/* Without memory the trace lacks a text; the command goes on. */
static char *copy(const char *text) {
    return text ? strndup(text, SPAN_TEXT_MAX) : NULL;
}

static bool make_room(struct spans *spans) {
    if (spans->count < spans->room)
        return true;
    size_t room = spans->room ? spans->room * 2 : 512;
    struct span *larger = spans->count < SPANS_MAX ? realloc(spans->list, room * sizeof *larger) : NULL;
    if (!larger)
        return false;
    spans->list = larger;
    spans->room = room;
    return true;
}

void span_add(const struct span *span) {
    struct spans *spans = &tracing->spans;
    if (!make_room(spans)) {
        spans->dropped++;
        return;
    }
    struct span *added = &spans->list[spans->count++];
    *added = *span;
    added->name = copy(span->name);
    added->origin = copy(span->origin);
    added->subject = copy(span->subject);
}

/* Whoever reports what has ended may still want to know why it failed. */
void trace_add_step(uint64_t start, const char *name, const char *subject) {
    int error = errno;
    span_add(&(struct span){.start = start,
        .end = monotonic_now(),
        .track = TRACK_LAUNCHER,
        .row = ROW_MAIN,
        .kind = "launcher",
        .name = name,
        .subject = subject,
        .index = NOT_INDEXED});
    errno = error;
}

static const char *kind_of(unsigned program) {
    return program == PROGRAM_HANDS ? "hands" : program == PROGRAM_UNDO ? "undo" : "teardown";
}

void trace_add_op(
    uint64_t start, unsigned program, size_t index, const struct op *op, const struct failure *failure) {
    bool named = failure && failure->subject[0];
    span_add(&(struct span){.start = start,
        .end = monotonic_now(),
        .track = TRACK_LAUNCHER,
        .row = ROW_MAIN,
        .kind = kind_of(program),
        .name = op->name,
        .origin = op->origin,
        .subject = named ? failure->subject : op_subject(&hands_table, op),
        .index = index,
        .failed = failure != NULL,
        .error = failure ? (uint64_t)failure->error : 0});
}

void trace_add_node(uint64_t forked) {
    tracing->forked = forked;
    tracing->words.cold = true;
}

/* What it took until the first thing that Node itself knows of. */
void node_began(uint64_t at) {
    uint64_t forked = tracing->forked;
    tracing->forked = 0;
    if (forked && forked < at)
        span_add(&(struct span){.start = forked,
            .end = at,
            .track = TRACK_NODE,
            .row = ROW_MAIN,
            .kind = "node",
            .name = "execute Node",
            .index = NOT_INDEXED});
}

uint64_t trace_began(void) {
    return tracing->words.start;
}

static int compare(const void *left, const void *right) {
    const struct span *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end == b->end ? 0 : a->end > b->end ? -1 : 1;
}

static void put(struct trace *trace) {
    uint64_t end = monotonic_now();
    stubs_collect(end);
    if (trace->spans.count)
        qsort(trace->spans.list, trace->spans.count, sizeof *trace->spans.list, compare);
    trace->words.end = end;
    size_t size;
    autofree char *text = spans_render(&trace->spans, &trace->words, &size);
    /* Over what a monitor has written before, if it can be: a pipe is written once. */
    lseek(trace->file, 0, SEEK_SET);
    if (!text || write_full(trace->file, text, size) < 0)
        say_error(text ? errno : ENOMEM, "cannot write \"%s\"", trace->path);
}

void trace_write(void) {
    if (tracing && lseek(tracing->file, 0, SEEK_CUR) >= 0)
        put(tracing);
}

/* Copies all of them. */
static void free_text(const char *text) {
    free((void *)(uintptr_t)text);
}

static void forget(struct spans *spans) {
    for (size_t i = 0; i < spans->count; i++) {
        free_text(spans->list[i].name);
        free_text(spans->list[i].origin);
        free_text(spans->list[i].subject);
    }
    free(spans->list);
    *spans = (struct spans){0};
}

void trace_close(void) {
    if (!tracing)
        return;
    put(tracing);
    close_descriptor(&tracing->file);
    forget(&tracing->spans);
    tracing = NULL;
}
