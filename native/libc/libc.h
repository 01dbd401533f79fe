/*
 * Functions of the C library that are defined again here, small and for what this program needs: the linker then takes
 * these and leaves the library's own out. Everyone else includes the standard headers as always.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/* test/format.test.c and memory.test.c have them beside the library's own, under other names. */
#ifdef LIBC_TEST
#define vsnprintf small_vsnprintf
#define snprintf small_snprintf
#define malloc small_malloc
#define calloc small_calloc
#define realloc small_realloc
#define free small_free
#endif

int vsnprintf(char *to, size_t size, const char *format, va_list given) __attribute__((format(printf, 3, 0)));
int snprintf(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
