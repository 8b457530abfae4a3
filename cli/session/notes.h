/* The shim's messages: files PID.note in the session's folder (shim/sys/say.h), a line each,
 * empty where there was no room for a line. It writes nothing to its program's stderr. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Reports the notes of a session, at most two lines: that of `main_pid`, and unless quiet one for
 * all others. True if main_pid had one. Paths of the notes are not trusted to be the session's
 * alone: a note is at most a line of printable text. */
bool notes_report(const char *folder, pid_t main_pid, bool quiet);

/* Reports in a line which programs of the session ran without the shim: the first, and how many
 * more. */
void notes_report_unseen(const char *folder);

/* Removes them. */
void notes_remove(const char *folder);
