/*
 * A process of a container that tries to get hold of every other process it sees, as fast as it can.
 *
 *   spy        until it is killed; names of those that it saw go into /seen, what it got into /spoils
 *   spy PID    tries that one once; prints what it got
 *
 * To reopen a descriptor or the executable, to read the environment or the memory, to trace: each is a spoil, if the
 * process is not a plain program of the container's image.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *spoils, *seen;
static char names[64][32];
static int name_count;

static void got(int pid, const char *name, const char *what, const char *more) {
    fprintf(spoils, "%s: %s %s\n", name, what, more);
    fflush(spoils);
    (void)pid;
}

static int read_name(int pid, char name[32]) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    char *line = fgets(name, 32, file);
    fclose(file);
    if (!line)
        return -1;
    name[strcspn(name, "\n")] = '\0';
    return 0;
}

static int is_stub(int pid) {
    char name[32];
    return read_name(pid, name) == 0 && strncmp(name, "railcar", 7) == 0;
}

static void see(const char *name) {
    for (int i = 0; i < name_count; i++) {
        if (strcmp(names[i], name) == 0)
            return;
    }
    if (name_count < 64) {
        strcpy(names[name_count++], name);
        if (seen) {
            fprintf(seen, "%s\n", name);
            fflush(seen);
        }
    }
}

static void try_links(int pid, const char *name) {
    static const char *const links[] = {"exe", "cwd", "root"};
    for (int i = 0; i < 3; i++) {
        char path[64], target[PATH_MAX] = "";
        snprintf(path, sizeof path, "/proc/%d/%s", pid, links[i]);
        if (readlink(path, target, sizeof target - 1) < 0 || !is_stub(pid))
            continue;
        got(pid, name, links[i], target);
        int fd = open(path, i == 0 ? O_WRONLY | O_CLOEXEC : O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            got(pid, name, "opened", path);
        close(fd);
    }
}

static void try_descriptors(int pid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char target[PATH_MAX] = "";
        if (entry->d_name[0] == '.' || readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1) < 0)
            continue;
        if (is_stub(pid))
            got(pid, name, "descriptor", target);
    }
    closedir(folder);
}

static void try_files(int pid, const char *name) {
    static const char *const files[] = {"environ", "mem", "maps"};
    for (int i = 0; i < 3; i++) {
        char path[64], byte;
        snprintf(path, sizeof path, "/proc/%d/%s", pid, files[i]);
        int fd = open(path, (i == 1 ? O_RDWR : O_RDONLY) | O_CLOEXEC);
        /* environ and maps can be opened by anybody who may not read them. */
        if (fd >= 0 && (i == 1 || read(fd, &byte, 1) == 1) && is_stub(pid))
            got(pid, name, "opened", path);
        close(fd);
    }
}

static void try_trace(int pid, const char *name) {
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
        return;
    if (is_stub(pid))
        got(pid, name, "traced", "");
    if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)
        return;
    /* It may be a plain program by now, and must not be left stopped. */
    waitpid(pid, NULL, __WALL);
    ptrace(PTRACE_DETACH, pid, 0, 0);
}

static void try_all(int pid) {
    char name[32];
    if (read_name(pid, name) < 0)
        return;
    see(name);
    /* Programs of the image are everybody's; what is railcar's is not. */
    if (strncmp(name, "railcar", 7) != 0)
        return;
    try_descriptors(pid, name);
    try_links(pid, name);
    try_files(pid, name);
    try_trace(pid, name);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        spoils = stdout;
        try_all(atoi(argv[1]));
        return 0;
    }
    spoils = fopen("/spoils", "we");
    seen = fopen("/seen", "we");
    if (!spoils || !seen)
        return 1;
    DIR *proc = opendir("/proc");
    for (;;) {
        rewinddir(proc);
        for (struct dirent *entry; (entry = readdir(proc));) {
            int pid = atoi(entry->d_name);
            if (pid > 1)
                try_all(pid);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
