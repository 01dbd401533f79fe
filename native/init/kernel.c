#include "kernel.h"
#include "stub.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/utsname.h>

/* 0.0 where the release is not a version. */
static unsigned long version(unsigned long major, unsigned long minor) {
    return major << 16 | minor;
}

static unsigned long running(void) {
    struct utsname name;
    if (uname(&name) < 0)
        return version(0, 0);
    char *rest;
    unsigned long major = strtoul(name.release, &rest, 10);
    return version(major, *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0);
}

void needs_linux(unsigned major, unsigned minor, const char *what) {
    int saved = errno;
    if (running() < version(major, minor))
        failure_detail("%s needs Linux %u.%u", what, major, minor);
    errno = saved;
}
