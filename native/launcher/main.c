/* railcar: what users execute, the launcher of one command. */
#include "companion.h"
#include "io.h"
#include "recorder.h"
#include "serve.h"
#include "signals.h"
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

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
    (void)count;
    fill_standard_descriptors();
    const char *companion = companion_named(arguments);
    if (companion)
        return companion_become(companion, arguments, environment);
    const char *recorded = recorder_named(arguments);
    if (recorded)
        return recorder_run(recorded);
    signals_begin();
    return serve(arguments, environment);
}
