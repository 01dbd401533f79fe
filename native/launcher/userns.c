#include "userns.h"
#include "fail.h"
#include "io.h"
#include "run.h"
#include "signals.h"
#include "sys.h"
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define NEWUIDMAP "/usr/bin/newuidmap"
#define NEWGIDMAP "/usr/bin/newgidmap"

/* The kernel takes 340 lines; each is three arguments of a tool. */
#define MAX_TOKENS (340 * 3)

/* The process that holds the namespace while its maps are written. */
struct holder {
    pid_t pid;
};

static void end_holder(struct holder *holder) {
    if (holder->pid <= 0)
        return;
    int saved = errno;
    kill(holder->pid, SIGKILL);
    waitpid(holder->pid, NULL, 0);
    errno = saved;
}

_Noreturn static void hold(pid_t launcher) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* From inside a new pid namespace of the caller's the parent may be 0: then only the kill ends this process. */
    if (getppid() == launcher) {
        for (;;)
            pause();
    }
    _exit(1);
}

static int write_proc(pid_t pid, const char *name, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    autoclose int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return failed("open", "%s", path);
    /* One write: the kernel takes no second. */
    size_t size = strlen(text);
    if (write(file, text, size) != (ssize_t)size)
        return failed("write", "%s", path);
    return 0;
}

static int run_tool(const char *tool, pid_t pid, const char *map) {
    autofree char *words = strdup(map);
    autofree char **arguments = calloc(MAX_TOKENS + 3, sizeof *arguments);
    if (!words || !arguments)
        return failed("malloc", NULL);
    char number[12];
    snprintf(number, sizeof number, "%d", pid);
    autofree char *name = strdup(tool);
    arguments[0] = name;
    arguments[1] = number;
    size_t count = 2;
    for (char *save = NULL, *word = strtok_r(words, " \t\n", &save); word;
         word = strtok_r(NULL, " \t\n", &save)) {
        if (count == MAX_TOKENS + 2)
            return failed_with(E2BIG, tool, NULL);
        arguments[count++] = word;
    }
    struct run run = {.path = tool, .args = arguments, .interrupt = signals_descriptor()};
    struct run_result result;
    return run_program(&run, &result);
}

static int write_maps(const struct userns *userns, pid_t pid) {
    /* Before the maps: an unprivileged process may write gid_map only once setgroups is denied. */
    if (userns->deny_setgroups && write_proc(pid, "setgroups", "deny") < 0)
        return -1;
    if (userns->tools) {
        if (run_tool(NEWUIDMAP, pid, userns->uid_map) < 0)
            return -1;
        return run_tool(NEWGIDMAP, pid, userns->gid_map);
    }
    if (write_proc(pid, "uid_map", userns->uid_map) < 0)
        return -1;
    return write_proc(pid, "gid_map", userns->gid_map);
}

int userns_make(const struct userns *userns) {
    struct sys_clone_args clone = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    pid_t launcher = getpid();
    struct holder holder __attribute__((cleanup(end_holder))) = {.pid = sys_clone3(&clone)};
    if (holder.pid < 0)
        return failed("clone3", "user");
    if (holder.pid == 0)
        hold(launcher);
    if (write_maps(userns, holder.pid) < 0)
        return -1;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/user", holder.pid);
    int namespace = open(path, O_RDONLY | O_CLOEXEC);
    return namespace < 0 ? failed("open", "%s", path) : namespace;
}
