/* Requests to rtnetlink(7). Functions return -1 with errno and record nothing. */
#pragma once
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_request {
    struct nlmsghdr header;
    unsigned char rest[496];
};

/* A socket to the kernel that belongs to a network namespace; -1: the caller's own. */
int netlink_open(int namespace);

/* `head` is what follows the header of this type: struct ifinfomsg, struct ifaddrmsg. */
void netlink_begin(
    struct netlink_request *request, uint16_t type, uint16_t flags, const void *head, size_t size);
/* Adds an attribute. What has no room makes the request fail with EMSGSIZE. */
void netlink_put(struct netlink_request *request, uint16_t type, const void *data, size_t size);

/* Sends the request and waits for its acknowledgement. */
int netlink_do(int socket, struct netlink_request *request);
/* Sends the request and hands each message of the answer to `take`, which returns 0, or -1 to give up. */
int netlink_dump(int socket, struct netlink_request *request,
    int (*take)(const struct nlmsghdr *message, void *context), void *context);
