/* Operations on a D-Bus: what is asked of systemd. The messages are made by the Node layer. */
#include "bus.h"
#include "hands.h"
#include "io.h"
#include "wait.h"
#include <stdlib.h>
#include <string.h>

int hands_bus_greet(struct hands *hands, const struct op *op) {
    const struct hands_bus_greet *arg = (const void *)op->args;
    int bus = slot_of(hands, &arg->bus);
    return bus < 0 ? -1 : bus_greet(bus, deadline_in(arg->deadline.n));
}

/* Sends the message, with the container's pid where the argument says (0: nowhere; no message has one that early). */
static int send_with_pid(
    struct hands *hands, int bus, const union arg *message, uint64_t pid_at, uint64_t deadline) {
    autofree unsigned char *bytes = malloc(message->length + 1);
    uint32_t pid = (uint32_t)hands->variables.value[VARIABLE_PID];
    if (!bytes)
        return failed("malloc", NULL);
    memcpy(bytes, message->text, message->length);
    if (pid_at > message->length || message->length - pid_at < sizeof pid || message->length < BUS_HEAD)
        return failed_with(EINVAL, "send", NULL);
    if (pid_at)
        memcpy(bytes + pid_at, &pid, sizeof pid);
    return bus_send(bus, bytes, message->length, deadline);
}

/* Nothing else is recorded of a failure than that it is this one's. */
static int no_answer(const char *subject) {
    return failed("answer", "%s", subject);
}

static int refused(const struct bus_message *answer, const char *subject) {
    failed_with(bus_errno(answer->error), "answer", "%s", subject);
    failure_detail("%s", answer->texts[0][0] ? answer->texts[0] : answer->error);
    return -1;
}

/* Signals come in between. `*bytes` is the answer, which the caller frees. */
static int await_answer(int bus, uint32_t serial, const char *subject, uint64_t deadline,
    unsigned char **bytes, struct bus_message *answer) {
    for (;;) {
        autofree unsigned char *each = NULL;
        if (bus_receive(bus, deadline, &each, answer) < 0)
            return no_answer(subject);
        if (answer->type == BUS_SIGNAL || answer->reply_serial != serial)
            continue;
        if (answer->type == BUS_ERROR)
            return refused(answer, subject);
        *bytes = each;
        each = NULL;
        return 0;
    }
}

static int call(struct hands *hands, int bus, const union arg *message, uint64_t pid_at, const char *subject,
    uint64_t deadline, unsigned char **bytes, struct bus_message *answer) {
    if (send_with_pid(hands, bus, message, pid_at, deadline) < 0)
        return -1;
    uint32_t serial = bus_serial((const unsigned char *)message->text);
    return await_answer(bus, serial, subject, deadline, bytes, answer);
}

int hands_bus_call(struct hands *hands, const struct op *op) {
    const struct hands_bus_call *arg = (const void *)op->args;
    int bus = slot_of(hands, &arg->bus);
    autofree unsigned char *bytes = NULL;
    struct bus_message answer;
    return bus < 0 ? -1
                   : call(hands, bus, &arg->message, arg->pid_at.n, arg->subject.text,
                         deadline_in(arg->deadline.n), &bytes, &answer);
}

/* JobRemoved(u id, o job, s unit, s result), org.freedesktop.systemd1(5). */
static int await_job(int bus, const char *job, const char *unit, uint64_t deadline) {
    for (;;) {
        autofree unsigned char *bytes = NULL;
        struct bus_message signal;
        if (bus_receive(bus, deadline, &bytes, &signal) < 0)
            return failed("job", "%s", unit);
        if (signal.type != BUS_SIGNAL || strcmp(signal.member, "JobRemoved") != 0 ||
            strcmp(signal.texts[0], job) != 0)
            continue;
        if (strcmp(signal.texts[2], "done") == 0)
            return 0;
        failed_with(ECANCELED, "job", "%s", unit);
        failure_detail("%s", signal.texts[2]);
        return -1;
    }
}

int hands_bus_job(struct hands *hands, const struct op *op) {
    const struct hands_bus_job *arg = (const void *)op->args;
    int bus = slot_of(hands, &arg->bus);
    uint64_t deadline = deadline_in(arg->deadline.n);
    autofree unsigned char *bytes = NULL;
    struct bus_message answer;
    if (bus < 0 ||
        call(hands, bus, &arg->message, arg->pid_at.n, arg->unit.text, deadline, &bytes, &answer) < 0)
        return -1;
    /* From here on the unit may be there, whatever becomes of the job. */
    hands->effective = true;
    return await_job(bus, answer.texts[0], arg->unit.text, deadline);
}
