/* `railcar standby`: keeps a Node layer waiting for commands, for as long as it lives itself. */
#pragma once
#include "plan.h"

/* Returns the exit code. */
int supervise(const struct standby_wish *wish);
