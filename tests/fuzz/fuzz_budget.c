/* libFuzzer target: any bytes are a budget file. A budget that is read has all that judging asks
 * for; one that is refused is refused with the file's name and a line. */
#include "budget/read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds) {
  if (!holds)
    abort();
}

static void must_lie_inside(const struct budget_places *places, size_t n) {
  must(places->line >= 1);
  for (int i = 0; i < BUDGET_MOST_KEYS; i++) {
    const struct budget_place *place = &places->values[i];
    must(place->line == 0 || (place->line >= places->line && place->start <= place->end));
    must(place->end <= n);
  }
}

static void must_be_a_limit(const struct budget_limit *limit, size_t n) {
  must_lie_inside(&limit->places, n);
  must(limit->metric && (limit->max || limit->growth) && limit->line == limit->places.line);
  must(!limit->max || limit->max_value >= 0);
  must(!limit->growth || limit->growth_percent >= 0);
  must(limit->floor_value >= 0);
  must(!limit->owner || budget_limit_is_whole(limit) == false);
}

static void must_be_whole(const struct budget *budget, size_t n) {
  must(budget->n_limits > 0 && budget->confidence >= 50 && budget->confidence < 100);
  must(strlen(budget->text) == n);
  for (unsigned i = 0; i < budget->n_owners; i++) {
    const struct budget_owner *owner = &budget->owners[i];
    must_lie_inside(&owner->places, n);
    must(owner->name && owner->n_sites > 0);
    for (unsigned k = 0; k < owner->n_sites; k++)
      must(owner->sites[k].function || owner->sites[k].file || owner->sites[k].module);
  }
  for (unsigned i = 0; i < budget->n_limits; i++)
    must_be_a_limit(&budget->limits[i], n);
}

/* "PATH:LINE: ", or "PATH: no budget" for what is no text. */
static void must_name(const char *message, const char *path) {
  size_t n = strlen(path);
  must(!strncmp(message, path, n) && message[n] == ':');
  must(isdigit((unsigned char)message[n + 1]) || !strncmp(message + n, ": no budget", 11));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  char path[64];
  struct budget *budget = NULL;
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
    return 0;
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  struct error *err = budget_read(path, &budget);
  must(!err == !!budget);
  if (err)
    must_name(err->message, path);
  else
    must_be_whole(budget, n);
  error_destroy(err);
  budget_destroy(budget);
  close(fd);
  return 0;
}
