/* Counts the instructions that a program executes in user space by itself, without the processes that it starts:
 * step by step, which needs no counters of the processor's, such as virtual machines seldom have. (Callgrind is much
 * faster, but valgrind does not know pidfd_open() and whatever else is new.)
 *
 *   count PROGRAM ARGUMENT...    stdout: the count; the exit status is the program's */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(char **arguments) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(126);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(126);
    execv(arguments[0], arguments);
    _exit(127);
}

int main(int argc, char **argv) {
    long long count = 0;
    int status;
    if (argc < 2)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0)
        become(argv + 1);
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        int signal = WSTOPSIG(status);
        /* Every step ends in a SIGTRAP; anything else is the program's own business. */
        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, (void *)(long)(signal == SIGTRAP ? 0 : signal)) < 0)
            return 1;
        count++;
    }
    printf("%lld\n", count);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
