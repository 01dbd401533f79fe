/*
 * Exchanges two paths as fast as it can, until it is killed or its parent has gone: what an attacker who shares a volume
 * with a container does while another one is created from it. Sleeps now and then, so that each of the two states also
 * lasts long enough to be seen by a whole operation, and not only the moment of change.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXCHANGE 2 /* RENAME_EXCHANGE; musl has neither the name nor the function */

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    srand(1);
    for (;;) {
        for (int burst = rand() % 64; burst >= 0; burst--) {
            if (syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], EXCHANGE) < 0) {
                perror("renameat2");
                return 1;
            }
        }
        nanosleep(&(struct timespec){.tv_nsec = rand() % 50000}, NULL);
    }
}
