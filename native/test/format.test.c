/* The stub's snprintf beside the C library's: the same text and the same length, for all that is used and where it is cut. */
#include "test.h"
#include <inttypes.h>
#define LIBC_TEST
#include "../libc/format.c"
#undef snprintf
#undef vsnprintf

#define SAME(...)                                                                                            \
    do {                                                                                                     \
        for (size_t room = 0; room <= sizeof expected; room += room < 4 ? 1 : sizeof expected - 4) {         \
            memset(expected, '#', sizeof expected);                                                          \
            memset(actual, '#', sizeof actual);                                                              \
            CHECK(snprintf(expected, room, __VA_ARGS__) == small_snprintf(actual, room, __VA_ARGS__));       \
            CHECK(memcmp(expected, actual, sizeof actual) == 0);                                             \
        }                                                                                                    \
    } while (0)

static char expected[256], actual[256];

int main(void) {
    const char *name = "railcar";
    SAME("nothing");
    SAME("%s%s%s", name, "/", "");
    SAME("%.64s|%.3s|%.*s|%.0s", name, name, 4, name, name);
    SAME("%10s|%2s", name, name);
    SAME("%c%c", 'a', '%');
    SAME("100%%");
    SAME("%d %d %d %d", 0, -1, INT32_MAX, INT32_MIN);
    SAME("%i|%5d|%05d|%03d", 7, -42, -42, 1234);
    SAME("%u %x %o %04o", UINT32_MAX, 0xbeefu, 0755u, 0755u);
    SAME("%lu %lx %ld", UINT64_MAX, UINT64_MAX, INT64_MIN);
    SAME("%llu %zu %jd", 0ull, (size_t)18446744073709551615u, (intmax_t)-3);
    SAME("%" PRIu64 "/%" PRIx64, UINT64_MAX, (uint64_t)0);
    return END();
}
