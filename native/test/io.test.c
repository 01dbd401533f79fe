#include "io.h"
#include "test.h"
#include <fcntl.h>
#include <sys/wait.h>

static void test_read_all(void) {
    int ends[2];
    size_t size;
    CHECK(pipe(ends) == 0);
    if (fork() == 0) {
        for (int i = 0; i < 1000; i++)
            write_full(ends[1], "0123456789", 10);
        _exit(0);
    }
    close(ends[1]);
    autofree char *text = read_all(ends[0], 10000, &size);
    CHECK(text && size == 10000 && text[size] == '\0' && text[9999] == '9');
    close(ends[0]);
    wait(NULL);
    autoclose int zero = open("/dev/zero", O_RDONLY);
    CHECK(read_all(zero, 5000, &size) == NULL && errno == EFBIG);
    autoclose int empty = open("/dev/null", O_RDONLY);
    autofree char *nothing = read_all(empty, 10, &size);
    CHECK(nothing && size == 0);
}

static void test_descriptors(void) {
    int fd = open("/dev/null", O_RDONLY);
    int raised = raise_fd(fd, 50);
    CHECK(raised >= 50 && fcntl(fd, F_GETFD) < 0 && fcntl(raised, F_GETFD) == FD_CLOEXEC);
    CHECK(raise_fd(raised, 10) == raised);
    fcntl(raised, F_SETFD, 0);
    int below = fcntl(raised, F_DUPFD, 40);
    CHECK(cloexec_from(raised) == 0);
    CHECK(fcntl(raised, F_GETFD) == FD_CLOEXEC && fcntl(below, F_GETFD) == (below >= raised));
    fcntl(below, F_SETFD, 0);
    CHECK(cloexec_from_at(open("/proc", O_PATH), 3) == 0 && fcntl(below, F_GETFD) == FD_CLOEXEC);
    int given = steal_fd(&below);
    CHECK(below == -1 && close(given) == 0);
}

int main(void) {
    test_read_all();
    test_descriptors();
    return END();
}
