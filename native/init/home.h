#pragma once
#include <stddef.h>
#include <stdint.h>

/*
 * The home directory of a uid: field 6 of its first line in the text of a passwd file, copied into new memory; NULL if
 * there is none, or none that is an absolute path.
 */
char *home_in_passwd(const char *text, size_t size, uint32_t uid);

/* The same from the container's /etc/passwd; "/" if it has none to say. NULL only without memory. */
char *home_of(uint32_t uid);
