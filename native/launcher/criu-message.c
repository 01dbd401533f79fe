#include "criu-message.h"
#include <errno.h>
#include <string.h>

/* Kinds of field on the wire. */
enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

/* Fields of criu_resp, criu_restore_resp and criu_notify. */
enum { RESP_TYPE = 1, RESP_SUCCESS = 2, RESP_RESTORE = 4, RESP_NOTIFY = 5, RESP_ERRNO = 7, RESP_TEXT = 9 };
enum { RESTORE_PID = 1 };
enum { NOTIFY_SCRIPT = 1, NOTIFY_PID = 2 };
/* Fields of criu_req. */
enum { REQ_TYPE = 1, REQ_NOTIFY_SUCCESS = 3 };

struct reader {
    const unsigned char *at, *end;
};

struct field {
    unsigned number;
    uint64_t value;            /* VARINT */
    const unsigned char *text; /* BYTES; NULL for other kinds */
    size_t size;
};

static int read_varint(struct reader *reader, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        unsigned char byte = *reader->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return 0;
    }
    return -1;
}

static int skip(struct reader *reader, uint64_t size) {
    if (size > (size_t)(reader->end - reader->at))
        return -1;
    reader->at += size;
    return 0;
}

/* Returns 1, 0 at the end, or -1. */
static int read_field(struct reader *reader, struct field *field) {
    uint64_t key, size;
    if (reader->at == reader->end)
        return 0;
    if (read_varint(reader, &key) < 0 || key >> 3 > UINT32_MAX)
        return -1;
    *field = (struct field){.number = (unsigned)(key >> 3)};
    switch (key & 7) {
    case VARINT:
        return read_varint(reader, &field->value) < 0 ? -1 : 1;
    case FIXED64:
        return skip(reader, 8) < 0 ? -1 : 1;
    case FIXED32:
        return skip(reader, 4) < 0 ? -1 : 1;
    case BYTES:
        if (read_varint(reader, &size) < 0)
            return -1;
        field->text = reader->at;
        field->size = (size_t)size;
        return skip(reader, size) < 0 ? -1 : 1;
    default:
        return -1;
    }
}

static void copy_text(char *to, size_t room, const struct field *field) {
    size_t size = field->size < room - 1 ? field->size : room - 1;
    if (field->text)
        memcpy(to, field->text, size);
    to[field->text ? size : 0] = '\0';
}

static int read_part(struct criu_answer *answer, const struct field *part) {
    struct reader reader = {part->text, part->text ? part->text + part->size : part->text};
    struct field field;
    int outcome;
    while ((outcome = read_field(&reader, &field)) > 0) {
        if (part->number == RESP_NOTIFY && field.number == NOTIFY_SCRIPT)
            copy_text(answer->script, sizeof answer->script, &field);
        if (field.number == (part->number == RESP_NOTIFY ? NOTIFY_PID : RESTORE_PID) && !field.text)
            answer->pid = field.value <= INT32_MAX ? (pid_t)field.value : 0;
    }
    return outcome;
}

int criu_decode(struct criu_answer *answer, const unsigned char *bytes, size_t size) {
    *answer = (struct criu_answer){0};
    struct reader reader = {bytes, bytes + size};
    struct field field;
    int outcome;
    while ((outcome = read_field(&reader, &field)) > 0) {
        if (field.number == RESP_TYPE)
            answer->type = field.value;
        if (field.number == RESP_SUCCESS)
            answer->success = field.value != 0;
        if (field.number == RESP_ERRNO)
            answer->error = field.value <= 4095 ? (int)field.value : 0;
        if (field.number == RESP_TEXT)
            copy_text(answer->text, sizeof answer->text, &field);
        if (field.number == RESP_RESTORE || field.number == RESP_NOTIFY)
            outcome = read_part(answer, &field);
        if (outcome < 0)
            break;
    }
    if (outcome < 0)
        errno = EBADMSG;
    return outcome;
}

void criu_reply(unsigned char reply[CRIU_REPLY_SIZE], bool success) {
    const unsigned char fields[CRIU_REPLY_SIZE] = {
        REQ_TYPE << 3 | VARINT, CRIU_NOTIFY, REQ_NOTIFY_SUCCESS << 3 | VARINT, success};
    memcpy(reply, fields, sizeof fields);
}
