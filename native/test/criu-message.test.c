#include "criu-message.h"
#include "test.h"

static const unsigned char notice[] = {0x08, 6, 0x10, 1, 0x2a, 17, 0x0a, 12, 'p', 'o', 's', 't', '-', 'r',
    'e', 's', 't', 'o', 'r', 'e', 0x10, 0xd2, 0x09};
static const unsigned char restored[] = {0x08, 2, 0x10, 1, 0x22, 2, 0x08, 42};
/* A negative errno is a number of ten bytes; fields that nobody knows come in every kind. */
static const unsigned char refused[] = {0x08, 1, 0x10, 0, 0x38, 16, 0x4a, 3, 'w', 'h', 'y', 0xa1, 0x06, 1, 2,
    3, 4, 5, 6, 7, 8, 0xa5, 0x06, 1, 2, 3, 4, 0xa8, 0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0x01};

static void check_notice(void) {
    struct criu_answer answer;
    CHECK(criu_decode(&answer, notice, sizeof notice) == 0);
    CHECK(answer.type == CRIU_NOTIFY && answer.success && answer.pid == 1234);
    CHECK_TEXT(answer.script, "post-restore");
}

static void check_outcomes(void) {
    struct criu_answer answer;
    CHECK(criu_decode(&answer, restored, sizeof restored) == 0);
    CHECK(answer.type == 2 && answer.success && answer.pid == 42);
    CHECK(criu_decode(&answer, refused, sizeof refused) == 0);
    CHECK(answer.type == 1 && !answer.success && answer.error == 16);
    CHECK_TEXT(answer.text, "why");
}

/* Whatever is cut off is either the end of a field or a mistake, and nothing is read beyond it. */
static void check_cut(void) {
    for (size_t size = 0; size < sizeof notice; size++) {
        unsigned char *part = malloc(size + !size);
        memcpy(part, notice, size);
        struct criu_answer answer;
        int whole = size == 0 || size == 2 || size == 4;
        CHECK(criu_decode(&answer, part, size) == (whole ? 0 : -1));
        free(part);
    }
}

static void check_long_text(void) {
    unsigned char bytes[4 + 2000] = {0x4a, 0xd0, 0x0f};
    memset(bytes + 3, 'x', 2000);
    struct criu_answer answer;
    CHECK(criu_decode(&answer, bytes, 3 + 2000) == 0);
    CHECK(strlen(answer.text) == sizeof answer.text - 1);
}

static void check_reply(void) {
    unsigned char reply[CRIU_REPLY_SIZE];
    criu_reply(reply, true);
    CHECK(memcmp(reply, (const unsigned char[]){0x08, 6, 0x18, 1}, sizeof reply) == 0);
    criu_reply(reply, false);
    CHECK(reply[3] == 0);
}

int main(void) {
    check_notice();
    check_outcomes();
    check_cut();
    check_long_text();
    check_reply();
    return END();
}
