/* What the Node layer tells of itself. It is believed as far as it makes sense: numbers become times, and texts texts. */
#include "io.h"
#include "trace-spans.h"
#include "trace.h"
#include "wire.h"

/* One waiting Node may serve another time namespace, where the clock reads differently: its last moment is about now. */
static uint64_t shift_of(uint64_t its_now, uint64_t now) {
    return its_now < trace_began() || its_now > now ? now - its_now : 0;
}

static void add(struct cursor *body, uint64_t shift, uint64_t now) {
    autofree char *name = take_string(body);
    autofree char *subject = take_string(body);
    uint64_t start = take_number(body) + shift, end = take_number(body) + shift;
    if (body->bad || start < trace_began() || end < start || end > now)
        return;
    node_began(start);
    span_add(&(struct span){.start = start,
        .end = end,
        .track = TRACK_NODE,
        .row = ROW_MAIN,
        .kind = "node",
        .name = name,
        .subject = subject,
        .index = NOT_INDEXED});
}

void trace_add_node_spans(const unsigned char *bytes, size_t size) {
    uint64_t now = monotonic_now();
    struct cursor body = {.at = bytes, .left = size};
    uint64_t shift = shift_of(take_number(&body), now);
    uint32_t count = take_count(&body);
    for (uint32_t i = 0; i < count && !body.bad; i++)
        add(&body, shift, now);
}
