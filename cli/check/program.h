/* `memprof check -- PROGRAM`: runs the program under the leak check, recording everything, and
 * makes one profile of all that its processes allocated and lost. */
#pragma once

#include "model/profile.h"

#include <sys/types.h>

struct checked_program {
  struct profile *profile; /* sample types of a recording and of a leak check; owned. NULL: the
                              program left nothing to judge */
  char *name;              /* "./prog (3 processes)"; owned */
  char *unchecked;         /* why its main process was not checked for leaks, NULL: it was; owned */
  bool turned_off;         /* it did not want to be checked for leaks */
  unsigned n_unchecked;    /* other processes that could not be checked for leaks */
  struct profile *wrong_frees; /* model/wrong_free.h, of all processes; already printed on stderr;
                                * owned. NULL: none */
  pid_t pid;                   /* of its main process */
  int status;                  /* the program's, as a shell's */
};

/* On an error before the program ran, *failed is what a shell would return (127, 126), else it is
 * left alone. */
struct error *check_program(char **argv, struct checked_program *ret, int *failed);
void checked_program_deinit(struct checked_program *program);
