#include "base/work.h"

#include <stddef.h>

#define MiB (UINT64_C(1) << 20)

static const struct {
  uint64_t most, a_byte; /* for every file, and for each byte of a file */
  uint64_t unit;         /* of the message */
  const char *message;
} bounds[] = {
    [WORK_FILE] = {1024 * MiB, 0, MiB, "more than %llu MiB, which is more than memprof reads"},
    [WORK_RATIO] = {16 * MiB, 250, MiB,
                    "decompresses to more than %llu MiB: a gzip bomb, not a profile"},
    [WORK_INFLATED] = {256 * MiB, 32, MiB,
                       "holds more than %llu MiB when decompressed, which is more than memprof "
                       "reads of a file of this size"},
    [WORK_PROFILE] = {256 * MiB, 12, MiB,
                      "takes more than %llu MiB of memory, which is more than memprof spends on a "
                      "file of this size"},
    [WORK_FRAMES] = {2000000, 4, 1,
                     "the stacks have more than %llu frames, which is more than memprof reads of a "
                     "file of this size"},
    [WORK_TEXT] = {256 * MiB, 256, MiB,
                   "the names in the stacks have more than %llu MiB, which is more than memprof "
                   "reads of a file of this size"},
    [WORK_TYPES] = {1000, 0, 1, "more than %llu sample types, which is more than memprof reads"},
    [WORK_LABELS] = {1 << 20, 0, 1, "more than %llu labels, which is more than memprof reads"},
    [WORK_STACK] = {100000, 0, 1, "a stack of more than %llu frames; memprof reads no longer one"},
    [WORK_MESSAGE] = {64 * MiB, 0, MiB, "takes more than %llu MiB to decode"},
    [WORK_NODES] = {6000000, 0, 1,
                    "the call tree has more than %llu nodes, which is more than memprof shows; "
                    "--focus makes it smaller"},
    [WORK_JSON] = {512 * MiB, 0, MiB,
                   "the JSON document takes more than %llu MiB of memory; --focus makes it "
                   "smaller, and the text report has no such limit"},
    [WORK_TRACES] = {1200000, 0, 1,
                     "more than %llu samples, which is more than memprof writes as JSON; --focus "
                     "makes them fewer, and the text report has no such limit"},
    [WORK_MATCHING] = {5000, 0, 1000,
                       "the regular expression takes more than %llu seconds; use a simpler one, "
                       "without nested repetition"},
    [WORK_SUPPRESSION_FILE] = {16 * MiB, 0, MiB,
                               "larger than %llu MiB, so no file of suppressions"},
    [WORK_SUPPRESSIONS] = {100000, 0, 1, "more than %llu suppressions"},
    [WORK_MATCHES] = {30000000, 0, 1,
                      "the suppressions and the stacks need more than %llu comparisons; use fewer "
                      "suppressions"},
};

uint64_t work_most(enum work_kind kind, uint64_t size) {
  uint64_t grown;
  if (__builtin_mul_overflow(size, bounds[kind].a_byte, &grown) ||
      __builtin_add_overflow(grown, bounds[kind].most, &grown))
    return UINT64_MAX;
  return grown;
}

struct error *work_check(enum work_kind kind, uint64_t wanted, uint64_t size) {
  uint64_t most = work_most(kind, size);
  if (wanted <= most)
    return NULL;
  return error_create(ERROR_BAD_INPUT, bounds[kind].message,
                      (unsigned long long)(most / bounds[kind].unit));
}
