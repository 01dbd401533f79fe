#pragma once

/*
 * Copies what the directory `from` (O_PATH) holds into the root of the still detached mount `to`, with owners and modes:
 * directories, files, links, nodes. Mounts below `from` are not entered. dest names it in failures.
 */
int copy_up(int from, int to, const char *dest);
