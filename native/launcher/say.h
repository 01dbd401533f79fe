/*
 * What the launcher itself has to say when no Node layer is there to word it: one line on standard error in the same
 * grammar, `railcar: cannot <action> "<object>": <reason> (<ERRNO>)`.
 */
#pragma once
#include "fail.h"

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* With the reason for `error` appended. */
void say_error(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_failure(const struct failure *failure);
