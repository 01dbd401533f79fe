#include "init.h"
#include "channel.h"
#include "fail.h"
#include "io.h"
#include "procfs.h"
#include "stub.h"
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* One process, one stub. Static for its slot table, of which most is never touched. */
static struct stub the_stub;

static void receive_program(struct stub *stub, struct program *program);
_Noreturn static void end_stub(const struct failure *failure);

/* Closed at once: nothing but this process, until it executes another, can tell the time to the launcher. */
static struct steps *map_steps(int file) {
    size_t size;
    struct steps *steps = file < 0 ? NULL : steps_map(file, &size);
    if (file >= 0)
        close(file);
    if (steps)
        steps->began = steps_now(steps);
    return steps;
}

_Noreturn void init_main(int control, int steps) {
    struct stub *stub = &the_stub;
    stub->control = control;
    stub->procfs = stub->fifo = stub->helper = stub->mask = stub->reaper = -1;
    stub->steps = map_steps(steps);
    on_bail(end_stub);
    prctl(PR_SET_NAME, "railcar:init");
    signal(SIGPIPE, SIG_IGN);
    /* Before any path inside a bundle is touched: from here on, procfs is this descriptor and no name. */
    if ((stub->procfs = open_procfs()) < 0)
        bail("open", "/proc");
    /* Until the last operation says which ones the user's process is to get, nothing survives execve. */
    if (cloexec_from_at(stub->procfs, 3) < 0)
        bail("close_range", NULL);
    /* Directories and device nodes get exactly the mode they are made with. */
    stub->umask = umask(0);

    struct program program;
    receive_program(stub, &program);
    if (stub->steps)
        stub->steps->ready = steps_now(stub->steps);
    run_stub(stub, &program);
}

/* Copied, so that nobody who still holds the memfd can change a program that has been checked. */
static char *read_program(int fd, size_t *size) {
    if (lseek(fd, 0, SEEK_SET) < 0)
        return NULL;
    return read_all(fd, PROGRAM_MAX_BYTES, size);
}

int take_slot(struct stub *stub, uint64_t number, int descriptor) {
    if (number >= SLOTS_MAX || stub->slots[number]) {
        errno = EINVAL;
        return -1;
    }
    int fd = raise_fd(descriptor, 3 + (int)stub->preserve);
    if (fd < 0)
        return -1;
    set_slot(stub, &(union arg){.n = number}, fd);
    return 0;
}

static void take_slots(struct stub *stub, const struct channel_packet *packet, size_t count) {
    int minimum = 3 + (int)stub->preserve;
    stub->control = raise_fd(stub->control, minimum);
    stub->procfs = raise_fd(stub->procfs, minimum);
    for (size_t i = 0; i < count; i++) {
        if (take_slot(stub, packet->words[1 + i], packet->fds[1 + i]) < 0)
            bail("take", "slot %llu", (unsigned long long)packet->words[1 + i]);
    }
    if (stub->control < 0 || stub->procfs < 0)
        bail("fcntl(F_DUPFD_CLOEXEC)", NULL);
}

static void receive_program(struct stub *stub, struct program *program) {
    struct channel_packet packet;
    if (channel_receive(stub->control, &packet) < 1)
        bail("receive", "program");
    size_t count = packet.fd_count - 1;
    if (packet.type != CHANNEL_PROGRAM || packet.fd_count < 1 || packet.word_count != count + 2 ||
        packet.words[0] != count || packet.words[count + 1] > 1u << 20)
        bailx("program", "packet with %zu words and %zu descriptors", packet.word_count, packet.fd_count);
    stub->preserve = packet.words[count + 1];
    take_slots(stub, &packet, count);

    size_t size;
    const char *bytes = read_program(packet.fds[0], &size);
    if (!bytes)
        bail("read", "program");
    close(packet.fds[0]);
    /* All of it is checked before any of it is executed. */
    const char *error = program_decode(program, &stub_table, bytes, size);
    if (error)
        bailx("program", "%s", error);
}

_Noreturn static void end_stub(const struct failure *failure) {
    struct failure outside = *failure;
    outside.index = UINT32_MAX;
    stub_send_failure(&the_stub, &outside);
    _exit(1);
}
