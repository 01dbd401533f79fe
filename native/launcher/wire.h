/* Frames of the protocol: building one, sending one, receiving one, and reading what is in it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A frame being built. Running out of memory, or of MAX_FRAME, is remembered and shows when it is sent. */
struct frame {
    unsigned char *bytes;
    size_t size;
    size_t room;
    int error;
};

void frame_begin(struct frame *frame, uint8_t type);
void frame_free(struct frame *frame);
void frame_u32(struct frame *frame, uint32_t value);
void frame_number(struct frame *frame, uint64_t value);
/* Without their size. */
void frame_raw(struct frame *frame, const void *bytes, size_t size);
void frame_bytes(struct frame *frame, const void *bytes, size_t size);
void frame_string(struct frame *frame, const char *text);
/* Room for a count that is known only later: returns its place for frame_fill(). */
size_t frame_hole(struct frame *frame);
void frame_fill(struct frame *frame, size_t hole, uint32_t value);
/* Forgets everything after `size`, an overflow included. */
void frame_cut(struct frame *frame, size_t size);
/* With a deadline the socket must be non-blocking: ETIMEDOUT. */
int frame_send(int socket, struct frame *frame, uint64_t deadline);

/* A received message. Its body belongs to the receiver. */
struct message {
    uint8_t type;
    unsigned char *frame;
    size_t size; /* of the body, which begins at frame + 1 */
};

/*
 * Returns 1, 0 at end of file, or -1 (EPROTO: not a frame, or more than one, though the peer has to wait for an answer;
 * ECONNRESET: it ended within one; ETIMEDOUT). With a deadline the socket must be non-blocking.
 */
int message_receive(int socket, struct message *message, uint64_t deadline);
void message_free(struct message *message);

/* What is left to read. Reading past the end yields zeroes and sets `bad`. */
struct cursor {
    const unsigned char *at;
    size_t left;
    bool bad;
};

struct cursor message_body(const struct message *message);
uint32_t take_u32(struct cursor *cursor);
uint64_t take_number(struct cursor *cursor);
/* A list's count, checked against what is left, so that it may be used to allocate. */
uint32_t take_count(struct cursor *cursor);
const unsigned char *take_bytes(struct cursor *cursor, size_t *size);
/* A string as new memory, NUL-terminated; NULL (and `bad`) if it holds a NUL itself. */
char *take_string(struct cursor *cursor);
