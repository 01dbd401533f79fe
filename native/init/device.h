#pragma once
#include <sys/types.h>

/*
 * Opens (O_PATH) what lies at path in the root without following any link, and makes sure that it is this very device
 * (CVE-2025-31133, CVE-2026-88265: the type counts as well as the number). A failure is recorded.
 */
int open_device(int root, const char *path, mode_t type, unsigned major, unsigned minor);
