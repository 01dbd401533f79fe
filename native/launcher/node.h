/*
 * The Node layer at the other end of a stream socket. Everything after node_start() speaks to the socket alone, so a
 * layer that already waits on a Unix socket (standby.h) can stand in for one that was started for this command.
 */
#pragma once
#include <sys/types.h>

struct node {
    int socket;
    pid_t pid; /* 0: not started by this process */
};

/* Where it is. */
extern const char *const node_engine;
extern const char *const node_folder;
#define NODE_ARGUMENTS_MAX 12
/* Becomes Node with these flags, on the layer with these options, and an empty environment. Returns -1 if it cannot. */
int node_execute(char *const *flags, char *const *options);

/* Cold: starts a Node layer for this command. Returns 0 or -1. */
int node_start(struct node *node);
/*
 * Why a layer that was started has ended without an answer, as a message on standard error. `error` is what the
 * socket said, 0 at its end.
 */
void node_explain(struct node *node, int error);
/* Hangs up and lets a started layer die without waiting for it. */
void node_dismiss(struct node *node);
/* Reaps it; the launcher's caller may be a subreaper, which must not see a process it never started. */
void node_reap(struct node *node);
