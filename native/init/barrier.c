/* Meeting the hands, and whoever runs `start`. */
#include "channel.h"
#include "procfs.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int op_report(struct stub *stub, const struct stub_report *arg) {
    return stub_send(stub, CHANNEL_REPORT, &arg->barrier.n, 1, -1) < 0 ? failed("send", "report") : 0;
}

/* The next packet of the hands; `what` is due. */
static int hear(struct stub *stub, struct channel_packet *packet, const char *what) {
    int got = channel_receive(stub->control, packet);
    if (got < 0)
        return failed("receive", "%s", what);
    return got == 0 ? failed_with(ECONNRESET, "receive", "%s", what) : 0;
}

int op_hold(struct stub *stub, const struct stub_hold *arg) {
    struct channel_packet packet;
    if (hear(stub, &packet, "release") < 0)
        return -1;
    if (packet.type != CHANNEL_RELEASE || packet.word_count != CHANNEL_RELEASE_WORDS ||
        packet.words[0] != arg->barrier.n)
        return failed_with(EBADMSG, "receive", "release");
    stub->variables.value[VARIABLE_OUTER_PID] = packet.words[VARIABLE_PID];
    /* Not the pid itself: hooks in the container are told the one that they see, the stub's own. */
    stub->variables.value[VARIABLE_START_TIME] = packet.words[VARIABLE_START_TIME];
    stub->variables.value[VARIABLE_SELF] = packet.words[VARIABLE_SELF];
    return 0;
}

int op_take(struct stub *stub, const struct stub_take *arg) {
    struct channel_packet packet;
    if (hear(stub, &packet, "slots") < 0)
        return -1;
    size_t count = arg->slots.number_count;
    if (packet.type != CHANNEL_SLOTS || packet.word_count != count || packet.fd_count != count)
        return failed_with(EBADMSG, "receive", "slots");
    for (size_t i = 0; i < count; i++) {
        if (packet.words[i] != arg->slots.numbers[i] || take_slot(stub, packet.words[i], packet.fds[i]) < 0)
            return failed_with(EBADMSG, "receive", "slot %llu", (unsigned long long)packet.words[i]);
    }
    return 0;
}

int op_send_slot(struct stub *stub, const struct stub_send_slot *arg) {
    int fd = slot(stub, &arg->file);
    if (fd < 0)
        return -1;
    return stub_send(stub, CHANNEL_SLOT, NULL, 0, fd) < 0 ? failed("send", "descriptor") : 0;
}

int op_wait_fifo(struct stub *stub, const struct stub_wait_fifo *arg) {
    int fifo = slot(stub, &arg->fifo);
    struct stat status;
    if (fifo < 0)
        return -1;
    if (fstat(fifo, &status) < 0 || !S_ISFIFO(status.st_mode))
        return failed_with(EINVAL, "open", "exec fifo");
    /* Blocks until `start` opens it for reading. */
    int opened = reopen(stub, fifo, O_WRONLY);
    if (opened < 0)
        return failed("open", "exec fifo");
    stub->fifo = opened;
    return 0;
}
