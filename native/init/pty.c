/*
 * The container's terminal. Its devpts may have been prepared by the image, so nothing here is found by a name that could
 * lead elsewhere: ptmx is opened inside a verified devpts, and the slave comes from the master (CVE-2025-52565).
 */
#include "attributes.h"
#include "channel.h"
#include "fdpass.h"
#include "io.h"
#include "resolve.h"
#include "sys.h"
#include <linux/magic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define PTMX_MAJOR 5
#define PTMX_MINOR 2
#define SLAVE_MAJOR_FIRST 136
#define SLAVE_MAJOR_LAST 143

static int check_devpts(int fd, const char *path) {
    struct statfs system;
    if (fstatfs(fd, &system) < 0)
        return failed("fstatfs", "%s", path);
    return system.f_type == DEVPTS_SUPER_MAGIC ? 0 : failed_with(ENODEV, "fstatfs", "%s", path);
}

static int check_terminal(int fd, const char *path, unsigned first, unsigned last, int minor_number) {
    struct stat status;
    if (check_devpts(fd, path) < 0)
        return -1;
    if (fstat(fd, &status) < 0)
        return failed("fstat", "%s", path);
    if (!S_ISCHR(status.st_mode) || major(status.st_rdev) < first || major(status.st_rdev) > last ||
        (minor_number >= 0 && minor(status.st_rdev) != (unsigned)minor_number))
        return failed_with(ENODEV, "fstat", "%s", path);
    return 0;
}

static int open_master(int root) {
    autoclose int folder = open_in_root(root, "/dev/pts", MAKE_NOTHING, 0, true);
    if (folder < 0 || check_devpts(folder, "/dev/pts") < 0)
        return -1;
    autoclose int master = sys_openat2(
        folder, "ptmx", O_RDWR | O_NOCTTY, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
    if (master < 0)
        return failed("openat2", "/dev/pts/ptmx");
    if (check_terminal(master, "/dev/pts/ptmx", PTMX_MAJOR, PTMX_MAJOR, PTMX_MINOR) < 0)
        return -1;
    return steal_fd(&master);
}

static int open_slave(int master) {
    int unlock = 0;
    if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
        return failed("ioctl(TIOCSPTLCK)", "/dev/pts/ptmx");
    autoclose int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        return failed("ioctl(TIOCGPTPEER)", "/dev/pts/ptmx");
    if (check_terminal(slave, "terminal", SLAVE_MAJOR_FIRST, SLAVE_MAJOR_LAST, -1) < 0)
        return -1;
    return steal_fd(&slave);
}

static int set_up(int slave, const struct stub_pty *arg) {
    struct winsize size = {.ws_row = (unsigned short)arg->rows.n, .ws_col = (unsigned short)arg->columns.n};
    if (arg->rows.n > UINT16_MAX || arg->columns.n > UINT16_MAX)
        return failed_with(EINVAL, "ioctl(TIOCSWINSZ)", NULL);
    if ((arg->rows.n || arg->columns.n) && ioctl(slave, TIOCSWINSZ, &size) < 0)
        return failed("ioctl(TIOCSWINSZ)", NULL);
    /* The group stays devpts's own, tty as a rule. */
    if (arg->uid.n >= UINT32_MAX)
        return failed_with(EINVAL, "fchown", "terminal");
    if (fchown(slave, (uid_t)arg->uid.n, (gid_t)-1) < 0)
        return failed("fchown", "terminal");
    return 0;
}

/* To a console socket: the master, and the slave's name in the container as the message's text, as callers know it. */
static int send_master(struct stub *stub, const union arg *to, int master) {
    if (to->n == NO_SLOT)
        return stub_send(stub, CHANNEL_SLOT, NULL, 0, master) < 0 ? failed("send", "terminal") : 0;
    int socket = slot(stub, to);
    if (socket < 0)
        return -1;
    int number;
    char name[32];
    if (ioctl(master, TIOCGPTN, &number) < 0)
        return failed("ioctl(TIOCGPTN)", "/dev/pts/ptmx");
    int length = snprintf(name, sizeof name, "/dev/pts/%d", number);
    return fds_send(socket, name, (size_t)length, &master, 1) < 0 ? failed("sendmsg", "console socket") : 0;
}

/* Over a file that is made exclusively and never through a link (CVE-2026-88264). */
static int bind_console(int root, int slave) {
    autoclose int target = open_in_root(root, "/dev/console", MAKE_FILE, 0620, true);
    if (target < 0)
        return -1;
    autoclose int tree = sys_open_tree(slave, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    return tree < 0 ? failed("open_tree", "terminal") : attach(tree, target, "/dev/console");
}

static int make_controlling(int slave) {
    for (int fd = 0; fd < 3; fd++) {
        if (dup2(slave, fd) < 0)
            return failed("dup2", NULL);
    }
    return ioctl(0, TIOCSCTTY, 0) < 0 ? failed("ioctl(TIOCSCTTY)", NULL) : 0;
}

int op_pty(struct stub *stub, const struct stub_pty *arg) {
    int root = slot(stub, &arg->root);
    autoclose int master = root < 0 ? -1 : open_master(root);
    if (master < 0)
        return -1;
    autoclose int slave = open_slave(master);
    if (slave < 0 || set_up(slave, arg) < 0 || send_master(stub, &arg->socket, master) < 0)
        return -1;
    if (arg->console.n && bind_console(root, slave) < 0)
        return -1;
    return make_controlling(slave);
}
