/* PLAN and FINISH, decoded. A plan decodes whole, every program of it, before anything of it is executed. */
#pragma once
#include "program.h"
#include "wire.h"

/* What a launcher becomes that is to stay and wait for commands. */
struct standby_wish {
    bool wanted;
    bool detach;
    uint64_t idle_exit, max_commands, max_memory;
};

/* What a launcher is to wait for that is to speak up again. */
struct watch_wish {
    bool wanted;
    uint64_t process, oom; /* slots, or NO_SLOT */
    uint64_t interval;     /* ms */
    uint64_t seen;
};

/* How a command ends. Points into the message. */
struct finish {
    uint64_t code;
    const unsigned char *out, *err, *log;
    size_t out_size, err_size, log_size;
    char *log_path;
    bool monitor;
    uint64_t console; /* slot, or NO_SLOT */
    bool report;
    /* What the Node layer has to say about its time, if it was asked. */
    const unsigned char *trace;
    size_t trace_size;
    struct standby_wish standby;
    struct watch_wish watch;
};

struct stub_program {
    const unsigned char *bytes;
    size_t size;
};

struct plan {
    struct program hands, undo, teardown;
    struct stub_program *stubs;
    size_t stub_count;
    struct finish finish;
    const unsigned char *teardown_bytes;
    size_t teardown_size;
};

/* What is wrong with a plan: the number of the program, or PROGRAM_NONE. */
struct refusal {
    unsigned program;
    const char *reason;
};

/* Returns 0, or -1 with a refusal. The message must live as long as the plan. */
int plan_decode(struct plan *plan, const struct message *message, struct refusal *refusal);
/* Forgets everything but the finish's log path. */
void plan_free(struct plan *plan);
/* Returns 0, or -1 with EPROTO. */
int finish_decode(struct finish *finish, const struct message *message);
void finish_free(struct finish *finish);
