/* Descriptors for a program of the host that the stub becomes: CRIU. */
#include "io.h"
#include "stub.h"
#include "sys.h"
#include <sys/socket.h>

int op_open_directory(struct stub *stub, const struct stub_open_directory *arg) {
    int directory = open(arg->path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return failed("open", "%s", arg->path.text);
    set_slot(stub, &arg->into, directory);
    return 0;
}

int op_packet_pair(struct stub *stub, const struct stub_packet_pair *arg) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return failed("socketpair", NULL);
    set_slot(stub, &arg->a, ends[0]);
    set_slot(stub, &arg->b, ends[1]);
    return 0;
}

/* Whatever else lies there has to go first: what this process needs itself, and other slots. */
static int clear_way(struct stub *stub, int minimum) {
    for (size_t i = 0; i < SLOTS_MAX; i++) {
        if (!stub->slots[i])
            continue;
        int fd = raise_fd(stub->slots[i] - 1, minimum);
        if (fd < 0)
            return -1;
        stub->slots[i] = fd + 1;
    }
    stub->control = raise_fd(stub->control, minimum);
    stub->procfs = raise_fd(stub->procfs, minimum);
    return stub->control < 0 || stub->procfs < 0 ? -1 : 0;
}

int op_place(struct stub *stub, const struct stub_place *arg) {
    size_t count = arg->files.number_count;
    if (clear_way(stub, 3 + (int)count) < 0)
        return failed("fcntl(F_DUPFD_CLOEXEC)", NULL);
    for (size_t i = 0; i < count; i++) {
        int fd = slot(stub, &(union arg){.n = arg->files.numbers[i]});
        if (fd < 0)
            return -1;
        if (dup3(fd, 3 + (int)i, O_CLOEXEC) < 0)
            return failed("dup3", "%zu", 3 + i);
    }
    stub->preserve = count;
    return 0;
}
