#include "sealed.h"
#include "fail.h"
#include "io.h"
#include "sys.h"
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* What ps -o comm shows between execveat and the stub's own name for itself. */
#define COPY_NAME "railcar:init"
#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* embedded.S */
extern const unsigned char init_program[], init_program_end[];

static int make(void) {
    int copy = memfd_create(COPY_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (copy < 0 && errno == EINVAL)
        copy = memfd_create(COPY_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return copy;
}

static int write_program(int file) {
    return write_full(file, init_program, (size_t)(init_program_end - init_program)) < 0 ? -1 : 0;
}

/*
 * Where vm.memfd_noexec is 2 no memory file is ever executable: then a file without a name, which nobody but this stub
 * will execute. What a container's root might write into it is his own.
 */
static int copy_in(const char *folder) {
    autoclose int file = open(folder, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0500);
    /* The container's user executes it again, as its init; whatever the caller's umask is. */
    if (file >= 0)
        fchmod(file, 0555);
    struct statvfs system;
    if (file < 0 || fstatvfs(file, &system) < 0)
        return -1;
    if (system.f_flag & ST_NOEXEC) {
        errno = EACCES;
        return -1;
    }
    if (write_program(file) < 0)
        return -1;
    /* Nothing is executed that somebody has open for writing. */
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int nameless_copy(void) {
    static const char *const folders[] = {"/run", "/tmp", "/var/tmp", "/dev/shm"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        int copy = copy_in(folders[i]);
        if (copy >= 0)
            return copy;
    }
    errno = EACCES;
    failed("memfd_create", COPY_NAME);
    failure_detail(
        "vm.memfd_noexec forbids executable memory files, and no file in /run, /tmp, /var/tmp or /dev/shm may be executed");
    return -1;
}

int sealed_copy(void) {
    autoclose int copy = make();
    if (copy < 0 && errno == EACCES)
        return nameless_copy();
    if (copy < 0)
        return failed("memfd_create", COPY_NAME);
    if (write_program(copy) < 0)
        return failed("write", COPY_NAME);
    /* F_SEAL_EXEC keeps a container's root from taking the x bits away; older kernels give each stub its own copy anyway. */
    if (fcntl(copy, F_ADD_SEALS, ALL_SEALS | F_SEAL_EXEC) < 0 && fcntl(copy, F_ADD_SEALS, ALL_SEALS) < 0)
        return failed("fcntl(F_ADD_SEALS)", COPY_NAME);
    return steal_fd(&copy);
}
