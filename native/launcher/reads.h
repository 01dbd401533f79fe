/* READ and ANSWERS: the hands look things up for the Node layer. Nothing here changes anything. */
#pragma once
#include "wire.h"

/*
 * Answers one READ; returns 0 or -1 (EPROTO: the message is malformed). `stub`: how many descriptors a stub that may be
 * started now should inherit beside the standard ones, or NO_STUB.
 */
int reads_answer(const struct message *message, struct frame *answers, uint64_t *stub);
#define NO_STUB UINT64_MAX
