/*
 * What the launcher has to know of the command line before the Node layer reads all of it: the options that say how a
 * command is served and watched. They stand before the command; nothing here is refused, which is the Node layer's part.
 */
#pragma once

enum wish { WISH_AUTO, WISH_OFF, WISH_REQUIRE };

struct options {
    /* --standby, --no-standby, or else RAILCAR_STANDBY. The command `standby` itself is never served by one. */
    enum wish standby;
    const char *trace;   /* --trace; NULL: none */
    const char *command; /* NULL: none */
};

struct options options_read(char *const *arguments);
