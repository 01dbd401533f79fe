/* Which command lines are for the recorder, and what it does not take for a mount. */
#include "recorder.h"
#include "test.h"
#include <stdint.h>
#include <unistd.h>

static const char *named(const char *first, const char *second) {
    const char *const arguments[] = {"railcar", first, second, NULL};
    return recorder_named((char *const *)(uintptr_t)arguments);
}

int main(void) {
    CHECK_TEXT(named("smith-record", "/mnt"), "/mnt");
    CHECK(!named("smith-record", NULL));
    CHECK(!named("smith", "smith-record"));
    CHECK(!named(NULL, NULL));
    /* What it says goes to standard output: not here. */
    CHECK(close(STDOUT_FILENO) == 0);
    CHECK(recorder_run("/usr/bin") != 0);
    return END();
}
