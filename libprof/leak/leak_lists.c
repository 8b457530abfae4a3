#include "leak/leak_lists.h"

#include <stdlib.h>

bool leak_lists_read(const struct recording *recording, struct memory *memory,
                     struct leak_lists *ret) {
  uint64_t at = recording->header.leak_hints.lists;
  *ret = (struct leak_lists){0};
  if (at && memory_read(memory, at, ret, sizeof(*ret)))
    return true;
  *ret = (struct leak_lists){0};
  return false;
}

static struct error *read_text(struct memory *memory, uint64_t at, char **ret) {
  enum { TEXT_MAX = 65536 };
  char *text = malloc(TEXT_MAX);
  size_t n = 0;
  if (!text)
    return &error_no_memory;
  while (n + 1 < TEXT_MAX && memory_read(memory, at + n, text + n, 1) && text[n])
    n++;
  text[n] = '\0';
  *ret = text;
  return NULL;
}

struct error *leak_lists_requests(const struct recording *recording, pid_t reader, bool *done,
                                  char **suppressions) {
  struct leak_lists lists;
  struct memory memory;
  struct error *err = memory_open(reader, &memory);
  if (err)
    return err;
  *suppressions = NULL;
  leak_lists_read(recording, &memory, &lists);
  *done = lists.checks_done != 0;
  if (lists.suppressions)
    err = read_text(&memory, lists.suppressions, suppressions);
  memory_close(&memory);
  return err;
}
