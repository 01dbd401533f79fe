#include "home.h"
#include "test.h"

static void check(const char *text, uint32_t uid, const char *expected) {
    /* Exactly as long as it is, without a NUL to lean on. */
    size_t size = strlen(text);
    char *exact = memcpy(malloc(size ? size : 1), text, size);
    char *home = home_in_passwd(exact, size, uid);
    if (expected)
        CHECK_TEXT(home, expected);
    else
        CHECK(home == NULL);
    free(home);
    free(exact);
}

int main(void) {
    const char *passwd = "root:x:0:0:root:/root:/bin/sh\n"
                         "1000:x:0:0:a name that is a number:/evil:/bin/sh\n"
                         "u:x:1000:1000::/home/u:/bin/sh\n"
                         "v:x:1000:1000::/home/second:/bin/sh\n"
                         "empty:x:7:7:::/bin/sh\n"
                         "relative:x:8:8::home:/bin/sh\n"
                         "short:x:9\n"
                         "noshell:x:10:10::/home/noshell\n"
                         "zeros:x:0000000011:1::/home/zeros:/bin/sh\n"
                         "big:x:4294967296:1::/home/wrapped:/bin/sh\n"
                         "max:x:4294967294:1::/home/max:/bin/sh\n"
                         "minus:x:-1:1::/home/minus:/bin/sh\n"
                         "\n:::::\n"
                         "last:x:12:12::/home/last:/bin/sh";
    check(passwd, 0, "/root");
    check(passwd, 1000, "/home/u");
    check(passwd, 7, NULL);
    check(passwd, 8, NULL);
    check(passwd, 9, NULL);
    check(passwd, 10, "/home/noshell");
    check(passwd, 11, "/home/zeros");
    check(passwd, 12, "/home/last");
    check(passwd, 4294967294u, "/home/max");
    check(passwd, 4294967295u, NULL);
    check("x:x:99999999999999999999999999999990:0::/wrapped:\n", 0, NULL);
    check("", 0, NULL);
    check("root", 0, NULL);
    check("root:x:0", 0, NULL);
    check("root:x:0:0:root:", 0, NULL);
    check("root:x:0:0:root:/", 0, "/");
    return END();
}
