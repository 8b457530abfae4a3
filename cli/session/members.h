/* Which running processes belong to a session, whether they have a recording yet or not.
 *
 * A forked child begins its recording with its first recorded allocation: a daemon may be about to
 * when `memprof run` already looks for what is left. It is known by what it still maps of its
 * parent's recording, and a program that is only just starting by the session's folder in its
 * environment. */
#pragma once

/* How many there are. Processes that may not be looked at (another user's) are not counted. */
unsigned session_members(const char *folder);
