#include "sealed.h"
#include "fail.h"
#include "io.h"
#include "sys.h"
#include <sys/mman.h>

/* What ps -o comm shows between execveat and the stub's own name for itself. */
#define COPY_NAME "railcar:init"
#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* embedded.S */
extern const unsigned char init_program[], init_program_end[];

static int make(void) {
    int copy = memfd_create(COPY_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (copy < 0 && errno == EINVAL)
        copy = memfd_create(COPY_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy < 0) {
        failed("memfd_create", COPY_NAME);
        if (errno == EACCES)
            failure_detail("vm.memfd_noexec forbids executable memory files");
    }
    return copy;
}

int sealed_copy(void) {
    autoclose int copy = make();
    if (copy < 0)
        return -1;
    if (write_full(copy, init_program, (size_t)(init_program_end - init_program)) < 0)
        return failed("write", COPY_NAME);
    /* F_SEAL_EXEC keeps a container's root from taking the x bits away; older kernels give each stub its own copy anyway. */
    if (fcntl(copy, F_ADD_SEALS, ALL_SEALS | F_SEAL_EXEC) < 0 && fcntl(copy, F_ADD_SEALS, ALL_SEALS) < 0)
        return failed("fcntl(F_ADD_SEALS)", COPY_NAME);
    return steal_fd(&copy);
}
