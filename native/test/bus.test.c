/* Against a bus of our own: what systemd would answer, cut into pieces, and what none would. */
#include "bus.h"
#include "io.h"
#include "test.h"
#include "wait.h"
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/wait.h>

static size_t pad(unsigned char *bytes, size_t at, size_t to) {
    while (at % to)
        bytes[at++] = 0;
    return at;
}

static size_t put_number(unsigned char *bytes, size_t at, uint32_t number) {
    at = pad(bytes, at, 4);
    memcpy(bytes + at, &number, 4);
    return at + 4;
}

static size_t put_text(unsigned char *bytes, size_t at, const char *text) {
    at = put_number(bytes, at, (uint32_t)strlen(text));
    memcpy(bytes + at, text, strlen(text) + 1);
    return at + strlen(text) + 1;
}

static size_t put_signature(unsigned char *bytes, size_t at, const char *text) {
    bytes[at++] = (unsigned char)strlen(text);
    memcpy(bytes + at, text, strlen(text) + 1);
    return at + strlen(text) + 1;
}

static size_t put_field(unsigned char *bytes, size_t at, unsigned char code, const char *type) {
    at = pad(bytes, at, 8);
    bytes[at++] = code;
    return put_signature(bytes, at, type);
}

/* A message with one text field (of a code), an answered serial and a body of texts after an optional number. */
static size_t message(unsigned char *bytes, unsigned char type, unsigned char code, const char *field,
    uint32_t serial, const char *signature, const char *const *texts) {
    memcpy(bytes, "l\0\0\1", 4);
    bytes[1] = type;
    size_t at = put_field(bytes, BUS_HEAD, code, "s");
    at = put_text(bytes, at, field);
    at = put_field(bytes, at, 5, "u");
    at = put_number(bytes, at, serial);
    at = put_field(bytes, at, 8, "g");
    at = put_signature(bytes, at, signature);
    put_number(bytes, 12, (uint32_t)(at - BUS_HEAD));
    size_t body = at = pad(bytes, at, 8);
    if (signature[0] == 'u')
        at = put_number(bytes, at, 77);
    for (; *texts; texts++)
        at = put_text(bytes, at, *texts);
    put_number(bytes, 4, (uint32_t)(at - body));
    put_number(bytes, 8, 9);
    return at;
}

static const char *const removed[] = {"/job/7", "x.scope", "done", NULL};

static void test_parse(void) {
    unsigned char bytes[1024] = {0};
    struct bus_message parsed;
    size_t size = message(bytes, BUS_SIGNAL, 3, "JobRemoved", 0, "uoss", removed);
    CHECK(bus_length(bytes) == size && bus_serial(bytes) == 9);
    CHECK(bus_parse(bytes, size, &parsed) == 0 && parsed.type == BUS_SIGNAL);
    CHECK_TEXT(parsed.member, "JobRemoved");
    CHECK_TEXT(parsed.texts[0], "/job/7");
    CHECK_TEXT(parsed.texts[2], "done");
    size = message(bytes, BUS_ERROR, 4, "org.freedesktop.systemd1.NoSuchUnit", 5, "s",
        (const char *const[]){"gone", NULL});
    CHECK(bus_parse(bytes, size, &parsed) == 0 && parsed.reply_serial == 5);
    CHECK(bus_errno(parsed.error) == ENOENT && bus_errno("org.example") == EREMOTEIO);
    CHECK_TEXT(parsed.texts[0], "gone");
}

/* Whatever one byte is changed to, nothing beyond the message is read (under ASan), and a shorter one is refused. */
static void test_garbled(void) {
    unsigned char bytes[1024] = {0};
    size_t size = message(bytes, BUS_SIGNAL, 3, "JobRemoved", 0, "uoss", removed);
    for (size_t at = 0; at < size; at++) {
        for (unsigned value = 0; value < 256; value += 5) {
            autofree unsigned char *changed = malloc(size);
            memcpy(changed, bytes, size);
            changed[at] = (unsigned char)value;
            struct bus_message parsed;
            if (bus_parse(changed, size, &parsed) == 0)
                CHECK(strlen(parsed.texts[0]) < size && strlen(parsed.member) < size);
        }
    }
    struct bus_message parsed;
    for (size_t less = 0; less < size; less++)
        CHECK(bus_parse(bytes, less, &parsed) < 0 && errno == EPROTO);
    memset(bytes + 4, 0xff, 4);
    CHECK(bus_length(bytes) == 0);
}

static void test_connection(void) {
    int ends[2];
    unsigned char bytes[1024] = {0};
    size_t size = message(bytes, BUS_SIGNAL, 3, "JobRemoved", 0, "uoss", removed);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    if (fork() == 0) {
        char greeting[sizeof "0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"] = "";
        read_full(ends[1], greeting, sizeof greeting - 1);
        bool known = strcmp(greeting + 1, "AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n") == 0;
        write_full(ends[1], known ? "DATA\r\nOK 1234\r\n" : "ERROR\r\n", known ? 15 : 7);
        /* The message follows at once, and in pieces. */
        for (size_t at = 0; at < size; at += 7)
            write_full(ends[1], bytes + at, size - at < 7 ? size - at : 7);
        _exit(0);
    }
    close(ends[1]);
    CHECK(bus_greet(ends[0], deadline_in(5000)) == 0);
    autofree unsigned char *received = NULL;
    struct bus_message parsed;
    CHECK(bus_receive(ends[0], deadline_in(5000), &received, &parsed) == 0);
    CHECK_TEXT(parsed.texts[1], "x.scope");
    autofree unsigned char *more = NULL;
    wait(NULL);
    CHECK(bus_receive(ends[0], deadline_in(5000), &more, &parsed) < 0 && errno == ECONNRESET);
    close(ends[0]);
}

static void test_silence_and_refusal(void) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    CHECK(bus_greet(ends[0], deadline_in(50)) < 0 && errno == ETIMEDOUT);
    write_full(ends[1], "REJECTED EXTERNAL\r\n", 19);
    CHECK(bus_greet(ends[0], deadline_in(5000)) < 0 && errno == EACCES);
    unsigned char *bytes;
    struct bus_message parsed;
    CHECK(bus_receive(ends[0], deadline_in(50), &bytes, &parsed) < 0 && errno == ETIMEDOUT);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    test_parse();
    test_garbled();
    test_connection();
    test_silence_and_refusal();
    return END();
}
