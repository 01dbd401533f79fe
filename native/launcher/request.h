/* REQUEST: what the Node layer is told about the caller before it asks for anything. */
#pragma once
#include "wire.h"

void request_build(struct frame *frame, char *const *arguments, char *const *environment);
