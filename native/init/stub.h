/*
 * The stub's state, and the functions of its operations: op_<name> for each of stubOps in src/plan/ops.ts, whose `doc`
 * says what it does. An operation returns 0, or -1 with a recorded failure (fail.h).
 */
#pragma once
#include "fail.h"
#include "ops.h"
#include "program.h"
#include "steps.h"
#include "template.h"
#include <stdbool.h>
#include <sys/types.h>

struct stub {
    int control; /* to the hands */
    /*
     * The caller's /proc (O_PATH), from before anything else. The container's own /proc may be missing or a forgery, so
     * nothing is ever read or written through it.
     */
    int procfs;
    /* After waitFifo: the exec fifo, where failures go from then on. -1 before. */
    int fifo;
    /* After clone: end of file here means that the helper has sent its report, or never will. */
    int helper;
    /* The tmpfs that masks directories, attached at the first of them; -1 before. */
    int mask;
    uint64_t preserve;
    struct variables variables;
    mode_t umask; /* for hooks and the user's process; the stub itself works with 0 */
    bool undumpable;
    int death_signal;
    bool changed_directory; /* and it has been checked */
    bool filtered;          /* a seccomp filter is in force for the stub itself */
    struct steps *steps;    /* NULL: nobody wants to know how long they take */
    char *executable;       /* what resolve found */
    char **environment;     /* of the user's process, once all is prepared for execve */
    bool removes_mounts;    /* those that it has attached, if it fails */
    int reaper;             /* this program, if it is to stay as the container's init; -1: not */
    char *listen_pid;       /* the variable of that name in the environment, if it is there */
    const struct op *next;  /* the operation after this one, NULL at the end */
    int slots[SLOTS_MAX];   /* the descriptor and one; 0: empty. See slot(). */
};

#define DECLARE_OP(code, name, signature) int op_##code(struct stub *stub, const struct stub_##code *arg);
STUB_OPS(DECLARE_OP)
#undef DECLARE_OP

/* Runs the program to its end, which is exec, the exit of the helper, or a reported failure. */
_Noreturn void run_stub(struct stub *stub, const struct program *program);

/* The descriptor in a slot, or -1 (EBADF, recorded). */
int slot(const struct stub *stub, const union arg *arg);
void set_slot(struct stub *stub, const union arg *arg, int fd);
/* Fills an empty one with a received descriptor, moved above those that are passed on to the user's process. Or -1. */
int take_slot(struct stub *stub, uint64_t number, int descriptor);

/* All of `exec` but execve itself. */
int prepare_exec(struct stub *stub, const struct stub_exec *arg);
/* The same for an operation after which nothing but restrictions comes before `exec`. */
int prepare_last(struct stub *stub);

/* Whether the working directory lies below the root directory. */
int check_directory(const struct stub *stub);

/* Sends a packet to the hands, in order behind the helper's report. Returns 0 or -1 without recording. */
int stub_send(struct stub *stub, unsigned type, const uint64_t *words, size_t word_count, int fd);
/* Sends the failure to whom it concerns. */
void stub_send_failure(struct stub *stub, const struct failure *failure);

/*
 * A change of credentials makes the kernel forget PR_SET_PDEATHSIG and set dumpable as sysctl fs.suid_dumpable says.
 * This says again what was asked for.
 */
int restate_after_credentials(struct stub *stub);
