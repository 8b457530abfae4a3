/* The shim's settings: environment variables, read once at start-up of each process image. */
#pragma once

#define SETTING_DIR "MEMPROF_DIR"           /* folder of the recordings */
#define SETTING_OUTPUT "MEMPROF_OUTPUT"     /* where the profile goes, with %p %n %t */
#define SETTING_RATE "MEMPROF_RATE"         /* `512KiB`, a number of bytes, or `exact` */
#define SETTING_OVERHEAD "MEMPROF_OVERHEAD" /* `1%` */
#define SETTING_DEPTH "MEMPROF_DEPTH"       /* frames */
#define SETTING_THREADS "MEMPROF_THREADS"   /* 1: keep threads apart */
#define SETTING_FREE_STACKS                                                                        \
  "MEMPROF_FREE_STACKS" /* 1: where everything is recorded, stacks of frees, too */
#define SETTING_HISTORIES "MEMPROF_HISTORIES" /* 1: keep histories of objects */
#define SETTING_FOLLOW "MEMPROF_FOLLOW"       /* 0: record only the first process */
#define SETTING_SEED "MEMPROF_SEED"           /* fixes the random draws (tests) */
#define SETTING_SUPERVISOR                                                                         \
  "MEMPROF_SUPERVISOR" /* pid of the `memprof run` that will read the recordings */

enum {
  DEFAULT_DEPTH = 128,
  DEFAULT_OVERHEAD_PPM = 10000, /* 1% */
};

/* The file of a session's folder with a line for each program that was executed without the shim:
 * its path, and why ("is statically linked"). */
#define SESSION_UNSEEN "unseen"
