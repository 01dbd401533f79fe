/*
 * snprintf() for programs that are linked statically and print no floating point, no wide characters and no positions:
 * these definitions take the place of musl's, which are fifteen times as large.
 *
 * Understood: %% %c %s %d %i %u %x %o, with l, ll, j, z and h; a width; the flag 0; a precision, of %s only. All that
 * is used is compared with the C library's own in test/format.test.c.
 */
#include "libc.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct text {
    char *to;
    size_t room; /* without the NUL */
    size_t length;
};

struct conversion {
    bool zeros;
    int width;
    int precision; /* -1: none */
    bool wide;     /* 64 bits */
};

static void put(struct text *text, char c) {
    if (text->length < text->room)
        text->to[text->length] = c;
    text->length++;
}

static void put_padded(
    struct text *text, const struct conversion *how, bool negative, const char *bytes, size_t size) {
    int padding = how->width - (int)size - negative;
    for (; padding > 0 && !how->zeros; padding--)
        put(text, ' ');
    if (negative)
        put(text, '-');
    for (; padding > 0; padding--)
        put(text, '0');
    for (size_t i = 0; i < size; i++)
        put(text, bytes[i]);
}

static void put_number(
    struct text *text, const struct conversion *how, bool negative, uint64_t value, unsigned base) {
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while ((value /= base));
    put_padded(text, how, negative, digits + at, sizeof digits - at);
}

static void put_signed(struct text *text, const struct conversion *how, int64_t value) {
    put_number(text, how, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
}

static int take_width(const char **format, va_list *list) {
    if (**format == '*') {
        (*format)++;
        return va_arg(*list, int);
    }
    int width = 0;
    for (; **format >= '0' && **format <= '9'; (*format)++)
        width = width * 10 + (**format - '0');
    return width;
}

static struct conversion take_conversion(const char **format, va_list *list) {
    struct conversion how = {.precision = -1};
    for (; **format == '0'; (*format)++)
        how.zeros = true;
    how.width = take_width(format, list);
    if (**format == '.') {
        (*format)++;
        how.precision = take_width(format, list);
    }
    for (; strchr("lzjh", **format); (*format)++)
        how.wide |= **format != 'h';
    return how;
}

static void put_argument(struct text *text, char letter, const struct conversion *how, va_list *list) {
    const char *string;
    char c;
    switch (letter) {
    case 's':
        string = va_arg(*list, const char *);
        put_padded(text, how, false, string,
            how->precision >= 0 ? strnlen(string, (size_t)how->precision) : strlen(string));
        return;
    case 'c':
        c = (char)va_arg(*list, int);
        put_padded(text, how, false, &c, 1);
        return;
    case 'd':
    case 'i':
        put_signed(text, how, how->wide ? va_arg(*list, int64_t) : va_arg(*list, int));
        return;
    case 'u':
    case 'x':
    case 'o':
        put_number(text, how, false, how->wide ? va_arg(*list, uint64_t) : va_arg(*list, unsigned),
            letter == 'u'   ? 10
            : letter == 'x' ? 16
                            : 8);
        return;
    default:
        put(text, letter);
    }
}

int vsnprintf(char *to, size_t size, const char *format, va_list given) {
    struct text text = {.to = to, .room = size ? size - 1 : 0};
    va_list list;
    va_copy(list, given);
    for (; *format; format++) {
        if (*format != '%') {
            put(&text, *format);
            continue;
        }
        format++;
        struct conversion how = take_conversion(&format, &list);
        if (!*format)
            break;
        put_argument(&text, *format, &how, &list);
    }
    va_end(list);
    if (size)
        to[text.length < text.room ? text.length : text.room] = '\0';
    return (int)text.length;
}

int snprintf(char *to, size_t size, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int length = vsnprintf(to, size, format, list);
    va_end(list);
    return length;
}
