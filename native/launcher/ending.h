/* How a command ends: what FINISH says to print and to log. */
#pragma once
#include "plan.h"

/* Prints and logs. Returns the exit code, which a failed write makes 1. */
int ending_carry_out(const struct finish *finish);
