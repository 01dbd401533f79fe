/* What a kernel that is too old lacks. */
#pragma once

/*
 * Adds "WHAT needs Linux MAJOR.MINOR" to the failure that has just been recorded, if this kernel is older: an errno such
 * as EINVAL does not say so. Distributions that took something over into an older kernel do not fail.
 */
void needs_linux(unsigned major, unsigned minor, const char *what);
