/* What `memprof serve` serves: the processes and files of its command line. */
#pragma once

#include "http/source.h"

/* Something of the command line: a process, or a file. */
struct serve_operand {
  pid_t pid;        /* 0: a file */
  const char *text; /* as it was given */
  bool is_profile;  /* no recording: a pprof file */
};

struct serve_operands {
  struct serve_operand *data;
  size_t count, capacity;
};

/* Numbers are processes, all else files; a file called 123 is ./123. What is not there, not
 * recorded or no profile is an error at once. */
struct error *serve_operands_read(char **operands, int n, struct serve_operands *ret);

/* For struct http_sources: what of `context`, a struct serve_operands, is there now. Without
 * operands, all recorded processes of this user. */
struct error *serve_sources_list(void *context, struct http_source_list *ret);

/* Whether there may still be something to serve: a file, or a process that has not ended; always
 * without operands. */
bool serve_has_more(const struct serve_operands *operands);
