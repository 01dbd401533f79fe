#include "sealed.h"
#include "fail.h"
#include "io.h"
#include "sys.h"
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

/* What ps -o comm shows between execveat and the stub's own name for itself. */
#define COPY_NAME "railcar:init"
#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

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

static int fill(int copy) {
    autoclose int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (self < 0 || fstat(self, &status) < 0)
        return failed("open", "/proc/self/exe");
    for (off_t done = 0; done < status.st_size;) {
        ssize_t sent = sendfile(copy, self, &done, (size_t)(status.st_size - done));
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return failed("sendfile", "/proc/self/exe");
    }
    return 0;
}

int sealed_copy(void) {
    autoclose int copy = make();
    if (copy < 0 || fill(copy) < 0)
        return -1;
    /* F_SEAL_EXEC keeps a container's root from taking the x bits away; older kernels give each stub its own copy anyway. */
    if (fcntl(copy, F_ADD_SEALS, ALL_SEALS | F_SEAL_EXEC) < 0 && fcntl(copy, F_ADD_SEALS, ALL_SEALS) < 0)
        return failed("fcntl(F_ADD_SEALS)", COPY_NAME);
    return steal_fd(&copy);
}
