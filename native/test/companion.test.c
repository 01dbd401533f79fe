/* Which command lines name a companion. */
#include "companion.h"
#include "test.h"
#include <stdint.h>

static const char *named(const char *called, const char *first) {
    const char *const arguments[] = {called, first, NULL};
    return companion_named((char *const *)(uintptr_t)arguments);
}

int main(void) {
    CHECK_TEXT(named("railcar", "smith"), "smith");
    CHECK_TEXT(named("/usr/sbin/runc", "smith"), "smith");
    CHECK_TEXT(named("smith", NULL), "smith");
    CHECK_TEXT(named("/usr/local/bin/smith", "upload"), "smith");
    CHECK(!named("railcar", "run"));
    CHECK(!named("railcar", NULL));
    CHECK(!named("/usr/local/smith/railcar", "blacksmith"));
    CHECK(!named(NULL, NULL));
    return END();
}
