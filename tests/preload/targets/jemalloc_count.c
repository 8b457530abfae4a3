/* Preloaded: ends the process as it begins to end, and says how many blocks of jemalloc's are live
 * then, and how many it gave out. With MALLOC_CONF=tcache:false, each call is an allocation of a
 * bin's or an extent. Nothing here allocates. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int mallctl(const char *, void *, size_t *, void *, size_t);

static uint64_t number(const char *format, unsigned i) {
  char name[80];
  uint64_t value = 0;
  size_t size = sizeof(value);
  snprintf(name, sizeof(name), format, i);
  if (mallctl(name, &value, &size, NULL, 0))
    _exit(99);
  return value;
}

static unsigned count(const char *name) {
  unsigned value = 0;
  size_t size = sizeof(value);
  if (mallctl(name, &value, &size, NULL, 0))
    _exit(98);
  return value;
}

static void sum(uint64_t *made, uint64_t *freed) {
  uint64_t epoch = 1;
  mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch));
  *made = *freed = 0;
  for (unsigned i = 0; i < count("arenas.nbins"); i++) {
    *made += number("stats.arenas.4096.bins.%u.nmalloc", i);
    *freed += number("stats.arenas.4096.bins.%u.ndalloc", i);
  }
  for (unsigned i = 0; i < count("arenas.nlextents"); i++) {
    *made += number("stats.arenas.4096.lextents.%u.nmalloc", i);
    *freed += number("stats.arenas.4096.lextents.%u.ndalloc", i);
  }
}

/* dig has threads, which have just begun: they are left to come to rest first. */
__attribute__((destructor)) static void end(void) {
  uint64_t made, freed, before;
  sum(&made, &freed);
  do {
    before = made + freed;
    usleep(200000);
    sum(&made, &freed);
  } while (made + freed != before);
  char text[80];
  int n =
      snprintf(text, sizeof(text), "%ju live of %ju\n", (uintmax_t)(made - freed), (uintmax_t)made);
  write(2, text, n);
  _exit(0);
}
