/* Executes the program: one operation after the other, forward only. */
#include "attributes.h"
#include "channel.h"
#include "stub.h"
#include <errno.h>
#include <unistd.h>

#define CALL_OP(code, name, signature)                                                                       \
    static int call_##code(struct stub *stub, const union arg *args) {                                       \
        return op_##code(stub, (const struct stub_##code *)args);                                            \
    }
STUB_OPS(CALL_OP)

#define CALL_OF(code, name, signature) call_##code,
static int (*const calls[])(struct stub *stub, const union arg *args) = {NULL, STUB_OPS(CALL_OF)};

_Noreturn static void give_up(struct stub *stub, const struct failure *failure) {
    if (stub->removes_mounts)
        remove_attached(stub);
    stub_send_failure(stub, failure);
    _exit(1);
}

static void begin_step(const struct stub *stub, size_t index) {
    if (stub->steps && index < stub->steps->count)
        stub->steps->of[index].start = steps_now(stub->steps);
}

/*
 * A filter that is loaded by now need not allow clock_gettime(2): the vDSO answers without asking the kernel, wherever the
 * machine has a clock that is fast enough for it.
 */
static void end_step(const struct stub *stub, size_t index, const struct failure *failure) {
    if (!stub->steps || index >= stub->steps->count)
        return;
    struct step *step = &stub->steps->of[index];
    step->failed = failure != NULL;
    step->error = failure ? (uint32_t)failure->error : 0;
    step->end = steps_now(stub->steps);
}

_Noreturn void run_stub(struct stub *stub, const struct program *program) {
    for (size_t i = 0; i < program->count;) {
        const struct op *op = &program->ops[i];
        failure_reset();
        stub->next = i + 1 < program->count ? op + 1 : NULL;
        begin_step(stub, i);
        if (calls[op->code](stub, op->args) == 0) {
            end_step(stub, i, NULL);
            i += 1u + op->skip;
            continue;
        }
        const struct failure *failure = failure_of(i, op->name, op->origin);
        end_step(stub, i, failure);
        if (!op_forgives(op, failure->error))
            give_up(stub, failure);
        i++;
    }
    /* exec does not return, so a program that gets here has none. */
    failure_reset();
    failed_with(EINVAL, "program", "it ends without exec");
    give_up(stub, failure_of(program->count, "", ""));
}

int slot(const struct stub *stub, const union arg *arg) {
    int fd = arg->n < SLOTS_MAX ? stub->slots[arg->n] - 1 : -1;
    if (fd < 0)
        return failed_with(EBADF, "slot", "%llu", (unsigned long long)arg->n);
    return fd;
}

void set_slot(struct stub *stub, const union arg *arg, int fd) {
    if (stub->slots[arg->n])
        close(stub->slots[arg->n] - 1);
    stub->slots[arg->n] = fd + 1;
}

/*
 * Helper and child write to the same socket. The child's first word waits until the helper has had its own, `cloned`
 * with the pid that the hands need first, or has died: both look like end of file here.
 */
static void let_helper_finish(struct stub *stub) {
    if (stub->helper < 0)
        return;
    char byte;
    while (read(stub->helper, &byte, 1) < 0 && errno == EINTR)
        ;
    close(stub->helper);
    stub->helper = -1;
}

int stub_send(struct stub *stub, unsigned type, const uint64_t *words, size_t word_count, int fd) {
    let_helper_finish(stub);
    return channel_send(stub->control, (enum channel_message)type, words, word_count, &fd, fd >= 0 ? 1 : 0);
}

void stub_send_failure(struct stub *stub, const struct failure *failure) {
    unsigned char packet[CHANNEL_MAX];
    size_t size = failure_pack(packet, failure);
    let_helper_finish(stub);
    /* One write: a packet on the socket, atomic on the fifo. If nobody listens any more, nobody can be told. */
    if (write(stub->fifo >= 0 ? stub->fifo : stub->control, packet, size) < 0)
        _exit(1);
}
