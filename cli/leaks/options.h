/* The settings of `memprof leaks`, from its options and LSAN_OPTIONS. */
#pragma once

#include "cli/line/options.h"
#include "leak/leaks.h"
#include "leak/suppressions.h"
#include "report/leaks.h"

#include <stdio.h>

extern const struct option_group leaks_target_options; /* --pid */
extern const struct option_group leaks_verdict_options;
extern const struct option_group leaks_suppression_options; /* only --suppressions of these */
extern const struct option_group leaks_report_options;

struct leaks_settings {
  pid_t pid;        /* 0: run a program */
  int64_t every_ms; /* with pid: check it again and again; 0: once */
  struct leaks_options check;
  unsigned show, fail_on; /* kinds, bits */
  int error_exitcode;
  int64_t max_leaks, min_bytes;
  bool json, gen_suppressions, all_frames;
  bool paged; /* a page is made of the verdict: all kinds are listed, with their ways */
  /* LSAN_OPTIONS says so, of programs that memprof starts: their own checks alone, or none. */
  bool no_check_at_exit, no_check;
  const char *log, *profile;        /* files or NULL */
  FILE *out;                        /* where the report goes; NULL before the first */
  struct suppressions suppressions; /* owned */
};

/* LSAN_OPTIONS sets only what no option has set. Errors name the option or file. */
struct error *leaks_settings_read(struct leaks_settings *ret);
/* Asks for what leaks_document lists; before the program runs. */
void leaks_settings_page(struct leaks_settings *settings);

/* Closes the report. An error if not all of it could be written. */
struct error *leaks_settings_deinit(struct leaks_settings *settings);

/* ERROR_BAD_INPUT if it is known already that a file of the settings, or a report for build
 * servers, cannot be written. */
struct error *leaks_settings_check(const struct leaks_settings *settings);

/* True when a report goes to standard output, which then is not the program's. */
bool leaks_settings_take_stdout(const struct leaks_settings *settings);

/* The kinds whose stacks need names: those listed, those that count, or all for a profile. */
unsigned leaks_kinds_named(const struct leaks_settings *settings);
