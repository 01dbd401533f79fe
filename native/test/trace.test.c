#include "trace.h"
#include "io.h"
#include "message.h"
#include "ops.h"
#include "test.h"
#include "trace-spans.h"
#include "wire.h"
#include <fcntl.h>
#include <sys/stat.h>

static char path[64];

static void begin(void) {
    CHECK(trace_open(path, "run") == 0);
}

/* The trace so far, which ends with this. */
static char *finish(void) {
    size_t size;
    trace_close();
    CHECK(!tracing);
    int file = open(path, O_RDONLY);
    char *text = read_all(file, 1 << 20, &size);
    close(file);
    return text;
}

static void check_contains(const char *text, const char *expected) {
    bool found = strstr(text, expected) != NULL;
    CHECK(found);
    if (!found)
        fprintf(stderr, "%s is not in %s\n", expected, text);
}

static void test_file(void) {
    CHECK(trace_open("/proc/none/trace", NULL) < 0 && errno == ENOENT && !tracing);
    CHECK(trace_start() == 0);
    trace_step(0, "nothing", NULL);
    trace_close();
    begin();
    /* The descriptor before the next one. */
    int next = open("/dev/null", O_RDONLY);
    CHECK(fcntl(next - 1, F_GETFD) == FD_CLOEXEC);
    close(next);
    CHECK(trace_start() > 0);
    free(finish());
}

static void test_texts(void) {
    begin();
    char long_text[1000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    trace_step(trace_start(), "a\"b\\c\n\t\x7f",
        "\xff/\xc3\xa4/\xe2\x82\xac/\xf0\x9f\x98\x80/\xc0\x80/\xed\xa0\x80");
    trace_step(trace_start(), long_text, "cut \xe2\x82");
    char *text = finish();
    check_contains(text, "\"name\":\"a\\\"b\\\\c\\u000a\\u0009\\u007f\"");
    check_contains(text,
        "\"subject\":\"\\ufffd/\xc3\xa4/\xe2\x82\xac/\xf0\x9f\x98\x80/\\ufffd\\ufffd/\\ufffd\\ufffd\\ufffd\"");
    check_contains(text, "\"subject\":\"cut \\ufffd\\ufffd\"");
    const char *cut = strstr(text, "xxx");
    CHECK(cut && strspn(cut, "x") == SPAN_TEXT_MAX);
    free(text);
}

static void test_order_and_units(void) {
    begin();
    uint64_t start = trace_began();
    struct span span = {.track = TRACK_NODE, .row = ROW_MAIN, .kind = "node", .index = NOT_INDEXED};
    span.name = "inner", span.start = start + 1500, span.end = start + 2000;
    span_add(&span);
    span.name = "later", span.start = start + 3000, span.end = start + 3001;
    span_add(&span);
    span.name = "outer", span.start = start + 1500, span.end = start + 1002500;
    span.failed = true, span.error = 17, span.unfinished = true, span.index = 3;
    span_add(&span);
    char *text = finish();
    check_contains(text, "\"name\":\"inner\",\"ts\":1.500,\"dur\":0.500,\"args\":{}}");
    check_contains(text, "\"name\":\"later\",\"ts\":3.000,\"dur\":0.001,");
    check_contains(text, "\"name\":\"outer\",\"ts\":1.500,\"dur\":1001.000,\"args\":"
                         "{\"index\":3,\"failed\":true,\"errno\":17,\"unfinished\":true}}");
    CHECK(strstr(text, "railcar\",\"ts\"") < strstr(text, "outer"));
    CHECK(strstr(text, "outer") < strstr(text, "inner") && strstr(text, "inner") < strstr(text, "later"));
    free(text);
}

/* A monitor writes what there is, and later all of it over that. */
static void test_written_twice(void) {
    begin();
    trace_step(trace_start(), "first", NULL);
    trace_write();
    int file = open(path, O_RDONLY);
    size_t size;
    char *early = read_all(file, 1 << 20, &size);
    close(file);
    check_contains(early, "\"first\"");
    CHECK(size > 3 && strcmp(early + size - 4, "\n]}\n") == 0);
    free(early);
    trace_step(trace_start(), "second", NULL);
    char *text = finish();
    check_contains(text, "\"first\"");
    check_contains(text, "\"second\"");
    CHECK(strstr(strstr(text, "traceEvents") + 1, "traceEvents") == NULL);
    free(text);
}

static void put_span(struct frame *frame, const char *name, uint64_t start, uint64_t end) {
    frame_string(frame, name);
    frame_string(frame, "");
    frame_number(frame, start);
    frame_number(frame, end);
}

#define HEAD 5 /* of a frame: what a message has before its body */

static void test_node(void) {
    begin();
    uint64_t now = monotonic_now();
    struct frame frame;
    frame_begin(&frame, MESSAGE_PLAN);
    frame_number(&frame, now);
    frame_u32(&frame, 4);
    put_span(&frame, "good", now - 1000, now);
    put_span(&frame, "too early", 1, now);
    put_span(&frame, "too late", now, UINT64_MAX);
    put_span(&frame, "backwards", now, now - 1);
    for (size_t size = 0; size <= frame.size - HEAD; size++)
        trace_node(frame.bytes + HEAD, size);
    frame_free(&frame);
    /* A clock of another time namespace. */
    frame_begin(&frame, MESSAGE_FINISH);
    frame_number(&frame, 5000);
    frame_u32(&frame, 0x7fffffff);
    trace_node(frame.bytes + HEAD, frame.size - HEAD);
    frame_fill(&frame, frame.size - sizeof(uint32_t), 1);
    put_span(&frame, "shifted", 4000, 4500);
    trace_node(frame.bytes + HEAD, frame.size - HEAD);
    frame_free(&frame);
    char *text = finish();
    check_contains(text, "\"good\"");
    check_contains(text, "\"name\":\"shifted\"");
    check_contains(text, ",\"dur\":0.500,");
    CHECK(!strstr(text, "too early") && !strstr(text, "too late") && !strstr(text, "backwards"));
    free(text);
}

/* A stub that has begun its first operation, failed in its second, and is in its third. */
static void test_stub(void) {
    static const char bytes[] = "RCP1\3\0\0\0\1\0\0\0\1\0\0\0o"
                                "\3\0\0\0\0\0\0\0\0\0\0\0"
                                "\3\0\0\0\0\0\0\0\0\0\0\0"
                                "\3\0\0\0\0\0\0\0\0\0\0";
    _Static_assert(STUB_UNDUMPABLE == 3, "the program above");
    begin();
    int file = trace_stub();
    CHECK(file >= 0 && fcntl(file, F_GETFD) == FD_CLOEXEC);
    CHECK(ftruncate(file, 1) < 0 && ftruncate(file, 1 << 20) < 0);
    size_t size;
    struct steps *steps = steps_map(file, &size);
    CHECK(steps && steps->count >= 3 && size == sizeof *steps + steps->count * sizeof(struct step));
    close(file);
    trace_stub_forked(steps->monotonic);
    trace_stub_program((const unsigned char *)bytes, sizeof bytes);
    uint64_t now = steps_now(steps);
    CHECK(now >= steps->monotonic && now <= monotonic_now() + 1000000);
    steps->began = steps->monotonic + 1000;
    steps->ready = steps->began + 1000;
    steps->of[0] = (struct step){.start = steps->ready, .end = steps->ready + 7};
    steps->of[1] = (struct step){.start = steps->ready + 8, .end = steps->ready + 9, .failed = 1, .error = 1};
    steps->of[2] = (struct step){.start = steps->ready + 10};
    char *text = finish();
    check_contains(text, "\"name\":\"execute stub\"");
    check_contains(text, "\"name\":\"receive program\"");
    check_contains(text, "\"dur\":0.007,\"args\":{\"origin\":\"o\",\"index\":0}}");
    check_contains(text, "\"index\":1,\"failed\":true,\"errno\":1}}");
    check_contains(text, "\"index\":2,\"unfinished\":true}}");
    free(text);
}

int main(void) {
    snprintf(path, sizeof path, "/tmp/railcar-trace-test.%d", (int)getpid());
    test_file();
    test_texts();
    test_order_and_units();
    test_written_twice();
    test_node();
    test_stub();
    unlink(path);
    return END();
}
