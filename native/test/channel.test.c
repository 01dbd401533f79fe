#include "channel.h"
#include "../launcher/stub.h"
#include "fdpass.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];

static void fill(struct failure *failure, int length) {
    *failure = (struct failure){.index = 7, .error = 22, .status = 256};
    char *const fields[] = {failure->op, failure->origin, failure->step, failure->subject, failure->detail};
    const size_t sizes[] = {sizeof failure->op, sizeof failure->origin, sizeof failure->step,
        sizeof failure->subject, sizeof failure->detail};
    for (size_t i = 0; i < 5; i++)
        memset(fields[i], 'a' + (int)i, length < 0 ? sizes[i] - 1 : (size_t)length);
}

static void test_failure(void) {
    unsigned char packet[CHANNEL_MAX];
    struct failure out, in;
    for (int length = -1; length < 3; length++) {
        fill(&out, length);
        size_t size = failure_pack(packet, &out);
        CHECK(size <= CHANNEL_MAX);
        CHECK(failure_unpack(&in, packet, size) == 0);
        CHECK(memcmp(&out, &in, sizeof in) == 0);
        for (size_t cut = 0; cut < size; cut++)
            CHECK(failure_unpack(&in, packet, cut) < 0 && errno == EBADMSG);
        packet[0] = CHANNEL_REPORT;
        CHECK(failure_unpack(&in, packet, size) < 0);
    }
}

static void test_words_and_descriptors(void) {
    struct channel_packet packet;
    uint64_t words[CHANNEL_MAX_WORDS];
    for (size_t i = 0; i < CHANNEL_MAX_WORDS; i++)
        words[i] = i * 3;
    int fds[CHANNEL_MAX_SLOTS + 1];
    for (size_t i = 0; i < CHANNEL_MAX_SLOTS + 1; i++)
        fds[i] = ends[0];
    CHECK(channel_send(ends[0], CHANNEL_PROGRAM, words, CHANNEL_MAX_WORDS, fds, CHANNEL_MAX_SLOTS + 1) == 0);
    CHECK(channel_receive(ends[1], &packet) == 1);
    CHECK(packet.type == CHANNEL_PROGRAM && packet.word_count == CHANNEL_MAX_WORDS);
    CHECK(packet.words[100] == 300 && packet.fd_count == CHANNEL_MAX_SLOTS + 1);
    for (size_t i = 0; i < packet.fd_count; i++) {
        CHECK(fcntl(packet.fds[i], F_GETFD) == FD_CLOEXEC);
        close(packet.fds[i]);
    }
    CHECK(channel_send(ends[0], CHANNEL_SLOT, NULL, 0, ends, 1) == 0);
    CHECK(channel_receive(ends[1], &packet) == 1 && packet.word_count == 0 && packet.fd_count == 1);
    close(packet.fds[0]);
    CHECK(channel_send(ends[0], CHANNEL_REPORT, words, CHANNEL_MAX_WORDS + 1, NULL, 0) < 0 &&
          errno == EMSGSIZE);
}

static int open_descriptors(void) {
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void test_garbage(void) {
    struct channel_packet packet;
    const uint64_t types[] = {0, 6, ~0ull, CHANNEL_FAILURE};
    for (size_t i = 0; i < 4; i++) {
        int before = open_descriptors();
        CHECK(fds_send(ends[0], &types[i], 8, ends, 2) == 0);
        CHECK(channel_receive(ends[1], &packet) == -1 && errno == EBADMSG);
        CHECK(open_descriptors() == before);
    }
    CHECK(fds_send(ends[0], "abcdefghijk", 11, NULL, 0) == 0);
    CHECK(channel_receive(ends[1], &packet) == -1 && errno == EBADMSG);
    char large[CHANNEL_MAX + 1] = {CHANNEL_REPORT};
    CHECK(fds_send(ends[0], large, sizeof large, ends, 1) == 0);
    int before = open_descriptors();
    CHECK(channel_receive(ends[1], &packet) == -1 && errno == EMSGSIZE);
    CHECK(open_descriptors() == before);
}

static void test_unwanted_descriptors(void) {
    char byte;
    int fds[1], before = open_descriptors();
    size_t room = 1;
    CHECK(fds_send(ends[0], "x", 1, ends, 2) == 0);
    CHECK(fds_receive(ends[1], &byte, 1, NULL, NULL) == 1);
    CHECK(open_descriptors() == before);
    CHECK(fds_send(ends[0], "x", 1, ends, 2) == 0);
    CHECK(fds_receive(ends[1], &byte, 1, fds, &room) == -1 && errno == EMSGSIZE);
    CHECK(open_descriptors() == before);
}

static void test_end(void) {
    struct channel_packet packet;
    close(ends[0]);
    CHECK(channel_receive(ends[1], &packet) == 0);
    CHECK(channel_send(ends[1], CHANNEL_REPORT, NULL, 0, NULL, 0) < 0 && errno == EPIPE);
}

/* A stub that ends before it has read all that it was sent has said why all the same. */
static void test_last_words(void) {
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    struct stub stub = {.control = pair[0]};
    CHECK(channel_send(pair[1], CHANNEL_REPORT, (uint64_t[]){1}, 1, NULL, 0) == 0);
    CHECK(channel_send(pair[0], CHANNEL_RELEASE, (uint64_t[]){2}, 1, NULL, 0) == 0);
    close(pair[1]);
    struct channel_packet packet;
    CHECK(stub_receive(&stub, &packet) == 1 && packet.type == CHANNEL_REPORT && packet.words[0] == 1);
    CHECK(stub_receive(&stub, &packet) == 0);
    close(pair[0]);
}

int main(void) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
        return 1;
    test_failure();
    test_words_and_descriptors();
    test_garbage();
    test_unwanted_descriptors();
    test_end();
    test_last_words();
    return END();
}
