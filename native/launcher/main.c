/*
 * railcar: what users execute. As "railcar-init" it is the sealed copy that becomes a container's process; otherwise it
 * is the launcher of one command.
 */
#include "init.h"
#include "io.h"
#include "serve.h"
#include "signals.h"
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* A descriptor opened later must never become standard output. */
static void fill_standard_descriptors(void) {
    struct pollfd standard[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
    poll(standard, 3, 0);
    for (int fd = 0; fd < 3; fd++) {
        /* The lowest free number is this one, since those below are open by now. */
        if (standard[fd].revents & POLLNVAL && open("/dev/null", O_RDWR) != fd)
            _exit(1);
    }
}

int main(int count, char **arguments, char **environment) {
    if (count >= 2 && strcmp(arguments[0], INIT_NAME) == 0)
        init_main(atoi(arguments[1]), count > 2 ? atoi(arguments[2]) : -1);
    fill_standard_descriptors();
    signals_begin();
    return serve(arguments, environment);
}
