#include "channel.h"
#include "fdpass.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEAD_WORDS 4 /* of FAILURE: type, index, errno, status */

_Static_assert(HEAD_WORDS * sizeof(uint64_t) + sizeof(struct failure) <= CHANNEL_MAX, "a FAILURE fits");
_Static_assert((1 + CHANNEL_MAX_WORDS) * sizeof(uint64_t) <= CHANNEL_MAX, "a PROGRAM fits");
_Static_assert(CHANNEL_MAX_SLOTS + 1 <= FDPASS_MAX, "its descriptors fit");

int channel_send(int socket, enum channel_message type, const uint64_t *words, size_t word_count,
    const int *fds, size_t fd_count) {
    uint64_t packet[1 + CHANNEL_MAX_WORDS] = {type};
    if (word_count > CHANNEL_MAX_WORDS) {
        errno = EMSGSIZE;
        return -1;
    }
    if (word_count)
        memcpy(packet + 1, words, word_count * sizeof *words);
    return fds_send(socket, packet, (1 + word_count) * sizeof *packet, fds, fd_count);
}

static int unpack(struct channel_packet *packet, const unsigned char *bytes, size_t size) {
    uint64_t type;
    if (size < sizeof type)
        return -1;
    memcpy(&type, bytes, sizeof type);
    if (type < CHANNEL_PROGRAM || type > CHANNEL_FAILURE)
        return -1;
    packet->type = (enum channel_message)type;
    if (type == CHANNEL_FAILURE)
        return failure_unpack(&packet->failure, bytes, size);
    size -= sizeof type;
    if (size % sizeof type || size / sizeof type > CHANNEL_MAX_WORDS)
        return -1;
    packet->word_count = size / sizeof type;
    memcpy(packet->words, bytes + sizeof type, size);
    return 0;
}

int channel_receive(int socket, struct channel_packet *packet) {
    unsigned char bytes[CHANNEL_MAX];
    packet->word_count = 0;
    packet->fd_count = CHANNEL_MAX_SLOTS + 1;
    ssize_t size = fds_receive(socket, bytes, sizeof bytes, packet->fds, &packet->fd_count);
    if (size <= 0)
        return (int)size;
    if (unpack(packet, bytes, (size_t)size) == 0)
        return 1;
    for (size_t i = 0; i < packet->fd_count; i++)
        close(packet->fds[i]);
    packet->fd_count = 0;
    errno = EBADMSG;
    return -1;
}

size_t failure_pack(unsigned char packet[CHANNEL_MAX], const struct failure *failure) {
    const uint64_t head[HEAD_WORDS] = {
        CHANNEL_FAILURE, failure->index, (uint64_t)failure->error, (uint64_t)failure->status};
    const char *const texts[] = {
        failure->op, failure->origin, failure->step, failure->subject, failure->detail};
    memcpy(packet, head, sizeof head);
    size_t size = sizeof head;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t length = strlen(texts[i]) + 1;
        memcpy(packet + size, texts[i], length);
        size += length;
    }
    return size;
}

/* Copies the next text out of the packet; one that is too long for its field, or without end, is no FAILURE of ours. */
static int next_text(const unsigned char **at, size_t *left, char *field, size_t room) {
    size_t length = strnlen((const char *)*at, *left);
    if (length == *left || length >= room)
        return -1;
    memcpy(field, *at, length + 1);
    *at += length + 1;
    *left -= length + 1;
    return 0;
}

int failure_unpack(struct failure *failure, const void *packet, size_t size) {
    uint64_t head[HEAD_WORDS];
    *failure = (struct failure){0};
    if (size >= sizeof head) {
        memcpy(head, packet, sizeof head);
        const unsigned char *at = (const unsigned char *)packet + sizeof head;
        size_t left = size - sizeof head;
        failure->index = head[1];
        failure->error = (int)head[2];
        failure->status = (int)head[3];
        if (head[0] == CHANNEL_FAILURE && next_text(&at, &left, failure->op, sizeof failure->op) == 0 &&
            next_text(&at, &left, failure->origin, sizeof failure->origin) == 0 &&
            next_text(&at, &left, failure->step, sizeof failure->step) == 0 &&
            next_text(&at, &left, failure->subject, sizeof failure->subject) == 0 &&
            next_text(&at, &left, failure->detail, sizeof failure->detail) == 0 && left == 0)
            return 0;
    }
    errno = EBADMSG;
    return -1;
}
