/*
 * The init process of a container that wants one (`--init`): the same program once more, executed by the stub when the
 * container's own process has been forked, so that nothing of the stub's memory stays. It reaps whoever is left to it,
 * passes signals on, and ends as that process does.
 */
#pragma once
#include <sys/types.h>

/* Its argv[0]; argv[1] is the pid of the process in decimal. Also what ps shows. */
#define REAPER_NAME "init"

_Noreturn void reaper_main(pid_t process);
