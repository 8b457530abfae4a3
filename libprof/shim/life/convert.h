/* The end of a process that nobody supervises: the command is run to turn the recording into a
 * profile. */
#pragma once

/* At exit, in a process whose recording no `memprof run` is waiting for: runs `memprof recover` on
 * it and waits. Where that cannot be, one line on stderr says which command converts it. */
void convert_at_exit(void);
