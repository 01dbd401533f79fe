/* REQUEST: what the Node layer is told about the caller before it asks for anything. */
#pragma once
#include "message.h"
#include "wire.h"

void request_build(struct frame *frame, char *const *arguments, char *const *environment);
/* Which layer it is sent to, and why: the only thing that changes when the same request is sent a second time. */
void request_set_way(struct frame *frame, enum way way);
