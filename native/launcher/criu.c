#include "criu.h"
#include "fail.h"
#include "fdpass.h"
#include "io.h"
#include "sys.h"
#include "wait.h"
#include <sys/socket.h>
#include <sys/wait.h>

/* No message of CRIU's is longer. */
#define MESSAGE_MAX 40960

/* How long it may take to undo what it has done. Killed earlier, it would leave processes stopped for ever. */
#define ABANDON_MS 60000

static int send_packet(const struct stub *stub, const void *bytes, size_t size) {
    ssize_t sent;
    do
        sent = send(stub->criu, bytes, size, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? failed("send", "criu") : 0;
}

int criu_ask(struct stub *stub, int socket, const void *request, size_t size) {
    stub->criu = socket;
    /* Kept apart as it is; a request with hundreds of mounts is longer than the usual buffer. */
    int room = (int)(size < (1u << 24) ? size * 2 + MESSAGE_MAX : 1u << 25);
    setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    return send_packet(stub, request, size);
}

static int answer_notice(struct stub *stub, bool success) {
    if (!stub->criu_waits)
        return 0;
    unsigned char reply[CRIU_REPLY_SIZE];
    criu_reply(reply, success);
    stub->criu_waits = false;
    return send_packet(stub, reply, sizeof reply);
}

int criu_hear(struct stub *stub, struct criu_answer *answer, int *descriptor) {
    *descriptor = -1;
    if (stub->criu < 0)
        return failed_with(ENOTCONN, "criu", NULL);
    if (answer_notice(stub, true) < 0)
        return -1;
    if (wait_for(stub->criu, POLLIN, NO_DEADLINE) < 0)
        return failed("wait", "criu");
    unsigned char bytes[MESSAGE_MAX];
    int fds[FDPASS_MAX];
    size_t count = FDPASS_MAX;
    ssize_t size = fds_receive(stub->criu, bytes, sizeof bytes, fds, &count);
    if (size < 0 && errno != ECONNRESET)
        return failed("recvmsg", "criu");
    if (size <= 0)
        return failed_with(EPIPE, "criu", NULL);
    for (size_t i = 0; i < count; i++) {
        if (i == 0)
            *descriptor = fds[i];
        else
            close(fds[i]);
    }
    if (criu_decode(answer, bytes, (size_t)size) < 0)
        return failed("decode", "criu");
    stub->criu_waits = answer->type == CRIU_NOTIFY;
    if (answer->success || answer->type == CRIU_NOTIFY)
        return 0;
    failed_with(answer->error, "outcome", "criu");
    failure_detail("%s", answer->text);
    return -1;
}

/* Whether it has ended by then. */
static bool wait_for_end(const struct stub *stub, uint64_t deadline, bool interruptible) {
    autoclose int process = stub->helper > 0 ? sys_pidfd_open(stub->helper) : -1;
    if (process < 0)
        return true;
    while (wait_for(process, POLLIN, deadline) < 0) {
        if (interruptible || errno != EINTR)
            return false;
    }
    return true;
}

int criu_settle(struct stub *stub) {
    if (stub->criu >= 0)
        close_descriptor(&stub->criu);
    stub->criu = -1;
    if (!wait_for_end(stub, NO_DEADLINE, true))
        return failed("wait", "criu");
    /* Its outcome was said before: after a pre-dump it waits for another request and calls none a failure. */
    waitpid(stub->helper, NULL, 0);
    stub->helper = 0;
    return 0;
}

void criu_abandon(struct stub *stub) {
    if (stub->criu < 0)
        return;
    answer_notice(stub, false);
    close_descriptor(&stub->criu);
    stub->criu = -1;
    wait_for_end(stub, deadline_in(ABANDON_MS), false);
}
