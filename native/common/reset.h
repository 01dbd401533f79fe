#pragma once

/*
 * Empties the signal mask and gives every signal its default disposition: mask and ignored signals survive execve, and
 * what a program inherits must not depend on how railcar, or whoever called it, dealt with its own.
 */
void reset_signals(void);
/* Blocks every signal that can be. */
void hold_signals(void);
