#include "serve.h"
#include "ending.h"
#include "hands.h"
#include "image.h"
#include "io.h"
#include "message.h"
#include "monitor.h"
#include "node.h"
#include "options.h"
#include "reads.h"
#include "request.h"
#include "say.h"
#include "signals.h"
#include "standby.h"
#include "stub.h"
#include "supervisor.h"
#include "terminal.h"
#include "trace.h"
#include "wait.h"
#include "watch.h"
#include <errno.h>
#include <string.h>

struct session {
    char *const *arguments;
    char *const *environment;
    struct node node;
    /* Kept until something has been done: it may have to be sent again. */
    struct frame request;
    enum wish wish;
    enum way way;
    /* How the command ends when there is no Node layer to say it. */
    int failed;
    bool answered;
    unsigned reads;
    struct message plan_message;
    struct plan plan;
    struct hands hands;
    bool planned;
    bool succeeded; /* the plan */
    struct image image;
};

static int converse(struct session *session);
static void forget_plan(struct session *session);
static int act(struct session *session, struct message *message);
static int lose_node(struct session *session, int error);
static int end(struct session *session, const struct finish *finish);

/* No command needs a tenth of it: a standby that goes on asking would do so for ever. */
#define MOST_READS 100u

/* To go on with the conversation; to have another one later on. */
enum { GO_ON = -1, AGAIN = -2 };

/* As runc ends: 1 could be what the process itself exits with. Its twin is in src/cli/command.ts. */
enum { EXEC_FAILED = 255 };

/* When the standby has to have done its part; Node started for this command may take as long as it likes. */
static uint64_t deadline_of(const struct session *session) {
    if (session->way != WAY_STANDBY)
        return NO_DEADLINE;
    struct patience patience = standby_patience(session->wish);
    if (session->planned)
        return deadline_in(patience.last);
    return deadline_in(session->answered ? patience.next : patience.first);
}

static void gather(struct session *session) {
    uint64_t start = trace_start();
    request_build(&session->request, session->arguments, session->environment);
    trace_step(start, "gather", "REQUEST");
}

static int tell(const struct session *session, struct frame *frame, const char *name) {
    uint64_t start = trace_start();
    int outcome = frame_send(session->node.socket, frame, deadline_of(session));
    trace_step(start, "send", name);
    return outcome;
}

/* Once. A standby that was lost before anything was done has changed nothing. */
static int go_cold(struct session *session, enum way way) {
    if (session->wish == WISH_REQUIRE) {
        standby_explain(way);
        return session->failed;
    }
    node_dismiss(&session->node);
    session->way = way;
    session->planned = false;
    /* First, so that Node starts while the request is gathered. */
    uint64_t start = trace_start();
    if (node_start(&session->node) < 0) {
        say_error(errno, "cannot start the Node layer");
        return session->failed;
    }
    trace_step(start, "fork", "Node layer");
    trace_node_started(start);
    if (!session->request.bytes)
        gather(session);
    request_set_way(&session->request, way);
    int sent = tell(session, &session->request, "REQUEST");
    /* A layer that has ended is noticed, and explained, when it is listened to. */
    if (sent < 0 && errno != EPIPE && errno != ECONNRESET)
        return lose_node(session, errno);
    return GO_ON;
}

static int begin(struct session *session) {
    session->node.socket = -1;
    session->way = WAY_OFF;
    if (session->wish != WISH_OFF) {
        uint64_t start = trace_start();
        session->node.socket = standby_connect(&session->way);
        trace_step(start, "connect", NULL);
    }
    if (session->node.socket < 0)
        return go_cold(session, session->way);
    gather(session);
    int sent = tell(session, &session->request, "REQUEST");
    return sent < 0 ? lose_node(session, errno) : GO_ON;
}

/* The same command once more: what was asked for in between is there. */
static int go_on_with_image(struct session *session, const struct finish *finish) {
    int code = image_unpack(&session->image, finish, session->environment);
    if (code)
        return code;
    session->arguments = session->image.arguments;
    session->request = (struct frame){0};
    session->answered = false;
    session->reads = 0;
    code = begin(session);
    return code == GO_ON ? converse(session) : code;
}

/* GO_ON: there are some. The next conversation is one of its own. */
static int wait_for_news(struct session *session) {
    forget_plan(session);
    session->request = (struct frame){0};
    session->planned = session->succeeded = session->answered = false;
    session->reads = 0;
    int code = watch_wait();
    return code < 0 ? GO_ON : code;
}

static bool is_exec(const struct options *options) {
    return options->command && strcmp(options->command, "exec") == 0;
}

int serve(char *const *arguments, char *const *environment) {
    static struct session session;
    session.arguments = arguments;
    session.environment = environment;
    struct options options = options_read(arguments);
    session.wish = options.standby;
    session.failed = is_exec(&options) ? EXEC_FAILED : 1;
    if (options.trace && trace_open(options.trace, options.command) < 0) {
        say_error(errno, "cannot open \"%s\"", options.trace);
        return session.failed;
    }
    int code;
    do {
        code = begin(&session);
        if (code == GO_ON)
            code = converse(&session);
        stub_unexpect();
        trace_close();
    } while (code == AGAIN && (code = wait_for_news(&session)) == GO_ON);
    if (!session.succeeded)
        image_discard(&session.image);
    terminal_restore();
    return code;
}

/* Before a plan only: afterwards there is nobody else to go to. */
static bool is_too_large(const struct session *session, const struct frame *answers) {
    return session->way == WAY_STANDBY && !session->planned && answers->size > STANDBY_ANSWERS_MAX;
}

static int answer(struct session *session, const struct message *message) {
    if (session->way == WAY_STANDBY && ++session->reads > MOST_READS)
        return lose_node(session, EPROTO);
    struct frame answers;
    uint64_t stub, start = trace_start();
    int outcome = reads_answer(message, &answers, &stub);
    trace_step(start, "answer", "READ");
    if (outcome == 0 && is_too_large(session, &answers)) {
        frame_free(&answers);
        return go_cold(session, WAY_LARGE);
    }
    if (outcome == 0)
        outcome = tell(session, &answers, "ANSWERS");
    int error = errno;
    frame_free(&answers);
    /* Node is busy with the answers now. */
    if (outcome == 0 && stub <= PRESERVE_MAX)
        stub_expect((unsigned)stub);
    return outcome < 0 ? lose_node(session, error) : GO_ON;
}

static int obey_finish(struct session *session, const struct message *message) {
    struct finish finish;
    if (finish_decode(&finish, message) < 0)
        return lose_node(session, errno);
    trace_node(finish.trace, finish.trace_size);
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

static const char *message_name(const struct message *message) {
    switch (message->type) {
    case MESSAGE_READ:
        return "READ";
    case MESSAGE_PLAN:
        return "PLAN";
    case MESSAGE_FINISH:
        return "FINISH";
    default:
        return "unknown";
    }
}

static int converse(struct session *session) {
    for (;;) {
        struct message message;
        uint64_t start = trace_start();
        int received = message_receive(session->node.socket, &message, deadline_of(session));
        trace_step(start, "wait", received > 0 ? message_name(&message) : "the Node layer");
        int code;
        if (received > 0) {
            session->answered = true;
            code = obey(session, &message);
        } else {
            code = lose_node(session, received < 0 && errno != ECONNRESET ? errno : 0);
        }
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
    int outcome = tell(session, &result, "RESULT");
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
    uint64_t start = trace_start();
    session->succeeded = hands_execute(&session->hands) == 0;
    trace_step(start, "execute", "PLAN");
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
    uint64_t start = trace_start();
    int decoded = plan_decode(&session->plan, &session->plan_message, &refusal);
    trace_step(start, "decode", "PLAN");
    if (decoded == 0) {
        trace_node(session->plan.finish.trace, session->plan.finish.trace_size);
        return execute(session);
    }
    if (session->way != WAY_STANDBY)
        return refuse(session, &refusal);
    message_free(&session->plan_message);
    return go_cold(session, WAY_GARBLED);
}

/* A command that has changed nothing can be begun again. */
static bool is_repeatable(const struct session *session) {
    return !session->planned || (session->succeeded && session->plan.finish.report);
}

static void forget_plan(struct session *session) {
    if (!session->planned)
        return;
    hands_let_go(&session->hands, NO_SLOT);
    failures_free(&session->hands.failures);
    free_memory(&session->hands.captured);
    session->hands = (struct hands){0};
    plan_free(&session->plan);
    finish_free(&session->plan.finish);
    message_free(&session->plan_message);
}

static int lose_standby(struct session *session, int error) {
    bool garbled = error == EPROTO || error == EFBIG;
    enum way way = error == ETIMEDOUT ? WAY_SILENT : garbled ? WAY_GARBLED : WAY_GONE;
    if (is_repeatable(session)) {
        forget_plan(session);
        return go_cold(session, way);
    }
    /* The plan has failed and was undone. What there is to say was said, if not as well as Node would have. */
    node_dismiss(&session->node);
    return session->failed;
}

/* If a plan has succeeded, the container is there and its own FINISH holds; what it failed at was undone before. */
static int lose_node(struct session *session, int error) {
    bool repeat = session->way == WAY_STANDBY && is_repeatable(session);
    if (!repeat)
        failures_say(&session->hands.failures);
    if (session->succeeded && !session->plan.finish.report && !session->hands.captured)
        return end(session, &session->plan.finish);
    if (session->way == WAY_STANDBY)
        return lose_standby(session, error);
    if (!session->planned || session->succeeded)
        node_explain(&session->node, error);
    node_dismiss(&session->node);
    node_reap(&session->node);
    return session->failed;
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
    uint64_t start = trace_start();
    node_dismiss(&session->node);
    trace_step(start, "dismiss", "Node layer");
    frame_free(&session->request);
    if (finish->code == IMAGE_CODE && !session->image.text) {
        node_reap(&session->node);
        return go_on_with_image(session, finish);
    }
    start = trace_start();
    int code = ending_carry_out(finish);
    trace_step(start, "print", NULL);
    if (finish->standby.wanted) {
        node_reap(&session->node);
        trace_close();
        return supervise(&finish->standby);
    }
    if (finish->monitor && session->succeeded) {
        uint64_t console = finish->console;
        struct program teardown;
        trace_write();
        keep_teardown(session, &teardown);
        return monitor_run(&session->hands, &teardown, console, &session->node);
    }
    start = trace_start();
    node_reap(&session->node);
    trace_step(start, "reap", "Node layer");
    if (finish->watch.wanted && (session->succeeded || !session->planned)) {
        watch_take(&finish->watch, &session->hands);
        return AGAIN;
    }
    return code;
}
