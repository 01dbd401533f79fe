/*
 * Reading D-Bus messages (dbus.freedesktop.org, "D-Bus Specification", message format), as far as the answers of systemd are
 * understood here: whose answer it is, whether it is an error, and its first texts. Messages that are sent come ready-made.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum bus_type { BUS_RETURN = 2, BUS_ERROR = 3, BUS_SIGNAL = 4 };

/* The part of a message by which it tells its length. */
#define BUS_HEAD 16
/* Longer ones are not for us. */
#define BUS_MAX (256u << 10)

struct bus_message {
    unsigned type;
    uint32_t reply_serial;
    const char *error; /* its name, or "" */
    const char *member;
    /* Texts (strings, object paths) of the body, in their order; numbers are skipped. */
    const char *texts[4];
};

/* Length of the message that begins with these BUS_HEAD bytes, or 0 if it is none. */
size_t bus_length(const unsigned char *head);
/* Takes a whole message apart; everything points into it. Returns 0, or -1 with EPROTO. */
int bus_parse(const unsigned char *bytes, size_t size, struct bus_message *message);
/* The serial of a message. */
uint32_t bus_serial(const unsigned char *head);
