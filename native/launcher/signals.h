/*
 * Signals by phase. Until a plan arrives there is nothing to undo, so they have their default effect (Node dies with
 * its parent). While a plan is executed, those that ask to stop are held and seen by wait_for(), so that what was done
 * is undone. The monitor of a foreground container holds all others too and passes them on.
 */
#pragma once
#include <signal.h>
#include <stdbool.h>

/* First thing in the launcher: what the caller may have left ignored and the launcher relies on. */
void signals_begin(void);
/* Holds the stopping signals, or with `forward` every signal that can be passed on. Returns 0 or -1. */
int signals_hold(bool forward);
/* A signalfd of the stopping signals; -1 before signals_hold(). */
int signals_descriptor(void);
/* "SIGTERM", of a stopping signal. */
const char *signals_name(int number);
/* The first stopping signal that came, or 0. Looks for a new one. */
int signals_interrupted(void);
/* For the monitor: makes the descriptor deliver all held signals, SIGCHLD among them. */
int signals_watch_all(void);
/* Afterwards: nothing interrupts any more, and what comes stays held until the process ends. */
void signals_watch_none(void);
/* In a child before execve: nothing held, nothing of the launcher's ignored. */
void signals_release(void);
