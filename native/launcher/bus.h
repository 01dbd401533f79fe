/* A connection to a D-Bus, and calls of methods over it, one at a time. */
#pragma once
#include "bus-message.h"
#include <stdint.h>

/* Authenticates as the user whom the kernel says we are. Returns 0, or -1 with a recorded failure. */
int bus_greet(int bus, uint64_t deadline);
/* Sends a ready-made call. Returns 0 or -1 (recorded). */
int bus_send(int bus, const void *message, size_t size, uint64_t deadline);
/*
 * Waits for the next message, which lies in memory that the caller frees. Returns 0, or -1 with errno, ETIMEDOUT among
 * others.
 */
int bus_receive(int bus, uint64_t deadline, unsigned char **bytes, struct bus_message *message);
/* errno for an error of this name. */
int bus_errno(const char *name);
