#include "fdpass.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(FDPASS_MAX * sizeof(int))];
};

int fds_send(int socket, const void *data, size_t size, const int *fds, size_t count) {
    if (count > FDPASS_MAX) {
        errno = EMFILE;
        return -1;
    }
    union control control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return -1;
    if ((size_t)sent != size) {
        errno = EMSGSIZE;
        return -1;
    }
    return 0;
}

/* Every descriptor of the message, as many as came: each must be used or closed. */
static size_t collect(struct msghdr *message, int fds[FDPASS_MAX]) {
    size_t count = 0;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        size_t more = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds + count, CMSG_DATA(part), more * sizeof(int));
        count += more;
    }
    return count;
}

ssize_t fds_receive(int socket, void *data, size_t size, int *fds, size_t *count) {
    union control control;
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t got;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -1;

    int came[FDPASS_MAX];
    size_t came_count = collect(&message, came);
    size_t room = count ? *count : 0;
    int cut = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || (count && came_count > room);
    if (cut || !count) {
        for (size_t i = 0; i < came_count; i++)
            close(came[i]);
        came_count = 0;
    }
    if (cut) {
        errno = EMSGSIZE;
        return -1;
    }
    if (count) {
        memcpy(fds, came, came_count * sizeof(int));
        *count = came_count;
    }
    return got;
}
