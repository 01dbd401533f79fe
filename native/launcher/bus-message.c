#include "bus-message.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The only byte order that a bus of this machine speaks in. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE 'l'
#else
#define NATIVE 'B'
#endif

enum field { FIELD_MEMBER = 3, FIELD_ERROR = 4, FIELD_REPLY_SERIAL = 5, FIELD_SIGNATURE = 8 };

/* A place in a message. Beyond the end every read fails. */
struct cursor {
    const unsigned char *bytes;
    size_t at;
    size_t end;
};

static uint32_t number_at(const unsigned char *bytes) {
    uint32_t number;
    memcpy(&number, bytes, sizeof number);
    return number;
}

static size_t aligned(size_t at, size_t to) {
    return (at + to - 1) / to * to;
}

static int broken(void) {
    errno = EPROTO;
    return -1;
}

static int read_number(struct cursor *cursor, uint32_t *number) {
    size_t at = aligned(cursor->at, sizeof *number);
    if (at + sizeof *number > cursor->end)
        return broken();
    *number = number_at(cursor->bytes + at);
    cursor->at = at + sizeof *number;
    return 0;
}

/* Text of a known length and the NUL after it. */
static int read_chars(struct cursor *cursor, size_t length, const char **text) {
    if (length >= cursor->end - cursor->at || cursor->bytes[cursor->at + length] != 0)
        return broken();
    *text = (const char *)cursor->bytes + cursor->at;
    cursor->at += length + 1;
    return 0;
}

static int read_text(struct cursor *cursor, const char **text) {
    uint32_t length;
    return read_number(cursor, &length) < 0 ? -1 : read_chars(cursor, length, text);
}

static int read_signature(struct cursor *cursor, const char **text) {
    if (cursor->at >= cursor->end)
        return broken();
    size_t length = cursor->bytes[cursor->at++];
    return read_chars(cursor, length, text);
}

/* What a field of the header holds: by the specification a text, a signature or a number, and nothing else. */
static int read_field(struct cursor *cursor, const char **text, uint32_t *number) {
    const char *type;
    if (read_signature(cursor, &type) < 0)
        return -1;
    switch (type[0]) {
    case 's':
    case 'o':
        return read_text(cursor, text);
    case 'g':
        return read_signature(cursor, text);
    case 'u':
        return read_number(cursor, number);
    default:
        return broken();
    }
}

static int read_fields(struct cursor *cursor, struct bus_message *message, const char **signature) {
    while (cursor->at < cursor->end) {
        const char *text = "";
        uint32_t number = 0;
        cursor->at = aligned(cursor->at, 8);
        if (cursor->at >= cursor->end)
            return broken();
        unsigned code = cursor->bytes[cursor->at++];
        if (read_field(cursor, &text, &number) < 0)
            return -1;
        if (code == FIELD_MEMBER)
            message->member = text;
        else if (code == FIELD_ERROR)
            message->error = text;
        else if (code == FIELD_SIGNATURE)
            *signature = text;
        else if (code == FIELD_REPLY_SERIAL)
            message->reply_serial = number;
    }
    return 0;
}

/* Up to the first value that is neither a text nor a number of 32 bits. */
static int read_body(struct cursor *cursor, const char *signature, struct bus_message *message) {
    const size_t most = sizeof message->texts / sizeof *message->texts;
    for (size_t count = 0; *signature && count < most; signature++) {
        uint32_t number;
        if (*signature == 'u' || *signature == 'i') {
            if (read_number(cursor, &number) < 0)
                return -1;
        } else if (*signature != 's' && *signature != 'o') {
            return 0;
        } else if (read_text(cursor, &message->texts[count++]) < 0) {
            return -1;
        }
    }
    return 0;
}

size_t bus_length(const unsigned char *head) {
    size_t body = number_at(head + 4), fields = number_at(head + 12);
    bool known = head[0] == NATIVE && head[3] == 1;
    return known && body <= BUS_MAX && fields <= BUS_MAX ? aligned(BUS_HEAD + fields, 8) + body : 0;
}

uint32_t bus_serial(const unsigned char *head) {
    return number_at(head + 8);
}

int bus_parse(const unsigned char *bytes, size_t size, struct bus_message *message) {
    *message = (struct bus_message){.error = "", .member = "", .texts = {"", "", "", ""}};
    if (size < BUS_HEAD || bus_length(bytes) != size)
        return broken();
    message->type = bytes[1];
    const char *signature = "";
    struct cursor fields = {bytes, BUS_HEAD, BUS_HEAD + number_at(bytes + 12)};
    if (read_fields(&fields, message, &signature) < 0)
        return -1;
    struct cursor body = {bytes, aligned(fields.end, 8), size};
    return read_body(&body, signature, message);
}
