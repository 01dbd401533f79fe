/* CVE-2019-5736: what runs inside a container must have no way to the installed binary. */
#pragma once

/*
 * The init stub, which the launcher carries within itself, in a memfd that nobody can change any more (vm.memfd_noexec=2:
 * in a file without a name, which is of no use to anybody else); or -1 with a recorded failure.
 */
int sealed_copy(void);
