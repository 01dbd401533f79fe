/* The stubs that a plan has started: their channels and processes. */
#pragma once
#include "channel.h"
#include <stdbool.h>

struct stub {
    struct stub *next;
    unsigned program; /* index in the plan's list of stub programs */
    int control;      /* -1: hung up */
    pid_t helper;     /* 0: reaped */
    pid_t pid;        /* the container's process, once `cloned` is reported; a child of this process too */
    int criu;         /* the helper has become CRIU: the socket to it; -1: it has not, or is done */
    bool criu_waits;  /* for the answer to its last notice */
};

/* The comm of a stub until execve replaces it. */
#define STUB_NAME "railcar:init"

/* More descriptors than any process may have. */
#define PRESERVE_MAX (1u << 20)

/*
 * Starts a sealed copy of the init stub that inherits descriptors 0 to 2 + preserve. Returns it, or NULL with a
 * recorded failure.
 */
struct stub *stub_start(unsigned program, unsigned preserve);
/* Starts one that waits for the plan, if possible. stub_start() takes it if it has inherited what the plan wants. */
void stub_expect(unsigned preserve);
/* Ends the one that no plan has asked for. */
void stub_unexpect(void);
/* Gives it its program and descriptors. */
int stub_instruct(struct stub *stub, const void *bytes, size_t size, const uint64_t *slots, const int *fds,
    size_t count, uint64_t preserve);
/* Receives its next packet. Returns 1, 0 when it has hung up, or -1 with a recorded failure. */
int stub_receive(struct stub *stub, struct channel_packet *packet);
/* Records that it has died without a word; its wait status says more. Returns -1. */
int stub_died(struct stub *stub);
/* Whether the process that has hung up died as a stub, before execve. Both may have happened by now. */
bool stub_failed_to_exec(struct stub *stub);

/* For each in the list: kills and reaps all of it. */
void stubs_kill(struct stub *stubs);
/* Reaps the helpers, which have done their part. */
void stubs_settle(struct stub *stubs);
