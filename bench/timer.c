/* Executes commands and says how long each took and how much memory it had.
 *
 * In C, because a Node process needs longer to start a command than some of the commands take; small, because what
 * it weighs at vfork() is the least that ru_maxrss can say of its children; the parent of orphans, as a container
 * manager is: the containers that commands leave behind are reaped here.
 *
 *   timer LOG      stdin:  PROGRAM TAB RESULTS, two file names a line; stdout: "done" or "failed" for each
 *
 * A program has one step a line, its fields separated by tabs:
 *   run    TAG PAUSE ARGUMENT...         executes and waits; PAUSE microseconds before that
 *   inside TAG PAUSE FILE ARGUMENT...    the same, after writing 0 to FILE (the tasks of a cgroup)
 *   try    TAG PAUSE ARGUMENT...         the same as run, but may fail
 *   spawn  TAG PAUSE ARGUMENT...         executes and does not wait
 *   join   TAG PAUSE                     waits for all spawned: from the first one's start to the last one's end
 *   collect TAG PAUSE                    the same, whatever their exit statuses
 *   gone   TAG PAUSE PIDFILE             waits for the end of the process that the file names, one that was left behind
 * A result: TAG, nanoseconds, wait status, ru_maxrss of the command and those it waited for in KiB, pid. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FIELDS = 64, MAX_SPAWNED = 128, DEADLINE_S = 60 };

static char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL};

struct spawned {
    pid_t pids[MAX_SPAWNED];
    int count;
    long long start;
};

static struct spawned spawned;

struct outcome {
    long long nanoseconds;
    int status;
    long kilobytes;
    pid_t pid;
};

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void too_late(int signal) {
    (void)signal;
}

/* Waits for one process, reaping whatever else ends meanwhile; for any at all if pid is 0. */
static int wait_for(pid_t pid, struct outcome *outcome) {
    for (;;) {
        struct rusage usage;
        pid_t ended = wait4(-1, &outcome->status, 0, &usage);
        if (ended < 0 && errno == EINTR) {
            if (pid)
                kill(pid, SIGKILL);
            else
                return -1;
        } else if (ended < 0) {
            return -1;
        } else if (ended == pid || !pid) {
            outcome->kilobytes = usage.ru_maxrss;
            outcome->pid = ended;
            return 0;
        }
    }
}

static pid_t execute(char **arguments, const char *join) {
    pid_t pid = vfork();
    if (pid)
        return pid;
    if (join) {
        int tasks = open(join, O_WRONLY | O_CLOEXEC);
        if (tasks < 0 || write(tasks, "0", 1) != 1)
            _exit(126);
    }
    execve(arguments[0], arguments, environment);
    _exit(127);
}

static void run(char **arguments, const char *join, struct outcome *outcome) {
    alarm(DEADLINE_S);
    long long start = now();
    pid_t pid = execute(arguments, join);
    if (pid < 0 || wait_for(pid, outcome) < 0)
        outcome->status = 255 << 8;
    outcome->nanoseconds = now() - start;
    alarm(0);
}

static void spawn(char **arguments, struct outcome *outcome) {
    if (spawned.count == MAX_SPAWNED) {
        outcome->status = 255 << 8;
        return;
    }
    if (spawned.count == 0)
        spawned.start = now();
    outcome->pid = spawned.pids[spawned.count++] = execute(arguments, NULL);
}

static void forget(pid_t pid) {
    for (int i = 0; i < spawned.count; i++)
        if (spawned.pids[i] == pid)
            spawned.pids[i] = spawned.pids[--spawned.count];
}

static int is_spawned(pid_t pid) {
    for (int i = 0; i < spawned.count; i++)
        if (spawned.pids[i] == pid)
            return 1;
    return 0;
}

static void join(struct outcome *outcome) {
    int status = 0;
    alarm(DEADLINE_S);
    while (spawned.count > 0) {
        if (wait_for(0, outcome) < 0) {
            status = 255 << 8;
            break;
        }
        if (!is_spawned(outcome->pid))
            continue;
        forget(outcome->pid);
        if (outcome->status)
            status = outcome->status;
    }
    alarm(0);
    outcome->status = status;
    outcome->nanoseconds = now() - spawned.start;
    spawned.count = 0;
}

/* A container's process ends some time after kill has returned, and may have been reaped by now. */
static void gone(const char *pid_file, struct outcome *outcome) {
    long long start = now();
    FILE *file = fopen(pid_file, "re");
    int pid = 0;
    if (file && fscanf(file, "%d", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    alarm(DEADLINE_S);
    while (pid && kill(pid, 0) == 0 && wait_for(0, outcome) == 0)
        ;
    alarm(0);
    outcome->status = pid && kill(pid, 0) < 0 ? 0 : 255 << 8;
    outcome->nanoseconds = now() - start;
}

static int split(char *line, char **fields) {
    int count = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *field; (field = strsep(&line, "\t")) && count < MAX_FIELDS;)
        fields[count++] = field;
    fields[count] = NULL;
    return count;
}

static void pause_for(long microseconds) {
    struct timespec t = {microseconds / 1000000, microseconds % 1000000 * 1000};
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}

/* 0 if the program may go on. */
static int step(char **fields, FILE *results) {
    struct outcome outcome = {0};
    const char *verb = fields[0], *tag = fields[1];
    char **arguments = fields + 3;
    int tried = !strcmp(verb, "try"), may_fail = tried || !strcmp(verb, "collect");
    pause_for(atol(fields[2]));
    if (!strcmp(verb, "run") || tried)
        run(arguments, NULL, &outcome);
    else if (!strcmp(verb, "inside"))
        run(arguments + 1, arguments[0], &outcome);
    else if (!strcmp(verb, "spawn"))
        spawn(arguments, &outcome);
    else if (!strcmp(verb, "join"))
        join(&outcome);
    else if (!strcmp(verb, "collect"))
        join(&outcome);
    else if (!strcmp(verb, "gone"))
        gone(arguments[0], &outcome);
    else
        return -1;
    fprintf(results, "%s\t%lld\t%d\t%ld\t%d\n", tag, outcome.nanoseconds, outcome.status, outcome.kilobytes,
            outcome.pid);
    return may_fail ? 0 : outcome.status;
}

static int perform(const char *program, const char *results_file) {
    static char line[16384];
    char *fields[MAX_FIELDS + 1];
    FILE *steps = fopen(program, "re"), *results = fopen(results_file, "we");
    int failed = !steps || !results;
    while (!failed && fgets(line, sizeof line, steps))
        failed = split(line, fields) < 3 || step(fields, results);
    /* What nobody waits for must not pile up until the next program. */
    while (spawned.count == 0 && waitpid(-1, NULL, WNOHANG) > 0)
        ;
    if (steps)
        fclose(steps);
    if (results && fclose(results))
        failed = 1;
    return failed;
}

/* Commands get /dev/null and the log as their descriptors; the talk with Node goes over others. */
static int move_descriptors(const char *log, FILE **requests, FILE **replies) {
    int in = fcntl(0, F_DUPFD_CLOEXEC, 10), out = fcntl(1, F_DUPFD_CLOEXEC, 10);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (in < 0 || out < 0 || null < 0 || file < 0)
        return -1;
    if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(file, 2) < 0)
        return -1;
    *requests = fdopen(in, "r");
    *replies = fdopen(out, "w");
    return *requests && *replies ? 0 : -1;
}

int main(int argc, char **argv) {
    char *files[MAX_FIELDS + 1];
    static char line[4096];
    FILE *requests = NULL, *replies = NULL;
    if (argc != 2 || move_descriptors(argv[1], &requests, &replies) < 0)
        return 1;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* Not restarting: wait4() shall return. */
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = too_late}, NULL);
    /* The keyboard's signals are Node's, which cleans up. */
    setpgid(0, 0);
    while (fgets(line, sizeof line, requests)) {
        if (split(line, files) != 2)
            return 1;
        fputs(perform(files[0], files[1]) ? "failed\n" : "done\n", replies);
        fflush(replies);
    }
    return 0;
}
