#include "io.h"
#include "sys.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>

ssize_t read_full(int fd, void *buffer, size_t size) {
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, (char *)buffer + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

int write_full(int fd, const void *buffer, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t put = write(fd, (const char *)buffer + done, size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        done += (size_t)put;
    }
    return 0;
}

char *read_all(int fd, size_t max, size_t *size) {
    autofree char *buffer = NULL;
    size_t length = 0, room = 0;
    for (;;) {
        if (length == room) {
            room = room ? room * 2 : 4096;
            char *larger = realloc(buffer, room + 1);
            if (!larger)
                return NULL;
            buffer = larger;
        }
        ssize_t got = read_full(fd, buffer + length, room - length);
        if (got < 0)
            return NULL;
        length += (size_t)got;
        if (length > max) {
            errno = EFBIG;
            return NULL;
        }
        if (length < room)
            break;
    }
    buffer[length] = '\0';
    *size = length;
    char *whole = buffer;
    buffer = NULL;
    return whole;
}

int raise_fd(int fd, int minimum) {
    if (fd >= minimum)
        return fd;
    int raised = fcntl(fd, F_DUPFD_CLOEXEC, minimum);
    if (raised >= 0)
        close(fd);
    return raised;
}

static int cloexec_listed(int first, int procfs) {
    const char *path = procfs == AT_FDCWD ? "/proc/self/fd" : "self/fd";
    int folder = openat(procfs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = folder < 0 ? NULL : fdopendir(folder);
    if (!list)
        return -1;
    for (struct dirent *entry; (entry = readdir(list));) {
        int fd = atoi(entry->d_name);
        if (fd >= first)
            fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return closedir(list);
}

int cloexec_from(int first) {
    return cloexec_from_at(AT_FDCWD, first);
}

int cloexec_from_at(int procfs, int first) {
    /* CLOSE_RANGE_CLOEXEC came with Linux 5.11: EINVAL on 5.9 and 5.10. */
    if (sys_close_range((unsigned)first, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
        return 0;
    return cloexec_listed(first, procfs);
}

const char *fd_name(char path[FD_PATH_SIZE], int fd) {
    snprintf(path, FD_PATH_SIZE, "self/fd/%d", fd);
    return path;
}
