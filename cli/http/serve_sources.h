/* The processes and files that `memprof serve` serves: those of its command line. */
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

/* A number is a process, any other operand a file; a file called 123 is ./123. A process that is
 * not there or not recorded, and a file that is no profile, is an error at once. */
struct error *serve_operands_read(char **operands, int n, struct serve_operands *ret);

/* For struct http_sources: lists those operands of `context`, a struct serve_operands, that are
 * there now. Without operands it lists all recorded processes of this user. */
struct error *serve_sources_list(void *context, struct http_source_list *ret);

/* True while there may be something to serve: a file, a process that has not ended, or no operands
 * at all. */
bool serve_has_more(const struct serve_operands *operands);
