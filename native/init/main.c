/*
 * The program that becomes a container's process: the init stub and nothing else. The launcher carries a copy of it
 * (launcher/embedded.S), which is all that a container ever has of railcar.
 */
#include "init.h"
#include "reaper.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Executed by anyone else, by a container through /proc/self/exe say, it is of no use; what the reaper does, with its
 * caller's rights, anybody can.
 */
int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[0], REAPER_NAME) == 0)
        reaper_main(atoi(arguments[1]));
    if (count < 2 || strcmp(arguments[0], INIT_NAME) != 0)
        _exit(1);
    init_main(atoi(arguments[1]), count > 2 ? atoi(arguments[2]) : -1);
}
