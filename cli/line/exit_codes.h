/* The exit statuses of `memprof`. `memprof run` differs: it passes the program's own status on. */
#pragma once

enum exit_code {
  EXIT_OK = 0,
  EXIT_CHECK_FAILED = 1,     /* a budget or a regression check did not hold */
  EXIT_USAGE = 2,            /* wrong usage or bad input */
  EXIT_COULD_NOT_CHECK = 3,  /* the machine or the target forbids the check: never a false "fine" */
  EXIT_LEAKS = 23,           /* leaks were found; LeakSanitizer's number */
  EXIT_NOT_EXECUTABLE = 126, /* `run`: found, but it cannot be executed; the shell's number */
  EXIT_NOT_FOUND = 127,      /* `run`: no such program; the shell's number */
};
