/* One command: the conversation with the Node layer, and what follows from it. */
#pragma once

/* Returns the exit code. */
int serve(char *const *arguments, char *const *environment);
