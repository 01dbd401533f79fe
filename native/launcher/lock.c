#include "lock.h"
#include "io.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

int lock_take(int file, uint64_t deadline) {
    unsigned tries = 0;
    while (flock(file, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK)
            return -1;
        if (wait_again(&tries, deadline) == 0)
            continue;
        if (errno == ETIMEDOUT)
            errno = EWOULDBLOCK;
        return -1;
    }
    return 0;
}

int lock_open(const char *path, uint64_t milliseconds) {
    uint64_t deadline = deadline_in(milliseconds);
    for (;;) {
        autoclose int file = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
        struct stat status;
        if (file < 0 || lock_take(file, deadline) < 0 || fstat(file, &status) < 0)
            return -1;
        /* Whoever held it has deleted the container; another one may have its name by now. */
        if (status.st_nlink > 0)
            return steal_fd(&file);
    }
}
