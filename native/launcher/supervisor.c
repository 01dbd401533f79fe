#include "supervisor.h"
#include "checkup.h"
#include "io.h"
#include "place.h"
#include "say.h"
#include "sys.h"
#include "wait.h"
#include "worker.h"
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* One serves, one starts, the others finish what is in flight. */
#define WORKERS 8
/* Connections that the kernel lets wait (no more than net.core.somaxconn). */
#define BACKLOG 4096
/* Pause (ms) after a worker that died before it was ready: doubled each time up to the longest. */
#define PAUSE_FIRST 50u
#define PAUSE_LONGEST 10000u
/* How long (ms) workers may take to finish when the standby ends. */
#define ENDING 5000u
/* How long (ms) one that starts may take until it is ready, on the slowest of machines. */
#define STARTING 60000u
/* systemd's first socket. */
#define INHERITED 3

struct supervisor {
    const struct standby_wish *wish;
    struct place place;
    int folder; /* -1: the socket is systemd's */
    int listening;
    int signals;
    int announce; /* -1: nobody waits to hear that it answers */
    struct worker workers[WORKERS];
    struct checkup checkup; /* of the one that serves */
    uint64_t ready_by;      /* the one that starts */
    bool served;            /* once at least */
    bool replace;
    bool ending;
    unsigned failures;
    uint64_t next_start;
    int code;
};

static int take_inherited(struct supervisor *supervisor);
static int bind_own(struct supervisor *supervisor);
static int run(struct supervisor *supervisor);
static int detach(struct supervisor *supervisor);

/* sd_listen_fds(3). */
static bool is_activated(void) {
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    return pid && count && atoi(pid) == getpid() && atoi(count) >= 1;
}

int supervise(const struct standby_wish *wish) {
    static struct supervisor supervisor;
    supervisor = (struct supervisor){.wish = wish, .folder = -1, .listening = -1, .announce = -1};
    prctl(PR_SET_NAME, "railcar:standby");
    bool activated = is_activated();
    /* Whatever else the caller has left open is not to stay open for as long as this lives. */
    sys_close_range(INHERITED + activated, ~0u, 0);
    umask(077);
    if ((activated ? take_inherited(&supervisor) : bind_own(&supervisor)) < 0)
        return 1;
    if (chdir("/") < 0) {
        say_error(errno, "cannot change to \"/\"");
        return 1;
    }
    return wish->detach ? detach(&supervisor) : run(&supervisor);
}

static int take_inherited(struct supervisor *supervisor) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(INHERITED, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0 || !listens) {
        say("cannot use the socket that was passed: it does not listen");
        return -1;
    }
    fcntl(INHERITED, F_SETFD, FD_CLOEXEC);
    supervisor->listening = INHERITED;
    return 0;
}

static int complain(const char *action, const char *path) {
    say_error(errno, "cannot %s \"%s\"", action, path);
    return -1;
}

static int open_folder(struct supervisor *supervisor) {
    const struct place *place = &supervisor->place;
    if (mkdir(place->folder, 0700) < 0 && errno != EEXIST)
        return complain("make the directory", place->folder);
    supervisor->folder = place_open(place);
    if (supervisor->folder >= 0)
        return 0;
    if (errno != EPERM)
        return complain("open", place->folder);
    say("cannot use \"%s\": it is not a directory of mode 0700 that belongs to user %u", place->folder,
        geteuid());
    return -1;
}

/* Somebody listens who does not hold the lock: systemd, for a unit that is yet to be started. */
static bool is_answered(const struct sockaddr_un *address) {
    autoclose int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return end >= 0 &&
           (connect(end, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);
}

static int bind_own(struct supervisor *supervisor) {
    struct place *place = &supervisor->place;
    if (place_find(place) < 0) {
        say("cannot find a place to wait at: XDG_RUNTIME_DIR is not set");
        return -1;
    }
    if (open_folder(supervisor) < 0)
        return -1;
    struct sockaddr_un address = place_address(supervisor->folder);
    if (flock(supervisor->folder, LOCK_EX | LOCK_NB) < 0 || is_answered(&address)) {
        say("cannot wait on \"%s\": a standby is running already", place->socket);
        return -1;
    }
    unlinkat(supervisor->folder, "socket", 0);
    supervisor->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (supervisor->listening < 0 ||
        bind(supervisor->listening, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(supervisor->listening, BACKLOG) < 0)
        return complain("wait on", place->socket);
    return 0;
}

static struct worker *find(struct supervisor *supervisor, enum worker_phase phase) {
    for (int i = 0; i < WORKERS; i++) {
        if (supervisor->workers[i].phase == phase)
            return &supervisor->workers[i];
    }
    return NULL;
}

static void announce(struct supervisor *supervisor) {
    if (supervisor->announce < 0)
        return;
    (void)!write(supervisor->announce, "", 1);
    close(steal_fd(&supervisor->announce));
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3 && null >= 0; fd++)
        dup2(null, fd);
    close(null);
}

static void begin_end(struct supervisor *supervisor) {
    if (supervisor->ending)
        return;
    supervisor->ending = true;
    supervisor->next_start = deadline_in(ENDING);
    if (supervisor->folder >= 0)
        unlinkat(supervisor->folder, "socket", 0);
    for (int i = 0; i < WORKERS; i++) {
        worker_stop(&supervisor->workers[i]);
        if (supervisor->workers[i].phase == WORKER_STARTING)
            kill(supervisor->workers[i].pid, SIGKILL);
    }
    close(steal_fd(&supervisor->listening));
}

static void take_over(struct supervisor *supervisor, struct worker *fresh) {
    for (int i = 0; i < WORKERS; i++) {
        struct worker *worker = &supervisor->workers[i];
        if (worker->phase != WORKER_SERVING)
            continue;
        worker->phase = WORKER_LEAVING;
        worker_stop(worker);
    }
    fresh->phase = WORKER_SERVING;
    supervisor->checkup = (struct checkup){0};
    supervisor->served = true;
    supervisor->replace = false;
    supervisor->failures = 0;
    announce(supervisor);
}

static void hear(struct supervisor *supervisor, struct worker *worker) {
    int word = worker_hear(worker);
    if (word && worker->phase == WORKER_SERVING)
        checkup_heard(&supervisor->checkup);
    switch (word) {
    case WORKER_READY:
        if (worker->phase == WORKER_STARTING)
            take_over(supervisor, worker);
        break;
    case WORKER_RETIRES:
        supervisor->replace |= worker->phase == WORKER_SERVING;
        break;
    case WORKER_IDLE:
        if (worker->phase == WORKER_SERVING)
            begin_end(supervisor);
        break;
    default:
        break;
    }
}

/* What dies while it serves is replaced at once; what dies before may do so for ever. */
static void bury(struct supervisor *supervisor, struct worker *worker, int status) {
    enum worker_phase phase = worker->phase;
    hear(supervisor, worker);
    if (!supervisor->ending && phase != WORKER_LEAVING)
        worker_explain(worker, status);
    worker_stop(worker);
    worker->phase = WORKER_NONE;
    if (supervisor->ending || phase != WORKER_STARTING)
        return;
    if (!supervisor->served) {
        supervisor->code = 1;
        begin_end(supervisor);
        return;
    }
    uint64_t pause = PAUSE_FIRST << (supervisor->failures < 8 ? supervisor->failures : 8);
    supervisor->next_start = deadline_in(pause < PAUSE_LONGEST ? pause : PAUSE_LONGEST);
    supervisor->failures++;
}

static void reap(struct supervisor *supervisor) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        for (int i = 0; i < WORKERS; i++) {
            struct worker *worker = &supervisor->workers[i];
            if (worker->phase != WORKER_NONE && worker->pid == pid)
                bury(supervisor, worker, status);
        }
    }
}

static void take_signal(struct supervisor *supervisor) {
    struct signalfd_siginfo info;
    if (read(supervisor->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGCHLD)
        reap(supervisor);
    else
        begin_end(supervisor);
}

static bool wants_another(struct supervisor *supervisor) {
    if (supervisor->ending || find(supervisor, WORKER_STARTING))
        return false;
    return supervisor->replace || !find(supervisor, WORKER_SERVING);
}

static void start_another(struct supervisor *supervisor) {
    struct worker *room = find(supervisor, WORKER_NONE);
    supervisor->ready_by = deadline_in(STARTING);
    if (room && worker_start(room, supervisor->listening, supervisor->wish) == 0)
        return;
    /* Commands that hang for ever (a hook) must not keep all the others from being served. */
    struct worker *oldest = room ? NULL : find(supervisor, WORKER_LEAVING);
    if (oldest)
        kill(oldest->pid, SIGKILL);
    else
        say_error(errno, "cannot start the Node layer");
    supervisor->next_start = deadline_in(PAUSE_FIRST);
}

/* One that hangs is as good as dead: SIGCHLD brings the next. */
static void end_hanging(struct supervisor *supervisor) {
    if (supervisor->ending)
        return;
    struct worker *serving = find(supervisor, WORKER_SERVING);
    struct worker *starting = find(supervisor, WORKER_STARTING);
    if (serving && checkup_fails(&supervisor->checkup, serving)) {
        say("the Node layer of the standby does not answer");
        kill(serving->pid, SIGKILL);
    }
    if (starting && now_ms() >= supervisor->ready_by)
        kill(starting->pid, SIGKILL);
}

static uint64_t earlier(uint64_t one, uint64_t other) {
    return one < other ? one : other;
}

/* When there is something to do although nothing has happened. */
static uint64_t next_deadline(struct supervisor *supervisor) {
    if (supervisor->ending)
        return supervisor->next_start;
    uint64_t next = wants_another(supervisor) ? supervisor->next_start : NO_DEADLINE;
    if (find(supervisor, WORKER_SERVING))
        next = earlier(next, checkup_deadline(&supervisor->checkup));
    if (find(supervisor, WORKER_STARTING))
        next = earlier(next, supervisor->ready_by);
    return next;
}

/* The socket that commands connect to, while it matters that they do. */
static int activity(struct supervisor *supervisor) {
    bool matters = find(supervisor, WORKER_SERVING) && checkup_awaits_activity(&supervisor->checkup);
    return matters ? supervisor->listening : -1;
}

static void await(struct supervisor *supervisor) {
    struct pollfd watched[2 + WORKERS] = {
        {.fd = supervisor->signals, .events = POLLIN}, {.fd = activity(supervisor), .events = POLLIN}};
    for (int i = 0; i < WORKERS; i++) {
        struct worker *worker = &supervisor->workers[i];
        int control = worker->phase == WORKER_NONE ? -1 : worker->control;
        watched[2 + i] = (struct pollfd){.fd = control, .events = POLLIN};
    }
    if (poll(watched, 2 + WORKERS, left_until(next_deadline(supervisor))) <= 0)
        return;
    if (watched[1].revents)
        checkup_activity(&supervisor->checkup);
    for (int i = 0; i < WORKERS; i++) {
        if (watched[2 + i].revents)
            hear(supervisor, &supervisor->workers[i]);
    }
    if (watched[0].revents)
        take_signal(supervisor);
}

static bool is_over(struct supervisor *supervisor) {
    if (!supervisor->ending)
        return false;
    bool overdue = now_ms() >= supervisor->next_start;
    bool alive = false;
    for (int i = 0; i < WORKERS; i++) {
        if (supervisor->workers[i].phase == WORKER_NONE)
            continue;
        alive = true;
        if (overdue)
            kill(supervisor->workers[i].pid, SIGKILL);
    }
    return !alive || overdue;
}

static int run(struct supervisor *supervisor) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (supervisor->signals < 0) {
        say_error(errno, "cannot watch for signals");
        return 1;
    }
    while (!is_over(supervisor)) {
        if (wants_another(supervisor) && now_ms() >= supervisor->next_start)
            start_another(supervisor);
        end_hanging(supervisor);
        await(supervisor);
    }
    return supervisor->code;
}

/* The caller gets the command's end when the standby answers, or when it has said why it cannot. */
static int detach(struct supervisor *supervisor) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        say_error(errno, "cannot make a pipe");
        return 1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        setsid();
        supervisor->announce = ends[1];
        _exit(run(supervisor));
    }
    close(ends[1]);
    char ready;
    if (pid > 0 && read_full(ends[0], &ready, sizeof ready) == (ssize_t)sizeof ready)
        return 0;
    if (pid < 0)
        say_error(errno, "cannot fork");
    return 1;
}
