/* A temporary directory that a test fills with a shell script and leaves to nobody. */
#pragma once
#include "test.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/railcar-test-XXXXXX";

static void remove_folder(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        fprintf(stderr, "cannot remove %s\n", folder);
}

/* Runs the script in the new directory, with umask 0; returns the directory (O_PATH). */
static int make_folder(const char *script) {
    char command[4096];
    if (!mkdtemp(folder))
        abort();
    atexit(remove_folder);
    chmod(folder, 0755);
    snprintf(command, sizeof command, "umask 0; cd %s && set -e && %s", folder, script);
    if (system(command) != 0)
        abort();
    return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}
