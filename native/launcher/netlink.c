#include "netlink.h"
#include "io.h"
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

static int open_here(void) {
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

int netlink_open(int namespace) {
    if (namespace < 0)
        return open_here();
    /* A socket stays in the namespace that it was made in. There is one thread, which is back at once. */
    autoclose int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (own < 0 || setns(namespace, CLONE_NEWNET) < 0)
        return -1;
    autoclose int made = open_here();
    if (setns(own, CLONE_NEWNET) < 0)
        return -1;
    return steal_fd(&made);
}

void netlink_begin(
    struct netlink_request *request, uint16_t type, uint16_t flags, const void *head, size_t size) {
    *request = (struct netlink_request){0};
    request->header = (struct nlmsghdr){
        .nlmsg_len = (uint32_t)NLMSG_LENGTH(size), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags};
    memcpy(request->rest, head, size);
}

void netlink_put(struct netlink_request *request, uint16_t type, const void *data, size_t size) {
    size_t at = NLMSG_ALIGN(request->header.nlmsg_len), length = RTA_LENGTH(size);
    if (at + length > sizeof *request) {
        request->header.nlmsg_len = UINT32_MAX;
        return;
    }
    const struct rtattr attribute = {.rta_len = (unsigned short)length, .rta_type = type};
    memcpy((unsigned char *)request + at, &attribute, sizeof attribute);
    memcpy((unsigned char *)request + at + RTA_LENGTH(0), data, size);
    request->header.nlmsg_len = (uint32_t)(at + length);
}

static int send_request(int socket, const struct netlink_request *request) {
    if (request->header.nlmsg_len > sizeof *request) {
        errno = EMSGSIZE;
        return -1;
    }
    return send(socket, request, request->header.nlmsg_len, 0) < 0 ? -1 : 0;
}

/* What an answer says by itself: 1 when it is the last one, 0 when there is more, -1. */
static int ending(const struct nlmsghdr *message) {
    if (message->nlmsg_type == NLMSG_DONE)
        return 1;
    if (message->nlmsg_type != NLMSG_ERROR)
        return 0;
    const struct nlmsgerr *error = NLMSG_DATA(message);
    errno = -error->error;
    return error->error == 0 ? 1 : -1;
}

static int no_message(const struct nlmsghdr *message, void *context) {
    (void)message;
    (void)context;
    return 0;
}

int netlink_do(int socket, struct netlink_request *request) {
    request->header.nlmsg_flags |= NLM_F_ACK;
    return netlink_dump(socket, request, no_message, NULL);
}

int netlink_dump(int socket, struct netlink_request *request,
    int (*take)(const struct nlmsghdr *message, void *context), void *context) {
    if (send_request(socket, request) < 0)
        return -1;
    /* The kernel fills up to this much in one answer. */
    autofree struct nlmsghdr *buffer = malloc(32768);
    while (buffer) {
        ssize_t got = recv(socket, buffer, 32768, 0);
        if (got < 0 && errno != EINTR)
            return -1;
        int left = got < 0 ? 0 : (int)got;
        for (const struct nlmsghdr *message = buffer; NLMSG_OK(message, left);
             message = NLMSG_NEXT(message, left)) {
            int end = ending(message);
            if (end != 0)
                return end > 0 ? 0 : -1;
            if (take(message, context) < 0)
                return -1;
        }
    }
    return -1;
}
