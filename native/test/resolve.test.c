/* Hostile links, and what is made and named below a root. */
#include "resolve.h"
#include "fail.h"
#include "folder.h"
#include "io.h"
#include <errno.h>

static int root;

static void expect(const char *path, enum make make, const char *lies_at) {
    failure_reset();
    autoclose int fd = open_in_root(root, path, make, 0750, false);
    CHECK(fd >= 0);
    char name[40], actual[256] = "", wanted[256];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    if (fd < 0 || readlink(name, actual, sizeof actual - 1) < 0)
        fprintf(stderr, "%s: %s %s\n", path, failure_of(0, "", "")->step, failure_of(0, "", "")->subject);
    snprintf(wanted, sizeof wanted, "%s/root%s", folder, lies_at);
    CHECK_TEXT(actual, wanted);
}

static void expect_error(const char *path, enum make make, bool no_links, int error, const char *subject) {
    failure_reset();
    autoclose int fd = open_in_root(root, path, make, 0750, no_links);
    CHECK(fd < 0);
    CHECK(errno == error);
    CHECK(failure_of(0, "", "")->error == error);
    CHECK_TEXT(failure_of(0, "", "")->subject, subject);
}

static void test_open(void) {
    expect("", MAKE_NOTHING, "");
    expect("/", MAKE_NOTHING, "");
    expect("/../../..", MAKE_NOTHING, "");
    expect("a/b", MAKE_NOTHING, "/a/b");
    expect("/a/../a/./b/", MAKE_NOTHING, "/a/b");
    expect("/up", MAKE_NOTHING, "");
    expect("/absolute", MAKE_NOTHING, "/a");
    expect("/absolute/b/../../absolute/b", MAKE_NOTHING, "/a/b");
    expect_error("/none", MAKE_NOTHING, false, ENOENT, "/none");
    expect_error("/a/none/x", MAKE_NOTHING, false, ENOENT, "/a/none");
    expect_error("/file/x", MAKE_NOTHING, false, ENOTDIR, "/file");
    expect_error("/file/x", MAKE_DIRECTORY, false, ENOTDIR, "/file");
    expect_error("/loop/x", MAKE_DIRECTORY, false, ELOOP, "/loop");
    expect_error("/outside/none", MAKE_NOTHING, false, ENOENT, "/etc");
    expect_error("/dangling", MAKE_NOTHING, false, ENOENT, "/new");
    expect_error("/absolute/b", MAKE_NOTHING, true, ELOOP, "/absolute");
    expect_error("/absolute/new", MAKE_DIRECTORY, true, ELOOP, "/absolute");
}

static void test_make(void) {
    expect("/made/deep/dir", MAKE_DIRECTORY, "/made/deep/dir");
    expect("/made/deep/file", MAKE_FILE, "/made/deep/file");
    expect("/a/new/../../other/dir", MAKE_DIRECTORY, "/other/dir");
    expect("/dangling/below", MAKE_DIRECTORY, "/new/place/below");
    expect("/to-file", MAKE_FILE, "/new/file");
    expect("/up/up/up/top", MAKE_DIRECTORY, "/top");
    /* A link to a path of the host makes that path inside the root. */
    expect("/outside/passwd", MAKE_FILE, "/etc/passwd");
    struct stat status;
    CHECK(fstatat(root, "made/deep/dir", &status, 0) == 0 && (status.st_mode & 07777) == 0750);
    CHECK(fstatat(root, "made", &status, 0) == 0 && (status.st_mode & 07777) == 0755);
    CHECK(fstatat(root, "made/deep/file", &status, 0) == 0 && S_ISREG(status.st_mode));
    CHECK(fstatat(root, "etc/passwd", &status, 0) == 0 && status.st_size == 0);
}

static void test_magic_links(void) {
    /* A root that has a procfs in it: this machine's. */
    autoclose int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    failure_reset();
    CHECK(open_in_root(host, "/proc/self/root/tmp", MAKE_DIRECTORY, 0755, false) < 0);
    CHECK(errno == ELOOP);
    CHECK(open_in_root(host, "/proc/self/fd/0", MAKE_NOTHING, 0, false) < 0);
    CHECK(errno == ELOOP);
}

static void expect_parent(const char *path, const char *last) {
    char name[NAME_MAX + 1];
    autoclose int parent = open_parent_in_root(root, path, name);
    CHECK(parent >= 0);
    CHECK_TEXT(name, last);
}

static void test_parent(void) {
    char name[NAME_MAX + 1], lengthy[NAME_MAX + 8];
    expect_parent("/dev/null", "null");
    expect_parent("null", "null");
    expect_parent("/dev/sub//dir///", "dir");
    const char *const bad[] = {"", "/", "//", "/dev/..", "/dev/.", ".", ".."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(open_parent_in_root(root, bad[i], name) < 0);
        CHECK(errno == EINVAL);
    }
    memset(lengthy, 'x', sizeof lengthy - 1);
    lengthy[sizeof lengthy - 1] = '\0';
    CHECK(open_parent_in_root(root, lengthy, name) < 0 && errno == ENAMETOOLONG);
}

static void test_long_path(void) {
    char path[3 * PATH_MAX];
    for (size_t i = 0; i + 2 < sizeof path; i += 2)
        memcpy(path + i, "x/", 3);
    CHECK(open_in_root(root, path, MAKE_DIRECTORY, 0755, false) < 0 && errno == ENAMETOOLONG);
    path[PATH_MAX - 2] = '\0';
    CHECK(open_in_root(root, path, MAKE_DIRECTORY, 0755, false) >= 0);
    /* Links that grow with every step end at some length, not beyond the buffer. */
    CHECK(open_in_root(root, "/grow", MAKE_DIRECTORY, 0755, false) < 0 && errno == ELOOP);
}

int main(void) {
    umask(0);
    close(make_folder(
        "mkdir -p root/a/b; touch root/file; cd root; ln -s ../../.. up; ln -s /a absolute; ln -s loop loop; "
        "ln -s /etc outside; ln -s new/place dangling; ln -s /new/file to-file; "
        "ln -s grow/yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy grow"));
    char path[64];
    snprintf(path, sizeof path, "%s/root", folder);
    root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    test_open();
    test_make();
    test_magic_links();
    test_parent();
    test_long_path();
    return END();
}
