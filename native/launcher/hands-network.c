/*
 * Moving a network device from one network namespace to another. The kernel moves the device alone, so its addresses
 * are read before and added again afterwards.
 */
#include "hands.h"
#include "io.h"
#include "netlink.h"
#include "network-names.h"
#include <fcntl.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <string.h>

#define ADDRESSES_MAX 64

/* Of a device: its index in the namespace of its socket, and its permanent addresses. */
struct device {
    int socket;
    int index;
    size_t count;
    struct netlink_request addresses[ADDRESSES_MAX];
};

static int note_index(const struct nlmsghdr *message, void *context) {
    struct device *device = context;
    if (message->nlmsg_type == RTM_NEWLINK)
        device->index = ((const struct ifinfomsg *)NLMSG_DATA(message))->ifi_index;
    return 0;
}

static int find_device(struct device *device, const char *name) {
    struct netlink_request request;
    const struct ifinfomsg any = {.ifi_family = AF_UNSPEC};
    netlink_begin(&request, RTM_GETLINK, NLM_F_ACK, &any, sizeof any);
    netlink_put(&request, IFLA_IFNAME, name, strlen(name) + 1);
    return netlink_dump(device->socket, &request, note_index, device);
}

/* What was configured of an address; the others say what has become of it, such as "tentative". */
#define CONFIGURED_FLAGS (IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE)

/* The request that adds an address again. Its device comes later. */
static void keep_address(struct netlink_request *kept, const struct nlmsghdr *message) {
    const struct ifaddrmsg *head = NLMSG_DATA(message);
    const struct ifaddrmsg fresh = {
        .ifa_family = head->ifa_family, .ifa_prefixlen = head->ifa_prefixlen, .ifa_scope = head->ifa_scope};
    netlink_begin(kept, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &fresh, sizeof fresh);
    int left = (int)IFA_PAYLOAD(message);
    for (const struct rtattr *each = IFA_RTA(head); RTA_OK(each, left); each = RTA_NEXT(each, left)) {
        if (each->rta_type == IFA_LOCAL || each->rta_type == IFA_ADDRESS || each->rta_type == IFA_BROADCAST)
            netlink_put(kept, each->rta_type, RTA_DATA(each), RTA_PAYLOAD(each));
        if (each->rta_type != IFA_FLAGS || RTA_PAYLOAD(each) != sizeof(uint32_t))
            continue;
        uint32_t flags;
        memcpy(&flags, RTA_DATA(each), sizeof flags);
        flags &= CONFIGURED_FLAGS;
        netlink_put(kept, IFA_FLAGS, &flags, sizeof flags);
    }
}

/* What somebody has configured: not what came by itself, like an IPv6 address of the link or of an advertisement. */
static int note_address(const struct nlmsghdr *message, void *context) {
    struct device *device = context;
    const struct ifaddrmsg *head = NLMSG_DATA(message);
    if (message->nlmsg_type != RTM_NEWADDR || (int)head->ifa_index != device->index ||
        !(head->ifa_flags & IFA_F_PERMANENT) || head->ifa_scope >= RT_SCOPE_LINK)
        return 0;
    if (device->count == ADDRESSES_MAX) {
        errno = E2BIG;
        return -1;
    }
    keep_address(&device->addresses[device->count++], message);
    return 0;
}

static int read_addresses(struct device *device) {
    struct netlink_request request;
    const struct ifaddrmsg any = {.ifa_family = AF_UNSPEC};
    netlink_begin(&request, RTM_GETADDR, NLM_F_DUMP, &any, sizeof any);
    return netlink_dump(device->socket, &request, note_address, device);
}

/* In one request: nobody else in the new namespace finds a device of the old name. */
static int send_to(const struct device *device, int namespace, const char *name) {
    struct netlink_request request;
    const struct ifinfomsg link = {.ifi_index = device->index};
    netlink_begin(&request, RTM_NEWLINK, 0, &link, sizeof link);
    netlink_put(&request, IFLA_NET_NS_FD, &namespace, sizeof namespace);
    netlink_put(&request, IFLA_IFNAME, name, strlen(name) + 1);
    return netlink_do(device->socket, &request);
}

static int set_up(const struct device *device) {
    struct netlink_request request;
    const struct ifinfomsg link = {.ifi_index = device->index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    netlink_begin(&request, RTM_NEWLINK, 0, &link, sizeof link);
    return netlink_do(device->socket, &request);
}

/* `arrived` is the device where it is now, `left` what it had before. */
static int restore(struct device *arrived, const struct device *left, const char *name) {
    if (find_device(arrived, name) < 0)
        return -1;
    for (size_t i = 0; i < left->count; i++) {
        struct netlink_request request = left->addresses[i];
        ((struct ifaddrmsg *)(void *)request.rest)->ifa_index = (uint32_t)arrived->index;
        if (netlink_do(arrived->socket, &request) < 0)
            return -1;
    }
    return set_up(arrived);
}

static int own_namespace(void) {
    return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

static int is_taken(const char *name, void *there) {
    if (find_device(there, name) == 0)
        return 1;
    return errno == ENODEV ? 0 : -1;
}

static int move_device(
    struct device *here, struct device *there, int to, int back, const char *device, const char *name) {
    if (find_device(here, device) < 0 || read_addresses(here) < 0)
        return -1;
    if (is_numbered(name))
        name = number_name(device, name, is_taken, there);
    if (!name)
        return -1;
    /* The kernel would move it first and then fail to name it. */
    if (find_device(there, name) == 0) {
        errno = EEXIST;
        return -1;
    }
    if (send_to(here, to, name) < 0)
        return -1;
    if (restore(there, here, name) == 0)
        return 0;
    /* An operation that fails has done nothing. */
    int error = errno;
    if (there->index && send_to(there, back, device) == 0)
        restore(here, here, device);
    errno = error;
    return -1;
}

int hands_move_device(struct hands *hands, const struct op *op) {
    const struct hands_move_device *arg = (const void *)op->args;
    autoclose int own = own_namespace();
    int from = arg->from.n == NO_SLOT ? own : slot_of(hands, &arg->from);
    int to = arg->to.n == NO_SLOT ? own : slot_of(hands, &arg->to);
    if (from < 0 || to < 0)
        return own < 0 ? failed("open", "/proc/self/ns/net") : -1;
    autoclose int near = netlink_open(from == own ? -1 : from), far = netlink_open(to == own ? -1 : to);
    autofree struct device *here = calloc(1, sizeof *here), *there = calloc(1, sizeof *there);
    if (near < 0 || far < 0 || !here || !there)
        return failed("socket", "rtnetlink");
    here->socket = near;
    there->socket = far;
    /* One that comes back has the name that it was given. */
    const char *numbered = is_numbered(arg->device.text) ? numbered_name_of(arg->name.text) : NULL;
    const char *device = numbered ? numbered : arg->device.text;
    if (move_device(here, there, to, from, device, arg->name.text) < 0)
        return failed("rtnetlink", "%s", device);
    return 0;
}
