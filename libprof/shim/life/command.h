/* Running the command `memprof` from within the program, without the program seeing a child: at its
 * end, and when it asks for a snapshot. */
#pragma once

enum { COMMAND_MISSING = 127 };

/* Runs it with these arguments (argv[0] and the NULL at the end included), not recorded, and waits;
 * its exit status, COMMAND_MISSING if it cannot be run. One at a time; the calling thread's signals
 * are blocked meanwhile. Never with the shim's locks held. */
int command_run(char *const arguments[]);

/* After fork, in the child: the call of another thread is not ours. */
void command_reset(void);
