/*
 * The companions: ordinary programs in Node that do their own input and output with the caller's rights, descriptors and
 * environment. The launcher becomes them and has no further part in what they do.
 */
#pragma once

/* The companion that this command line names, as `railcar smith …` or by the name it was called by, or NULL. */
const char *companion_named(char *const *arguments);
/* Becomes it. Returns an exit status if it cannot. */
int companion_become(const char *name, char *const *arguments, char *const *environment);
