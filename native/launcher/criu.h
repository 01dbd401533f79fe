/* The conversation with CRIU, which a stub has become: its helper executed `criu swrk`. */
#pragma once
#include "criu-message.h"
#include "stub.h"

/* Sends the request; takes the socket over. Returns 0 or -1 with a recorded failure. */
int criu_ask(struct stub *stub, int socket, const void *request, size_t size);
/*
 * Lets CRIU go on if it waits, and hears what comes next: a notice, which it waits for an answer to, or its outcome. The
 * descriptor that came along, or -1, is the caller's. Returns 0, or -1 with a recorded failure.
 */
int criu_hear(struct stub *stub, struct criu_answer *answer, int *descriptor);
/* Waits until CRIU has ended, which it does after the outcome. Returns 0 or -1 with a recorded failure. */
int criu_settle(struct stub *stub);
/* Tells CRIU that nothing comes of it, and lets it undo what it has done: what it has stopped goes on. */
void criu_abandon(struct stub *stub);
