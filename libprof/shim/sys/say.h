/* The shim's one way to speak: a line, when recording cannot go on.
 *
 * Descriptor 2 is the program's. Under `memprof run` nothing is written there: the line goes to a
 * file PID.note in the session's folder, and the command reports it at the end. Without a command
 * the line goes to descriptor 2, but only while that is the file that it was at the start: the
 * program may have put its data there. Speaking never blocks, and raises no signal. */
#pragma once

#include <stdbool.h>

/* Remembers which file descriptor 2 is. The first call counts. */
void say_remember(void);

/* From now on lines go to this folder, whose path stays where it is; NULL: to descriptor 2. */
void say_to_folder(const char *folder);

/* Whether a line can be written to descriptor 2 now. */
bool say_is_heard(void);

/* a b c as one line; any part may be NULL. Errors are ignored. */
void say(const char *a, const char *b, const char *c);

/* The shim does not go along into a program that is executed: "PROGRAM WHY" as a line of the folder's
 * SESSION_UNSEEN. Nothing without a folder. */
void say_unseen(const char *program, const char *why);

/* For assertions: to descriptor 2, whatever that is. */
void say_anyway(const char *a, const char *b, const char *c);
