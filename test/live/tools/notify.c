/*
 * notify MESSAGE...: sends each to $NOTIFY_SOCKET as sd_notify(3) does, a backslash and n for the end of a line. With
 * `BARRIER=1` goes the end of a pipe, and the program waits until nobody holds it any more (sd_notify_barrier(3)).
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int barrier[2] = {-1, -1};

static void attach_barrier(struct msghdr *message) {
    static union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr head;
    } control;
    if (pipe(barrier) < 0)
        exit(3);
    control.head = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(&control.head), &barrier[1], sizeof(int));
    message->msg_control = &control;
    message->msg_controllen = sizeof control;
}

static void say(int file, struct sockaddr_un *address, char *text) {
    for (char *line; (line = strstr(text, "\\n"));) {
        *line = '\n';
        memmove(line + 1, line + 2, strlen(line + 2) + 1);
    }
    struct iovec vector = {text, strlen(text)};
    struct msghdr message = {
        .msg_name = address, .msg_namelen = sizeof *address, .msg_iov = &vector, .msg_iovlen = 1};
    int waits = strcmp(text, "BARRIER=1") == 0;
    if (waits)
        attach_barrier(&message);
    if (sendmsg(file, &message, 0) < 0) {
        perror("sendmsg");
        exit(1);
    }
    if (!waits)
        return;
    close(barrier[1]);
    struct pollfd end = {.fd = barrier[0]};
    if (poll(&end, 1, 10000) != 1)
        exit(2);
}

int main(int count, char **arguments) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (!path || file < 0)
        return 1;
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    for (int i = 1; i < count; i++)
        say(file, &address, arguments[i]);
    return 0;
}
