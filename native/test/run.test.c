#include "run.h"
#include "fail.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct run_result result;

static int shell(const char *script, struct run run) {
    char *args[] = {(char[]){"sh"}, (char[]){"-c"}, strdup(script), NULL};
    run.path = "/bin/sh";
    run.args = args;
    failure_reset();
    int outcome = run_program(&run, &result);
    free(args[2]);
    return outcome;
}

static const struct failure *failure(void) {
    return failure_of(0, "", "");
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void test_output_and_environment(void) {
    char *env[] = {(char[]){"A=1"}, NULL};
    CHECK(shell("cat; echo $A-$HOME-$B",
              (struct run){.env = env, .input = "in:", .input_size = 3, .output_max = 100}) == 0);
    CHECK_TEXT(result.output, "in:1--\n");
    free(result.output);
    CHECK(shell("echo too much", (struct run){.output_max = 3}) == 0);
    CHECK_TEXT(result.output, "too");
    free(result.output);
    CHECK(shell("echo nobody wants this", (struct run){0}) == 0 && result.output == NULL);
}

static void test_failures(void) {
    CHECK(shell("echo out; printf 'the reason' >&2; exit 3", (struct run){0}) < 0);
    CHECK(failure()->error == 0 && WEXITSTATUS(failure()->status) == 3);
    CHECK_TEXT(failure()->step, "exit");
    CHECK_TEXT(failure()->detail, "the reason");
    CHECK(shell("kill -9 $$", (struct run){0}) < 0 && WTERMSIG(failure()->status) == 9);
    failure_reset();
    CHECK(run_program(&(struct run){.path = "/no/such/hook"}, &result) < 0);
    CHECK(failure()->error == ENOENT);
    CHECK_TEXT(failure()->step, "execve");
}

static void test_tail(void) {
    CHECK(shell("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done >&2; exit 1",
              (struct run){0}) < 0);
    CHECK(strlen(result.tail) == RUN_TAIL);
    CHECK_TEXT(strstr(result.tail, "line 1998"), "line 1998\nline 1999\n");
}

static void test_timeout(void) {
    double start = now();
    CHECK(shell("echo before >&2; sleep 30 & sleep 30", (struct run){.timeout = 200}) < 0);
    CHECK(now() - start < 5);
    CHECK(failure()->error == ETIMEDOUT);
    CHECK_TEXT(failure()->step, "timeout");
    CHECK_TEXT(failure()->detail, "before\n");
    /* A child that stays behind with the pipes open holds nobody up. */
    start = now();
    CHECK(shell("sleep 3 & exit 0", (struct run){0}) == 0);
    CHECK(now() - start < 2);
}

static void test_input(void) {
    size_t size = 1 << 20;
    char *large = malloc(size);
    memset(large, 'x', size);
    CHECK(shell("wc -c", (struct run){.input = large, .input_size = size, .output_max = 100}) == 0);
    CHECK(result.output && atoi(result.output) == 1 << 20);
    free(result.output);
    CHECK(shell("exit 0", (struct run){.input = large, .input_size = size}) == 0);
    CHECK(shell("exec <&-; sleep 0.1", (struct run){.input = large, .input_size = size}) == 0);
    free(large);
}

static void test_descriptors_and_signals(void) {
    int leak = open("/", O_RDONLY);
    CHECK(shell("ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Ign|Blk)' /proc/self/status | tr -d '\\n'",
              (struct run){.output_max = 200}) == 0);
    CHECK_TEXT(result.output, "0 1 2 3 SigBlk:\t0000000000000000SigIgn:\t0000000000000000");
    free(result.output);
    close(leak);
    /* With standard descriptors closed, the pipes must still find their places. */
    int saved[3];
    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD, 20);
        close(fd);
    }
    int outcome =
        shell("cat; echo -n err >&2; exit 4", (struct run){.input = "in", .input_size = 2, .output_max = 10});
    for (int fd = 0; fd < 3; fd++)
        dup2(saved[fd], fd);
    CHECK(outcome < 0);
    CHECK_TEXT(result.output, "in");
    CHECK_TEXT(result.tail, "err");
    free(result.output);
}

static void test_children_of_others(void) {
    pid_t other = fork();
    if (other == 0)
        _exit(9);
    CHECK(shell("true", (struct run){0}) == 0);
    int status;
    CHECK(waitpid(other, &status, 0) == other && WEXITSTATUS(status) == 9);
}

int main(void) {
    test_output_and_environment();
    test_failures();
    test_tail();
    test_timeout();
    test_input();
    test_descriptors_and_signals();
    test_children_of_others();
    return END();
}
