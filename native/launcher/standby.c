#include "standby.h"
#include "io.h"
#include "ops.h"
#include "place.h"
#include "say.h"
#include <string.h>
#include <sys/socket.h>

static enum wish wish_of(const char *text) {
    if (strcmp(text, "auto") == 0)
        return WISH_AUTO;
    /* One that means nothing is refused by the Node layer, which needs no standby for it. */
    return strcmp(text, "require") == 0 ? WISH_REQUIRE : WISH_OFF;
}

static bool takes_next(const char *name, const char *next) {
#define VALUE(option) || strcmp(name, option) == 0
#define CHOICE(option, word) || (next && strcmp(name, option) == 0 && strcmp(next, word) == 0)
    return false GLOBAL_VALUES(VALUE) GLOBAL_CHOICES(CHOICE);
#undef VALUE
#undef CHOICE
}

/* An option of railcar's own, before the command. Returns how many words it takes. */
static int scan_option(char *const *words, enum wish *wish) {
    const char *name = words[0] + (words[0][1] == '-' ? 2 : 1);
    if (strncmp(name, "standby=", 8) == 0)
        *wish = wish_of(name + 8);
    else if (strcmp(name, "standby") == 0 && words[1])
        *wish = wish_of(words[1]);
    else if (strcmp(name, "no-standby") == 0)
        *wish = WISH_OFF;
    return takes_next(name, words[1]) && words[1] ? 2 : 1;
}

enum wish standby_wish(char *const *arguments) {
    const char *variable = getenv("RAILCAR_STANDBY");
    enum wish wish = variable && variable[0] ? wish_of(variable) : WISH_AUTO;
    char *const *words = arguments[0] ? arguments + 1 : arguments;
    while (words[0] && words[0][0] == '-' && words[0][1] && strcmp(words[0], "--") != 0)
        words += scan_option(words, &wish);
    return words[0] && strcmp(words[0], "standby") == 0 ? WISH_OFF : wish;
}

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
    };
    struct place place = {.socket = "$XDG_RUNTIME_DIR/railcar-standby/socket"};
    place_find(&place);
    say("cannot reach the standby \"%s\": %s", place.socket, reasons[way] ? reasons[way] : "it is not used");
}
