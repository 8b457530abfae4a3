/* Standard files that are closed, full or gone.
 *
 * A caller may start us with descriptor 0, 1 or 2 closed; the first file we open would then become
 * our standard output, and a report would be written into a profile. And a report that did not
 * reach its reader must not look like success. */
#pragma once

/* Fills closed standard descriptors with ones that fail on use. They are close-on-exec: a program
 * that `memprof run` starts finds its descriptors as its caller left them. First thing in main. */
void stdio_guard_open(void);

/* Before another program is executed: gives SIGXFSZ, which stdio_guard_open set aside so that a
 * file that grows too large is an error that is reported, back as it was. Async-signal-safe. */
void stdio_guard_leave(void);

/* Flushes stdout. Returns `status`, or 2 with a message when something could not be written. A
 * reader that went away (`memprof top x | head -1`) ends us quietly by SIGPIPE, as it does git. */
int stdio_guard_close(int status);
