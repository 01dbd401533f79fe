/* What the launcher itself has to understand of CRIU's messages (protobuf; rpc.proto in its sources). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* enum criu_req_type. */
enum { CRIU_NOTIFY = 6 };

/* criu_resp, as far as it matters. Texts are cut. */
struct criu_answer {
    uint64_t type;
    bool success;
    char script[64]; /* of a notice */
    pid_t pid;       /* of a notice or a restore; 0: none */
    int error;       /* errno */
    char text[512];
};

/* Returns 0, or -1 with EBADMSG. */
int criu_decode(struct criu_answer *answer, const unsigned char *bytes, size_t size);

#define CRIU_REPLY_SIZE 4
/* The answer to a notice: whether CRIU is to go on. */
void criu_reply(unsigned char reply[CRIU_REPLY_SIZE], bool success);
