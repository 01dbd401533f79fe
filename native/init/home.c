#include "home.h"
#include "io.h"
#include "sys.h"
#include <string.h>
#include <sys/stat.h>

/* A passwd file is the image's: one that never ends must not fill the container's memory before it has begun. */
#define MAX_PASSWD (1u << 20)

static int has_uid(const char *field, size_t length, uint32_t uid) {
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (field[i] < '0' || field[i] > '9' || value > UINT32_MAX)
            return 0;
        value = value * 10 + (uint64_t)(field[i] - '0');
    }
    return length > 0 && value == uid;
}

/* name:password:uid:gid:gecos:home:shell */
static char *home_in_line(const char *line, size_t length, uint32_t uid) {
    const char *end = line + length, *field = line;
    for (int i = 0; i < 7 && field <= end; i++) {
        const char *colon = memchr(field, ':', (size_t)(end - field));
        size_t size = (size_t)((colon ? colon : end) - field);
        if (i == 2 && !has_uid(field, size, uid))
            return NULL;
        if (i == 5)
            return size && field[0] == '/' ? strndup(field, size) : NULL;
        if (!colon)
            return NULL;
        field = colon + 1;
    }
    return NULL;
}

char *home_in_passwd(const char *text, size_t size, uint32_t uid) {
    for (const char *line = text, *end = text + size; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((newline ? newline : end) - line);
        char *home = home_in_line(line, length, uid);
        if (home)
            return home;
        line += length + 1;
    }
    return NULL;
}

char *home_of(uint32_t uid) {
    /* Not blocking, in case it is a fifo; and no magic link, which could lead out of the container. */
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    autoclose int file = sys_openat2(AT_FDCWD, "/etc/passwd", (unsigned)flags, 0, RESOLVE_NO_MAGICLINKS);
    /* The container's seccomp filter may not know openat2. */
    if (file < 0 && (errno == ENOSYS || errno == EPERM))
        file = open("/etc/passwd", flags | O_NOFOLLOW);
    struct stat status;
    size_t size;
    autofree char *text = NULL;
    if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode))
        text = read_all(file, MAX_PASSWD, &size);
    char *home = text ? home_in_passwd(text, size, uid) : NULL;
    return home ? home : strdup("/");
}
