#include "wire.h"
#include "io.h"
#include "message.h"
#include "wait.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Every machine that railcar runs on is little-endian, like the wire. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire is little-endian");

#define RECEIVE_SIZE 32768

static void append(struct frame *frame, const void *bytes, size_t size) {
    if (frame->error)
        return;
    if (size > MAX_FRAME - frame->size) {
        frame->error = EFBIG;
        return;
    }
    if (frame->size + size > frame->room) {
        size_t room = frame->room * 2 > frame->size + size ? frame->room * 2 : frame->size + size;
        unsigned char *larger = realloc(frame->bytes, room);
        if (!larger) {
            frame->error = ENOMEM;
            return;
        }
        frame->bytes = larger;
        frame->room = room;
    }
    if (size)
        memcpy(frame->bytes + frame->size, bytes, size);
    frame->size += size;
}

void frame_begin(struct frame *frame, uint8_t type) {
    *frame = (struct frame){.room = 4096, .bytes = malloc(4096)};
    if (!frame->bytes)
        frame->error = ENOMEM;
    frame_u32(frame, 0);
    append(frame, &type, sizeof type);
}

void frame_free(struct frame *frame) {
    free_memory(&frame->bytes);
}

void frame_u32(struct frame *frame, uint32_t value) {
    append(frame, &value, sizeof value);
}

void frame_number(struct frame *frame, uint64_t value) {
    append(frame, &value, sizeof value);
}

void frame_raw(struct frame *frame, const void *bytes, size_t size) {
    append(frame, bytes, size);
}

void frame_bytes(struct frame *frame, const void *bytes, size_t size) {
    frame_u32(frame, (uint32_t)size);
    append(frame, bytes, size);
}

void frame_string(struct frame *frame, const char *text) {
    frame_bytes(frame, text, strlen(text));
}

size_t frame_hole(struct frame *frame) {
    size_t hole = frame->size;
    frame_u32(frame, 0);
    return hole;
}

void frame_fill(struct frame *frame, size_t hole, uint32_t value) {
    if (!frame->error)
        memcpy(frame->bytes + hole, &value, sizeof value);
}

void frame_cut(struct frame *frame, size_t size) {
    if (frame->error == ENOMEM)
        return;
    frame->error = 0;
    frame->size = size;
}

/* Not wait_for(): the launcher goes on listening to Node while it holds a signal that it has already obeyed. */
static int await(int socket, short events, uint64_t deadline) {
    struct pollfd watched = {.fd = socket, .events = events};
    for (;;) {
        uint64_t now = now_ms();
        int ready = poll(&watched, 1, now < deadline ? (int)(deadline - now) : 0);
        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready == 0 && now_ms() >= deadline) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
}

int frame_send(int socket, struct frame *frame, uint64_t deadline) {
    frame_fill(frame, 0, (uint32_t)(frame->size - sizeof(uint32_t)));
    if (frame->error) {
        errno = frame->error;
        return -1;
    }
    for (size_t sent = 0; sent < frame->size;) {
        ssize_t put = send(socket, frame->bytes + sent, frame->size - sent, MSG_NOSIGNAL);
        if (put > 0)
            sent += (size_t)put;
        else if (errno == EAGAIN && await(socket, POLLOUT, deadline) < 0)
            return -1;
        else if (errno != EINTR && errno != EAGAIN)
            return -1;
    }
    return 0;
}

static ssize_t receive(int socket, void *buffer, size_t size, uint64_t deadline) {
    for (;;) {
        if (deadline != NO_DEADLINE && await(socket, POLLIN, deadline) < 0)
            return -1;
        ssize_t got = read(socket, buffer, size);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN))
            return got;
    }
}

/* At least `least` bytes, unless the stream ends. */
static ssize_t receive_some(int socket, unsigned char *buffer, size_t least, size_t room, uint64_t deadline) {
    size_t done = 0;
    while (done < least) {
        ssize_t got = receive(socket, buffer + done, room - done, deadline);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* The peer was ended while it spoke, which is no message of another protocol. */
static int ended_inside(void) {
    errno = ECONNRESET;
    return -1;
}

int message_receive(int socket, struct message *message, uint64_t deadline) {
    *message = (struct message){0};
    /* Nearly every message comes whole with the first read. */
    unsigned char start[RECEIVE_SIZE];
    uint32_t length = 0;
    ssize_t got = receive_some(socket, start, sizeof length, sizeof start, deadline);
    if (got <= 0)
        return (int)got;
    if (got < (ssize_t)sizeof length)
        return ended_inside();
    memcpy(&length, start, sizeof length);
    size_t here = (size_t)got - sizeof length;
    if (length < 1 || length > MAX_FRAME || here > length) {
        errno = EPROTO;
        return -1;
    }
    autofree unsigned char *frame = malloc(length);
    if (!frame)
        return -1;
    memcpy(frame, start + sizeof length, here);
    got = receive_some(socket, frame + here, length - here, length - here, deadline);
    if (got < 0)
        return -1;
    if ((size_t)got < length - here)
        return ended_inside();
    *message = (struct message){.type = frame[0], .frame = frame, .size = length - 1};
    frame = NULL;
    return 1;
}

void message_free(struct message *message) {
    free_memory(&message->frame);
    message->frame = NULL;
}

struct cursor message_body(const struct message *message) {
    return (struct cursor){.at = message->frame + 1, .left = message->size};
}

static const unsigned char *take(struct cursor *cursor, size_t size) {
    if (cursor->bad || size > cursor->left) {
        cursor->bad = true;
        return NULL;
    }
    const unsigned char *at = cursor->at;
    cursor->at += size;
    cursor->left -= size;
    return at;
}

uint32_t take_u32(struct cursor *cursor) {
    uint32_t value = 0;
    const unsigned char *at = take(cursor, sizeof value);
    if (at)
        memcpy(&value, at, sizeof value);
    return value;
}

uint64_t take_number(struct cursor *cursor) {
    uint64_t value = 0;
    const unsigned char *at = take(cursor, sizeof value);
    if (at)
        memcpy(&value, at, sizeof value);
    return value;
}

uint32_t take_count(struct cursor *cursor) {
    uint32_t count = take_u32(cursor);
    if (count <= cursor->left)
        return count;
    cursor->bad = true;
    return 0;
}

const unsigned char *take_bytes(struct cursor *cursor, size_t *size) {
    *size = take_u32(cursor);
    const unsigned char *bytes = take(cursor, *size);
    if (!bytes)
        *size = 0;
    return bytes;
}

char *take_string(struct cursor *cursor) {
    size_t size;
    const unsigned char *bytes = take_bytes(cursor, &size);
    char *text = bytes && !memchr(bytes, 0, size) ? malloc(size + 1) : NULL;
    if (!text) {
        cursor->bad = true;
        return NULL;
    }
    memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}
