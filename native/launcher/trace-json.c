/*
 * Chrome trace-event JSON, which chrome://tracing and Perfetto read: https://docs.google.com/document/d/
 * 1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. Complete events (ph X), times in microseconds.
 */
#include "io.h"
#include "say.h"
#include "trace-spans.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static size_t utf8_length(const unsigned char *text);

/* A broken character would make the whole file unreadable. */
static void put_text(FILE *out, const char *text) {
    fputc('"', out);
    for (const unsigned char *at = (const unsigned char *)text; at && *at;) {
        size_t length = utf8_length(at);
        if (length == 0)
            fputs("\\ufffd", out);
        else if (*at < ' ' || *at == 0x7f)
            fprintf(out, "\\u%04x", *at);
        else if (*at == '"' || *at == '\\')
            fprintf(out, "\\%c", *at);
        else
            fwrite(at, 1, length, out);
        at += length ? length : 1;
    }
    fputc('"', out);
}

/* Of the character at the beginning, 0 if it is none (overlong forms, surrogates and the like included). */
static size_t utf8_length(const unsigned char *text) {
    unsigned lead = text[0];
    if (lead < 0x80)
        return 1;
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    uint32_t code = lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        /* The NUL at the end is no continuation either. */
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = code >= 0xd800 && code < 0xe000;
    return code < least[length] || code > 0x10ffff || surrogate ? 0 : length;
}

static void put_member(FILE *out, const char *name, const char *text, const char **comma) {
    if (!text || !text[0])
        return;
    fprintf(out, "%s\"%s\":", *comma, name);
    put_text(out, text);
    *comma = ",";
}

static void put_args(FILE *out, const struct span *span) {
    const char *comma = "";
    put_member(out, "origin", span->origin, &comma);
    put_member(out, "subject", span->subject, &comma);
    if (span->index != NOT_INDEXED) {
        fprintf(out, "%s\"index\":%" PRIu64, comma, span->index);
        comma = ",";
    }
    if (span->failed) {
        fprintf(out, "%s\"failed\":true", comma);
        comma = ",";
    }
    if (span->error)
        fprintf(out, "%s\"errno\":%" PRIu64, comma, span->error);
    if (span->unfinished)
        fprintf(out, "%s\"unfinished\":true", comma);
}

static void put_microseconds(FILE *out, const char *name, uint64_t nanoseconds) {
    fprintf(out, ",\"%s\":%" PRIu64 ".%03u", name, nanoseconds / 1000, (unsigned)(nanoseconds % 1000));
}

static void put_span(FILE *out, const struct span *span, uint64_t start) {
    fprintf(out, ",\n{\"ph\":\"X\",\"pid\":%u,\"tid\":%u,\"cat\":\"%s\",\"name\":", span->track, span->row,
        span->kind);
    put_text(out, span->name);
    put_microseconds(out, "ts", span->start - start);
    put_microseconds(out, "dur", span->end - span->start);
    fputs(",\"args\":{", out);
    put_args(out, span);
    fputs("}}", out);
}

static void put_name(FILE *out, const char *what, unsigned track, unsigned row, const char *name) {
    fprintf(out, "%s\n{\"ph\":\"M\",\"pid\":%u,\"tid\":%u,\"name\":\"%s_name\",\"args\":{\"name\":\"%s\"}}",
        track == TRACK_LAUNCHER && what[0] == 'p' ? "" : ",", track, row, what, name);
}

static void put_names(FILE *out, bool cold) {
    put_name(out, "process", TRACK_LAUNCHER, ROW_MAIN, "launcher");
    put_name(out, "thread", TRACK_LAUNCHER, ROW_MAIN, "railcar");
    put_name(out, "process", TRACK_NODE, ROW_MAIN, "Node layer");
    put_name(out, "thread", TRACK_NODE, ROW_MAIN, cold ? "started for this command" : "standby");
    for (unsigned i = 0; i < stubs_count(); i++) {
        put_name(out, "process", TRACK_STUBS + i, ROW_MAIN, "init stub");
        put_name(out, "thread", TRACK_STUBS + i, ROW_MAIN, "before clone");
        put_name(out, "thread", TRACK_STUBS + i, ROW_CONTAINER, "the container's process");
    }
}

static void put_all(FILE *out, const struct spans *spans, const struct trace_words *words) {
    fprintf(out,
        "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"version\":\"" VERSION "\",\"pid\":%" PRIu64
        ",\"started\":%" PRIu64 ".%06u,\"dropped\":%zu},\n\"traceEvents\":[",
        words->pid, words->wall / 1000000000, (unsigned)(words->wall / 1000 % 1000000), spans->dropped);
    put_names(out, words->cold);
    struct span whole = {.start = words->start,
        .end = words->end,
        .track = TRACK_LAUNCHER,
        .row = ROW_MAIN,
        .kind = "launcher",
        .name = "railcar",
        .subject = words->command,
        .index = NOT_INDEXED};
    put_span(out, &whole, words->start);
    for (size_t i = 0; i < spans->count; i++)
        put_span(out, &spans->list[i], words->start);
    fputs("\n]}\n", out);
}

char *spans_render(const struct spans *spans, const struct trace_words *words, size_t *size) {
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (!out)
        return NULL;
    put_all(out, spans, words);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
