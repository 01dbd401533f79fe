#include "serve.h"
#include "ending.h"
#include "hands.h"
#include "io.h"
#include "message.h"
#include "monitor.h"
#include "node.h"
#include "reads.h"
#include "request.h"
#include "say.h"
#include "signals.h"
#include <errno.h>
#include <string.h>

struct session {
    struct node node;
    struct message plan_message;
    struct plan plan;
    struct hands hands;
    bool planned;
    bool succeeded; /* the plan */
};

static int converse(struct session *session);
static int act(struct session *session, struct message *message);
static int lose_node(struct session *session, int error);
static int end(struct session *session, const struct finish *finish);

/* To go on with the conversation. */
enum { GO_ON = -1 };

int serve(char *const *arguments, char *const *environment) {
    static struct session session;
    /* First, so that Node starts while the request is gathered. */
    if (node_start(&session.node) < 0) {
        say_error(errno, "cannot start the Node layer");
        return 1;
    }
    struct frame request;
    request_build(&request, arguments, environment);
    int sent = frame_send(session.node.socket, &request);
    frame_free(&request);
    /* A layer that has ended is noticed, and explained, when it is listened to. */
    if (sent < 0 && errno != EPIPE && errno != ECONNRESET)
        return lose_node(&session, errno);
    return converse(&session);
}

static int answer(struct session *session, const struct message *message) {
    struct frame answers;
    int outcome = reads_answer(message, &answers);
    if (outcome == 0)
        outcome = frame_send(session->node.socket, &answers);
    int error = errno;
    frame_free(&answers);
    return outcome < 0 ? lose_node(session, error) : GO_ON;
}

static int obey_finish(struct session *session, const struct message *message) {
    struct finish finish;
    if (finish_decode(&finish, message) < 0)
        return lose_node(session, errno);
    return end(session, &finish);
}

static int obey(struct session *session, struct message *message) {
    switch (message->type) {
    case MESSAGE_READ:
        return answer(session, message);
    case MESSAGE_PLAN:
        return session->planned ? lose_node(session, EPROTO) : act(session, message);
    case MESSAGE_FINISH:
        return obey_finish(session, message);
    default:
        return lose_node(session, EPROTO);
    }
}

static int converse(struct session *session) {
    for (;;) {
        struct message message;
        int received = message_receive(session->node.socket, &message);
        if (received <= 0)
            return lose_node(session, received < 0 && errno != ECONNRESET ? errno : 0);
        int code = obey(session, &message);
        message_free(&message);
        if (code != GO_ON)
            return code;
    }
}

static int send_result(struct session *session) {
    struct frame result;
    frame_begin(&result, MESSAGE_RESULT);
    frame_u32(&result, 1);
    frame_number(&result, session->succeeded);
    frame_bytes(&result, session->hands.captured, session->hands.captured_size);
    failures_put(&session->hands.failures, &result);
    int outcome = frame_send(session->node.socket, &result);
    int error = errno;
    frame_free(&result);
    return outcome < 0 ? lose_node(session, error) : GO_ON;
}

/* Nothing of a plan that does not decode whole is executed. */
static int refuse(struct session *session, const struct refusal *refusal) {
    failure_reset();
    failed_with(EPROTO, "decode", NULL);
    failure_detail("%s", refusal->reason);
    failures_add(&session->hands.failures, refusal->program, failure_of(0, "", ""));
    return send_result(session);
}

/* What was done is undone by now. The Node layer may have died of the same signal, or be why it was sent. */
static int end_interrupted(struct session *session, int number) {
    node_dismiss(&session->node);
    say("interrupted by %s", signals_name(number));
    for (size_t i = 0; i < session->hands.failures.count; i++) {
        if (session->hands.failures.list[i].failure.error != EINTR)
            say_failure(&session->hands.failures.list[i].failure);
    }
    node_reap(&session->node);
    return 128 + number;
}

static bool worth_a_result(const struct session *session) {
    return !session->succeeded || session->plan.finish.report || session->hands.failures.count ||
           session->hands.captured;
}

static int execute(struct session *session) {
    const struct plan *plan = &session->plan;
    /* Before any effect; with a monitor also whatever is sent to a container that is still being made. */
    if (signals_hold(plan->finish.monitor) < 0) {
        say_error(errno, "cannot hold signals");
        return lose_node(session, 0);
    }
    if (plan->finish.monitor)
        monitor_adopt();
    hands_begin(&session->hands, plan);
    session->succeeded = hands_execute(&session->hands) == 0;
    int number = session->succeeded ? 0 : signals_interrupted();
    if (number)
        return end_interrupted(session, number);
    return worth_a_result(session) ? send_result(session) : end(session, &plan->finish);
}

static int act(struct session *session, struct message *message) {
    session->planned = true;
    /* The plan points into the message. */
    session->plan_message = *message;
    message->frame = NULL;
    struct refusal refusal;
    if (plan_decode(&session->plan, &session->plan_message, &refusal) < 0)
        return refuse(session, &refusal);
    return execute(session);
}

/* If a plan has succeeded, the container is there and its own FINISH holds; what it failed at was undone before. */
static int lose_node(struct session *session, int error) {
    failures_say(&session->hands.failures);
    if (session->succeeded && !session->plan.finish.report && !session->hands.captured)
        return end(session, &session->plan.finish);
    if (!session->planned || session->succeeded)
        node_explain(&session->node, error);
    node_dismiss(&session->node);
    node_reap(&session->node);
    return 1;
}

/* Gives back what the plan took, except the teardown, which gets a copy of its bytes: a monitor may live for months. */
static void keep_teardown(struct session *session, struct program *teardown) {
    size_t size = session->plan.teardown_size;
    void *bytes = malloc(size);
    if (bytes && size)
        memcpy(bytes, session->plan.teardown_bytes, size);
    plan_free(&session->plan);
    message_free(&session->plan_message);
    if (!bytes || program_decode(teardown, &hands_table, bytes, size))
        *teardown = (struct program){0};
}

static int end(struct session *session, const struct finish *finish) {
    /* Now, so that it dies while the rest is done. */
    node_dismiss(&session->node);
    int code = ending_carry_out(finish);
    if (finish->monitor && session->succeeded) {
        uint64_t console = finish->console;
        struct program teardown;
        keep_teardown(session, &teardown);
        return monitor_run(&session->hands, &teardown, console, &session->node);
    }
    node_reap(&session->node);
    return code;
}
