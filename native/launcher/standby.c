#include "standby.h"
#include "io.h"
#include "place.h"
#include "say.h"
#include <string.h>
#include <sys/socket.h>

struct patience standby_patience(enum wish wish) {
    if (wish == WISH_REQUIRE)
        return (struct patience){.first = 10000, .next = 10000, .last = 10000};
    return (struct patience){.first = 100, .next = 1000, .last = 3000};
}

static enum way way_of(int error) {
    switch (error) {
    case EPERM:
    case EACCES:
    case ELOOP:
    case ENOTDIR:
        return WAY_DISTRUSTED;
    case EAGAIN:
        return WAY_BUSY;
    default:
        return WAY_MISSING;
    }
}

static int connect_to(const struct place *place) {
    autoclose int folder = place_open(place);
    autoclose int end = folder < 0 ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (end < 0)
        return -1;
    struct sockaddr_un address = place_address(folder);
    if (connect(end, (struct sockaddr *)&address, sizeof address) < 0)
        return -1;
    return steal_fd(&end);
}

int standby_connect(enum way *way) {
    struct place place;
    int end = place_find(&place) < 0 ? -1 : connect_to(&place);
    *way = end < 0 ? way_of(errno) : WAY_STANDBY;
    return end;
}

void standby_explain(enum way way) {
    static const char *const reasons[WAYS] = {
        [WAY_MISSING] = "it does not run",
        [WAY_DISTRUSTED] = "its directory is not the user's alone",
        [WAY_BUSY] = "it is busy",
        [WAY_SILENT] = "it did not answer in time",
        [WAY_GONE] = "it hung up: it was ended, or is of another build",
        [WAY_GARBLED] = "it spoke another protocol",
        [WAY_LARGE] = "what it has to read is too large for it",
    };
    struct place place = {.socket = "$XDG_RUNTIME_DIR/railcar-standby/socket"};
    place_find(&place);
    say("cannot reach the standby \"%s\": %s", place.socket, reasons[way] ? reasons[way] : "it is not used");
}
