#include "pprof/format.h"

#include "pprof/gzip.h"

#include <string.h>

static bool begins(const void *bytes, size_t n, const char *prefix) {
  return n >= strlen(prefix) && memcmp(bytes, prefix, strlen(prefix)) == 0;
}

/* Text formats that `go tool pprof` still converts, by the first line that each has. */
static bool is_legacy(const void *bytes, size_t n) {
  static const char *const prefixes[] = {
      "heap profile:", /* Go before 1.10, tcmalloc */
      "heap_v2/",      /* jemalloc */
      "heap/",
      "heapprofile",
      "growth",
      "--- heap",       /* tcmalloc's heapz and growthz */
      "--- contention", /* the others are no heap profiles, but the remedy is the same */
      "--- threadz",
      "--- symbol",
      "goroutine profile:",
      "threadcreate profile:",
      "mutex profile:",
  };
  for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
    if (begins(bytes, n, prefixes[i]))
      return true;
  return false;
}

/* A protobuf message begins with a field's number (not 0) and one of four wire types. */
static bool may_be_protobuf(const unsigned char *bytes) {
  unsigned wire_type = bytes[0] & 7;
  bool known_type = wire_type == 0 || wire_type == 1 || wire_type == 2 || wire_type == 5;
  return known_type && bytes[0] >> 3 != 0;
}

struct error *pprof_check_start(const void *bytes, size_t n) {
  if (n == 0)
    return error_create(ERROR_BAD_INPUT, "the file is empty: no profile was written to it");
  if (gzip_is(bytes, n))
    return NULL;
  if (is_legacy(bytes, n))
    return error_create(ERROR_BAD_INPUT,
                        "a profile in a text format from before pprof's protobuf: convert it with "
                        "`go tool pprof -proto PROGRAM FILE > NEW.pb.gz`");
  if (!may_be_protobuf(bytes))
    return error_create(
        ERROR_BAD_INPUT,
        "not a pprof profile (neither gzip nor protobuf): give it a .pb.gz file, as "
        "`memprof run` writes it");
  return NULL;
}
